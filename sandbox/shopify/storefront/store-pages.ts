import { dollars, html, type Markup } from '../../markup.ts'
import type { OrderView, ProductView, ShopView, VariantView } from '../shop-view.ts'
import { layout, problem } from './layout.ts'
import { picture } from './picture.ts'

/** Pieces a buyer may take of it in one go. */
const MOST_AT_ONCE = 10

export type Storefront = { shop: ShopView; base: string }

/** The window: everything for sale, by kind or by words. */
export function windowPage({ shop, base }: Storefront, asked: { type: string; search: string }): Response {
  const onSale = shop.products.filter((product) => product.status === 'ACTIVE')
  const types = [...new Set(onSale.map((product) => product.type))]
  const words = asked.search.toLowerCase()
  const found = onSale.filter((p) => (!asked.type || p.type === asked.type) && p.title.toLowerCase().includes(words))
  const kind = (name: string, label: string) =>
    html`<a
      href="${base}${name && `?type=${encodeURIComponent(name)}`}"
      ${name === asked.type && html`aria-current="page"`}
      >${label}</a
    >`
  const main = html`
    <nav aria-label="Kinds">
      ${kind('', 'Everything')} ${types.map((type) => kind(type, plural(type)))}
      <form><input type="search" name="q" value="${asked.search}" placeholder="Search" aria-label="Search" /></form>
    </nav>
    <div class="grid" id="goods" data-live>${found.map((product) => card(base, product))}</div>
    ${found.length === 0 && html`<p>Nothing like that is in the shop.</p>`}
  `
  return layout({ title: 'Shop', kind: 'shop', home: base, heading: shop.name, main })
}

const plural = (type: string) => (/s$/.test(type) ? type : `${type.replace(/y$/, 'ie')}s`)

function card(base: string, { number, title, type, variants }: ProductView): Markup {
  const prices = variants.map((v) => Number(v.price))
  const from = Math.min(...prices)
  return html`<a class="card" href="${base}/products/${number}">
    ${picture(title, type)} <b>${title}</b>
    <span
      >${from < Math.max(...prices) && 'from '}${dollars(from)}
      ${!variants.some(canBeBought) && html`<em>Sold out</em>`}</span
    >
  </a>`
}

const canBeBought = (v: VariantView) => v.online === null || v.continueSelling || v.online > 0

/** One product with its choice and the button that buys. */
export function productPage(
  { shop, base }: Storefront,
  product: ProductView,
  refused?: { sentence: string },
): Response {
  const { title, type, variants } = product
  const main = html`<div class="one">
    ${picture(title, type)}
    <form method="post" action="${base}/products/${product.number}">
      <h1>${title}</h1>
      ${problem(refused?.sentence)}
      <label
        >Choice
        <select name="variant" aria-label="Choice">
          ${variants.map(option)}
        </select></label
      >
      <ul id="left" data-live>
        ${variants.map((v) => html`<li data-sku="${v.sku}">${v.title || title}: <b>${left(v)}</b></li>`)}
      </ul>
      <label>Quantity <input type="number" name="quantity" value="1" min="1" max="${MOST_AT_ONCE}" /></label>
      <button class="primary" ${!variants.some(canBeBought) && html`disabled`}>Buy now</button>
    </form>
  </div>`
  return layout({ title, kind: 'shop', home: base, heading: shop.name, main, status: refused ? 409 : 200 })
}

function option(variant: VariantView): Markup {
  const { id, title, price } = variant
  return html`<option value="${id}" ${!canBeBought(variant) && html`disabled`}>
    ${title || 'One size'}, ${dollars(price)}
  </option>`
}

function left({ online, continueSelling }: VariantView): string {
  if (online === null) return 'always available'
  if (online > 0) return `${online} left`
  return continueSelling ? 'made to order' : 'sold out'
}

/** What the buyer sees after buying, with the way back. */
export function thanksPage({ shop, base }: Storefront, order: OrderView, refused?: { sentence: string }): Response {
  const main = html`<div class="thanks">
    <h1>${order.cancelled ? `Order ${order.name} is canceled` : `Thank you, ${order.buyer}!`}</h1>
    ${problem(refused?.sentence)}
    <p>
      Order <b data-order="${order.number}">${order.name}</b>, ${dollars(order.total)}. ${order.payment},
      ${order.fulfillment.toLowerCase()}.
    </p>
    <ul>
      ${order.lines.map((line) => html`<li>${line.ordered} × ${line.title} ${line.sku}</li>`)}
    </ul>
    ${order.can.cancel && html`<form method="post" action="${base}/orders/${order.key}/cancel"><button>Cancel order</button></form>`}
    <p><a href="${base}">Back to the shop</a></p>
  </div>`
  return layout({
    title: `Order ${order.name}`,
    kind: 'shop',
    home: base,
    heading: shop.name,
    main,
    status: refused ? 409 : 200,
  })
}
