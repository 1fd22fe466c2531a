import { html, type Markup } from '../../markup.ts'
import type { ShopView } from '../shop-view.ts'
import type { Visit } from './shell.ts'

/** What the merchant sees first: what waits, and where the app is. */
export function homePage(visit: Visit, { orders, products, places }: ShopView): Markup {
  const { store, query, app } = visit
  const waiting = orders.filter((order) => order.can.fulfill).length
  const variants = products.flatMap((product) => product.variants)
  const available = variants.reduce((sum, v) => sum + (v.online ?? 0), 0)
  const card = (path: string, figure: number, words: string) =>
    html`<div class="card">
      <a href="${path}${query}"><b>${figure.toLocaleString('en-US')}</b>${words}</a>
    </div>`
  return html`<main>
    <div class="narrow">
      <h1>${visit.storeName}</h1>
      <div class="cards" id="figures" data-live>
        ${card(`/store/${store}/orders`, waiting, 'orders to fulfill')}
        ${card(`/store/${store}/products`, products.length, 'products')}
        ${card(`/store/${store}/inventory`, available, 'pieces for sale online')}
        ${card(`/store/${store}/inventory`, places.length, 'locations')}
      </div>
      <div class="card">
        <h2>${app.name}</h2>
        <p>
          The app runs inside this admin as it does in Shopify's: in a frame, with session tokens and token exchange.
        </p>
        <a class="button primary" href="${app.base}/app${query}">Open ${app.name}</a>
      </div>
    </div>
  </main>`
}
