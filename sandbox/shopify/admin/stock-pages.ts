import { dollars, html, type Markup } from '../../markup.ts'
import type { KeptName } from '../rows.ts'
import type { PlaceView, ProductView, ShopView, VariantView } from '../shop-view.ts'
import type { Visit } from './shell.ts'

const MOST_SHOWN = 100

/** Shopify's names of the states, with the words its admin has for them. */
const STATES: [KeptName, string][] = [
  ['available', 'Available'],
  ['committed', 'Committed'],
  ['reserved', 'Reserved'],
  ['quality_control', 'Quality control'],
  ['damaged', 'Damaged'],
  ['safety_stock', 'Safety stock'],
  ['incoming', 'Incoming'],
]

/** Products with what is available of each, place by place. */
export function productsPage(visit: Visit, shop: ShopView, search: string): Markup {
  const found = shop.products.filter(({ title, variants }) => matches(search, title, ...variants.map((v) => v.sku)))
  return html`<main>
    <div class="narrow">
      ${heading('Products', search)}
      <div class="card table" id="stock" data-live>
        <table>
          <thead>
            <tr>
              <th>Product</th>
              <th>Status</th>
              <th>Type</th>
              <th class="n">Available</th>
              ${shop.places.map((p) => html`<th class="n">${p.name}</th>`)}
              <th class="n">Price</th>
            </tr>
          </thead>
          <tbody>
            ${found.slice(0, MOST_SHOWN).map((p) => productRow(visit, shop.places, p))}
          </tbody>
        </table>
      </div>
      ${tooMany(found.length)}
    </div>
  </main>`
}

function productRow(visit: Visit, places: PlaceView[], product: ProductView): Markup {
  const { variants, status } = product
  const at = (place: PlaceView) => total(variants, (v) => levelAt(v, place)?.quantities.available)
  return html`<tr>
    <td>
      <a href="/store/${visit.store}/products/${product.number}${visit.query}">${product.title}</a>
      <small>${variants.length > 1 ? `${variants.length} variants` : variants[0]?.sku}</small>
    </td>
    <td><span class="badge ${status === 'ACTIVE' ? 'good' : ''}">${status.toLowerCase()}</span></td>
    <td>${product.type}</td>
    ${variants.some((v) => v.tracked) ? count(places.reduce((sum, p) => sum + at(p), 0)) : html`<td class="n">not tracked</td>`}
    ${places.map((place) => count(at(place)))}
    <td class="n">${dollars(variants[0]?.price ?? 0)}</td>
  </tr>`
}

/** One product: every state of every variant at every place, and what a person may change by hand. */
export function productPage(visit: Visit, product: ProductView): Markup {
  const path = `/store/${visit.store}/products/${product.number}`
  const other = product.status === 'ACTIVE' ? 'archive' : 'activate'
  return html`<main>
    <div class="narrow">
      <div class="heading">
        <h1>${product.title} <span class="badge">${product.status.toLowerCase()}</span></h1>
        <form class="inline" method="post" action="${path}/${other}${visit.query}">
          <button>${other === 'archive' ? 'Archive' : 'Activate'}</button>
        </form>
        <form class="inline" method="post" action="${path}/delete${visit.query}">
          <button class="critical">Delete product</button>
        </form>
      </div>
      <div id="stock" data-live>${product.variants.map((variant) => variantCard(product, variant))}</div>
      <a href="/store/${visit.store}/products${visit.query}">All products</a>
    </div>
  </main>`
}

function variantCard(product: ProductView, variant: VariantView): Markup {
  const notes = [
    variant.tracked ? '' : 'Inventory not tracked',
    variant.continueSelling ? 'Continues selling when out of stock' : '',
  ]
  return html`<div class="card">
    <h2>${variant.title || product.title} · ${variant.sku || 'no SKU'} · ${dollars(variant.price)}</h2>
    <small>${notes.filter(Boolean).join(' · ')}</small>
    <table>
      <thead>
        <tr>
          <th>Location</th>
          ${STATES.map(([, word]) => html`<th class="n">${word}</th>`)}
          <th class="n">On hand</th>
        </tr>
      </thead>
      <tbody>
        ${variant.levels.map(
          ({ place, quantities, onHand }) =>
            html`<tr>
              <td>${place.name}</td>
              ${STATES.map(([name]) => count(quantities[name]))}${count(onHand)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** Inventory: one line for each item and place, where the number of available pieces can be set by hand. */
export function inventoryPage(visit: Visit, shop: ShopView, asked: { search: string; place: string }): Markup {
  const place = shop.places.find((p) => p.name === asked.place) ?? shop.places[0]
  if (!place)
    return html`<main>
      <div class="narrow">
        <h1>Inventory</h1>
        <p>This store has no locations.</p>
      </div>
    </main>`
  const items = shop.products.flatMap((product) => product.variants.map((variant) => ({ product, variant })))
  const here = items.filter(({ product, variant }) => {
    return (
      variant.tracked && levelAt(variant, place) && matches(asked.search, product.title, variant.sku, variant.title)
    )
  })
  const link = (p: PlaceView) =>
    `/store/${visit.store}/inventory${withQuery(visit.query, { place: p.name, q: asked.search })}`
  return html`<main>
    <div class="narrow">
      ${heading('Inventory', asked.search, html`<input type="hidden" name="place" value="${place.name}" />`)}
      <p>
        ${shop.places.map((p) => html`<a class="button ${p === place && 'primary'}" href="${link(p)}">${p.name}</a> `)}
      </p>
      <div class="card table" id="stock" data-live>
        <table>
          <thead>
            <tr>
              <th>Item</th>
              <th>SKU</th>
              ${STATES.slice(1).map(([, word]) => html`<th class="n">${word}</th>`)}
              <th class="n">On hand</th>
              <th class="n">Available</th>
            </tr>
          </thead>
          <tbody>
            ${here.slice(0, MOST_SHOWN).map(({ product, variant }) => itemRow(link(place), { product, variant, place }))}
          </tbody>
        </table>
      </div>
      ${tooMany(here.length)}
    </div>
  </main>`
}

type ItemAt = { product: ProductView; variant: VariantView; place: PlaceView }

function itemRow(path: string, { product, variant, place }: ItemAt): Markup {
  const level = levelAt(variant, place)
  const available = level?.quantities.available ?? 0
  return html`<tr>
    <td>${product.title}<small>${variant.title}</small></td>
    <td class="sku">${variant.sku}</td>
    ${STATES.slice(1).map(([name]) => count(level?.quantities[name] ?? 0))} ${count(level?.onHand ?? 0)}
    <td class="n">
      <form class="inline" method="post" action="${path}">
        <input type="hidden" name="item" value="${variant.itemId}" /><input
          type="hidden"
          name="location"
          value="${place.id}"
        />
        <input
          class="few"
          type="number"
          name="available"
          value="${available}"
          aria-label="Available of ${variant.sku || product.title}"
        />
        <button>Save</button>
      </form>
    </td>
  </tr>`
}

function heading(title: string, search: string, more: Markup | string = ''): Markup {
  return html`<div class="heading">
    <h1>${title}</h1>
    <form class="inline">
      ${more}<input type="search" name="q" value="${search}" placeholder="Search title or SKU" aria-label="Search" />
      <button>Search</button>
    </form>
  </div>`
}

function tooMany(found: number): Markup | false {
  return found > MOST_SHOWN && html`<small>The first ${MOST_SHOWN} of ${found}. Search to see others.</small>`
}

function matches(search: string, ...texts: string[]): boolean {
  const words = search.toLowerCase().split(/\s+/)
  return words.every((word) => texts.some((text) => text.toLowerCase().includes(word)))
}

const levelAt = ({ levels }: VariantView, place: PlaceView) => levels.find((level) => level.place.id === place.id)

function total(variants: VariantView[], of: (variant: VariantView) => number | undefined): number {
  return variants.reduce((sum, variant) => sum + (of(variant) ?? 0), 0)
}

function count(pieces: number): Markup {
  return html`<td class="n ${pieces === 0 ? 'zero' : pieces < 0 ? 'low' : ''}">${pieces}</td>`
}

/** Puts more into a query that is empty or starts with a question mark. */
export function withQuery(query: string, more: Record<string, string>): string {
  const all = new URLSearchParams(query)
  for (const [name, value] of Object.entries(more)) if (value) all.set(name, value)
  return all.size > 0 ? `?${all}` : ''
}
