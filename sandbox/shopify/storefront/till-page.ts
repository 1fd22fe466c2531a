import { dollars, html, type Markup } from '../../markup.ts'
import type { OrderView, PlaceView, ProductView, ShopView, VariantView } from '../shop-view.ts'
import { layout, problem } from './layout.ts'

const MOST_SHOWN = 40
const SALES_SHOWN = 12

export type Till = { shop: ShopView; base: string; place: PlaceView; search: string; refused?: string | undefined }

type Piece = { product: ProductView; variant: VariantView; here: number | null }

/** The till of one location: pieces that lie there on the left, its last sales on the right. */
export function tillPage({ shop, base, place, search, refused }: Till): Response {
  const pieces = shop.products.flatMap((product) => product.variants.map((variant) => piece(product, variant, place)))
  const words = search.toLowerCase()
  const found = pieces.filter(({ product, variant, here }) => {
    const text = `${product.title} ${variant.title} ${variant.sku}`.toLowerCase()
    return (
      product.status === 'ACTIVE' &&
      text.includes(words) &&
      (here === null || here > 0 || variant.continueSelling || words)
    )
  })
  const sales = shop.orders.filter((order) => order.channel === 'Point of Sale').slice(0, SALES_SHOWN)
  const main = html`${problem(refused)}
    <form class="bar">
      <label
        >Location
        <select name="place" aria-label="Location">
          ${shop.places.map((p) => html`<option ${p.id === place.id && html`selected`}>${p.name}</option>`)}
        </select></label
      >
      <input type="search" name="q" value="${search}" placeholder="Title or SKU" aria-label="Search" /><button>
        Show
      </button>
    </form>
    <div class="two">
      <section aria-label="Pieces" id="pieces" data-live>
        <table>
          <thead>
            <tr>
              <th>Piece</th>
              <th>SKU</th>
              <th class="n">Here</th>
              <th class="n">Price</th>
              <th></th>
            </tr>
          </thead>
          <tbody>
            ${found.slice(0, MOST_SHOWN).map((p) => pieceRow(base, place, p))}
          </tbody>
        </table>
        ${found.length > MOST_SHOWN && html`<small>The first ${MOST_SHOWN} of ${found.length}.</small>`}
      </section>
      <section aria-label="Sales" id="sales" data-live>
        <h2>Last sales</h2>
        ${sales.length === 0 && html`<p>Nothing sold here yet.</p>`}${sales.map((order) => saleRow(base, place, order))}
      </section>
    </div>`
  return layout({
    title: place.name,
    kind: 'till',
    home: base,
    heading: `${shop.name}: till`,
    main,
    status: refused ? 409 : 200,
  })
}

function piece(product: ProductView, variant: VariantView, place: PlaceView): Piece {
  const level = variant.levels.find((l) => l.place.id === place.id)
  return { product, variant, here: variant.tracked ? (level?.quantities.available ?? 0) : null }
}

function pieceRow(base: string, place: PlaceView, { product, variant, here }: Piece): Markup {
  return html`<tr>
    <td>${product.title} <small>${variant.title}</small></td>
    <td>${variant.sku}</td>
    <td class="n">${here ?? '–'}</td>
    <td class="n">${dollars(variant.price)}</td>
    <td>
      <form method="post" action="${base}/sell">
        <input type="hidden" name="place" value="${place.name}" /><input
          type="hidden"
          name="variant"
          value="${variant.id}"
        />
        <button class="primary" aria-label="Sell ${variant.sku || product.title}">Sell</button>
      </form>
    </td>
  </tr>`
}

function saleRow(base: string, place: PlaceView, order: OrderView): Markup {
  return html`<div class="sale" data-order="${order.number}">
    <b>${order.name}</b> ${dollars(order.total)} <small>${order.payment}</small>
    <div>${order.lines.map((l) => html`${l.ordered} × ${l.title} ${l.sku}`)}</div>
    ${
      order.can.refund &&
      html`<form method="post" action="${base}/orders/${order.key}/refund">
        <input type="hidden" name="place" value="${place.name}" />
        <label><input type="checkbox" name="restock" checked /> Restock</label>
        <button aria-label="Refund ${order.name}">Refund</button>
      </form>`
    }
  </div>`
}
