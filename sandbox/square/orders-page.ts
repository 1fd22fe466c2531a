import { html, type Markup } from '../markup.ts'
import type { Seller } from './seller.ts'
import type { Order } from './world.ts'

const SHOWN = 50

/** The newest orders, those that bring something back too, with what the seller can do about each. */
export function ordersPage(seller: Seller, query: Record<string, string>): Markup {
  const orders = seller.orders().toSorted((a, b) => b.createdAt - a.createdAt)
  return html`<h1>Orders</h1>
    ${query.refused ? html`<p class="bad" role="alert">${query.refused}</p>` : null}
    ${orders.length === 0 ? html`<p>No orders yet.</p>` : null}
    <table>
      <tbody>
        ${orders.slice(0, SHOWN).map(
          (order) =>
            html`<tr>
              <td>${order.orderId}</td>
              <td>${order.state}</td>
              <td>${saidOf(order)}</td>
              <td>
                <form method="post" action="/orders/${seller.merchantId}">
                  <input type="hidden" name="order" value="${order.orderId}" />
                  ${actionsOf(order).map(
                    ([what, label]) => html`<button name="do" value="${what}" class="plain">${label}</button>`,
                  )}
                </form>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`
}

function saidOf({ lines, returns }: Order): string {
  const sold = lines.map(({ quantity, name }) => `${quantity} × ${name}`)
  const back = returns.flatMap(({ lines }) => lines.map(({ quantity, name }) => `${quantity} × ${name} returned`))
  return [...sold, ...back].join(', ')
}

function actionsOf({ state, lines, fulfillment }: Order): [string, string][] {
  if (state === 'OPEN' && fulfillment) {
    return [
      ['fulfil', 'Sent'],
      ['cancel', 'Cancel'],
    ]
  }
  if (state !== 'COMPLETED' || lines.length === 0) return []
  return [
    ['return', 'Returned, for sale again'],
    ['keep', 'Returned, not for sale'],
    ['refund', 'Refund 5.00'],
  ]
}
