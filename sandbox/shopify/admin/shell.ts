import { html, type Markup, page } from '../../markup.ts'

/** Who looks at which store of the admin, and what the menu needs to know. */
export type Visit = {
  store: string
  storeName: string
  stores: { handle: string; name: string }[]
  /** Who is signed in: the key used in `?as=`, and a person's name. */
  as: string
  people: { key: string; name: string; role: string }[]
  app: { name: string; base: string }
  /** Nobody but the owner is named in addresses. */
  query: string
  /** Pages of the sandbox outside the admin. */
  storefront: string
  till: string
}

export type Section = 'home' | 'orders' | 'products' | 'inventory' | 'app'

type Shell = { visit: Visit; section: Section; title: string; main: Markup; scripts?: string[] }

/** The admin around every page: dark bar with the store's name, menu on the left. */
export function shell({ visit, section, title, main, scripts = [] }: Shell): Response {
  return page(html`
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · ${visit.storeName} · Sandbox admin</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/sandbox/shell.css" />
        <link rel="stylesheet" href="/sandbox/pages.css" />
      </head>
      <body>
        ${topBar(visit)}
        <div class="below">${menu(visit, section)} ${main}</div>
        <div id="toasts" role="status"></div>
        ${scripts.map((src) => html`<script src="${src}" defer></script>`)}
      </body>
    </html>
  `)
}

function topBar({ store, storeName, stores, as, people }: Visit): Markup {
  const person = people.find((p) => p.key === as)
  return html`<header>
    <a class="brand" href="/">${bag} <b>Sandbox admin</b></a>
    <span class="stand-in">A stand-in for the Shopify admin on this machine. Not Shopify.</span>
    <div id="loading" hidden>Loading…</div>
    <div id="save-bar" hidden><span>Unsaved changes</span><span id="save-buttons"></span></div>
    <details class="who">
      <summary aria-label="Store and person">
        <span>${storeName}</span><span class="initials">${initials(storeName)}</span>
      </summary>
      <div class="choices">
        <small>Stores</small>
        ${stores.map((s) => html`<a href="/store/${s.handle}" ${current(s.handle === store)}>${s.name}</a>`)}
        <small>Signed in as ${person?.name ?? as}</small>
        ${people.map(
          (p) => html`<a href="/store/${store}?as=${p.key}" ${current(p.key === as)}>${p.name} <i>${p.role}</i></a>`,
        )}
      </div>
    </details>
  </header>`
}

function menu({ store, query, app, storefront, till }: Visit, section: Section): Markup {
  const link = (name: Section, icon: Markup, path: string) =>
    html`<a href="/store/${store}${path}${query}" ${current(section === name)}>${icon}${capital(name)}</a>`
  return html`<nav aria-label="Admin">
    ${link('home', icons.home, '')} ${link('orders', icons.orders, '/orders')}
    ${link('products', icons.products, '/products')} ${link('inventory', icons.inventory, '/inventory')}
    <small>Sales channels</small>
    <a href="${storefront}" target="_blank">${icons.store}Online Store</a>
    <a href="${till}" target="_blank">${icons.till}Point of Sale</a>
    <small>Apps</small>
    <a id="app-link" href="${app.base}/app${query}" ${current(section === 'app')}>${icons.app}${app.name}</a>
    <div id="app-menu"></div>
  </nav>`
}

const current = (is: boolean): Markup => (is ? html`aria-current="page"` : html``)
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function initials(name: string): string {
  const words = name.split(/\W+/).filter(Boolean)
  return words
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2)
    .toUpperCase()
}

const icon = (shape: Markup): Markup =>
  html`<svg
    viewBox="0 0 20 20"
    width="18"
    height="18"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    aria-hidden="true"
  >
    ${shape}
  </svg>`

const icons = {
  home: icon(html`<path d="M3 9.5 10 4l7 5.5V16H12v-4H8v4H3z" />`),
  orders: icon(html`<path d="M4 11h3l1.5 2h3l1.5-2h3M4 11l2-6h8l2 6v5H4z" />`),
  products: icon(html`<path d="M4 10V4h6l6.5 6.5-6 6z" /><circle cx="7.5" cy="7.5" r=".8" />`),
  inventory: icon(html`<path d="M4 7l6-3 6 3v7l-6 3-6-3zM4 7l6 3 6-3M10 10v7" />`),
  store: icon(html`<path d="M4 8h12v8H4zM3 8l2-4h10l2 4" />`),
  till: icon(html`<path d="M5 3h10v14H5zM8 7h4M8 13h.1M12 13h.1M8 10h.1M12 10h.1" />`),
  app: icon(html`<path d="M6 4h8l3 4-7 9-7-9zM3 8h14" />`),
}

const bag = html`<svg
  viewBox="0 0 20 20"
  width="20"
  height="20"
  fill="none"
  stroke="#8fd18f"
  stroke-width="1.6"
  aria-hidden="true"
>
  <path d="M4 7h12l-1 10H5zM7 9V6a3 3 0 0 1 6 0v3" />
</svg>`
