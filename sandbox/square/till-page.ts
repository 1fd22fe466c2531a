import { html, type Markup } from '../markup.ts'
import type { Seller } from './seller.ts'
import type { Location } from './world.ts'

type Look = {
  query: Record<string, string>
  /** sales without network that Square has not heard of */
  waiting: number
}

/** A till: everything there is, with what Square has of it here. It sells below zero as well. */
export function tillPage(seller: Seller, { locationId, name }: Location, { query, waiting }: Look): Markup {
  const at = (action: string) => `/till/${locationId}/${action}`
  return html`<nav><a href="/orders/${seller.merchantId}">Orders</a></nav>
    <h1>${name}</h1>
    ${query.refused ? html`<p class="bad" role="alert">${query.refused}</p>` : null}
    ${query.done ? html`<p class="good" role="status">Done.</p>` : null}
    ${
      waiting > 0
        ? html`<form method="post" action="${at('upload')}">
            <p>${waiting} ${waiting === 1 ? 'sale' : 'sales'} made without network. <button>Network is back</button></p>
          </form>`
        : null
    }
    <table>
      <thead>
        <tr>
          <th>SKU</th>
          <th>In stock</th>
          <th>Price</th>
          <th></th>
        </tr>
      </thead>
      <tbody>
        ${seller.variations().map(
          ({ variationId, sku, name, price }) =>
            html`<tr>
              <td>${sku || name}</td>
              <td>${seller.inStock(variationId, locationId)}</td>
              <td>${(price / 100).toFixed(2)}</td>
              <td>
                <form method="post" action="${at('sell')}">
                  <input type="hidden" name="variation_id" value="${variationId}" />
                  <input type="number" name="quantity" value="1" min="0" aria-label="Pieces of ${sku || name}" />
                  <button>Sell</button>
                  <button formaction="${at('offline')}" class="plain">Sell without network</button>
                  <button formaction="${at('count')}" class="plain">Counted</button>
                </form>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`
}
