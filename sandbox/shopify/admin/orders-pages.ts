import { dollars, html, type Markup } from '../../markup.ts'
import type { OrderView, ShopView } from '../shop-view.ts'
import type { Visit } from './shell.ts'

const MOST_SHOWN = 100

/** All orders, newest first, with what the merchant may do with each. */
export function ordersPage(visit: Visit, { orders, places }: ShopView): Markup {
  const newest = orders.slice(0, MOST_SHOWN)
  return html`<main>
    <div class="narrow">
      <div class="heading">
        <h1>Orders</h1>
        <small>The last ${newest.length}</small>
      </div>
      <div class="card table" id="orders" data-live>
        <table>
          <thead>
            <tr>
              <th>Order</th>
              <th>Date</th>
              <th>Customer</th>
              <th>Channel</th>
              <th class="n">Total</th>
              <th>Payment</th>
              <th>Fulfillment</th>
              <th>Items</th>
              <th></th>
            </tr>
          </thead>
          <tbody>
            ${newest.map((order) => orderRow(visit, order))}
          </tbody>
        </table>
        ${places.length === 0 && html`<p>This store has no locations.</p>`}
      </div>
    </div>
  </main>`
}

function orderRow(visit: Visit, order: OrderView): Markup {
  return html`<tr data-order="${order.number}">
    <td>
      <a href="${orderPath(visit, order)}"><b>${order.name}</b></a>
    </td>
    <td>${when(order.placedAt)}</td>
    <td>${order.buyer}</td>
    <td>${order.channel}</td>
    <td class="n">${dollars(order.total)}</td>
    <td>${payment(order)}</td>
    <td>${fulfillment(order)}</td>
    <td>${order.lines.map((l) => html`<div>${l.ordered} × ${l.title} <small>${l.sku}</small></div>`)}</td>
    <td class="acts">${acts(visit, order)}</td>
  </tr>`
}

const orderPath = ({ store, query }: Visit, { key }: OrderView) => `/store/${store}/orders/${key}${query}`

function acts(visit: Visit, order: OrderView): Markup {
  const act = (name: string, label: string, more: Markup | string = '') =>
    html`<form class="inline" method="post" action="/store/${visit.store}/orders/${order.key}/${name}${visit.query}">
      <button aria-label="${label} ${order.name}">${label}</button>${more}
    </form>`
  return html`${order.can.fulfill && act('fulfill', 'Fulfill')} ${order.can.cancel && act('cancel', 'Cancel')}
  ${order.can.refund && act('refund', 'Refund', html`<input type="hidden" name="restock" value="on" />`)}`
}

/** One order: its lines, and a refund piece by piece. */
export function orderPage(visit: Visit, order: OrderView): Markup {
  const path = `/store/${visit.store}/orders/${order.key}`
  return html`<main>
    <div class="narrow">
      <div class="heading">
        <h1>${order.name} ${payment(order)} ${fulfillment(order)}</h1>
        <small>${when(order.placedAt)} · ${order.channel} · ${order.buyer}</small>
      </div>
      <div class="card">
        <form method="post" action="${path}/refund${visit.query}">
          <table>
            <thead>
              <tr>
                <th>Item</th>
                <th>SKU</th>
                <th class="n">Price</th>
                <th class="n">Ordered</th>
                <th class="n">To send</th>
                <th class="n">Refund</th>
              </tr>
            </thead>
            <tbody>
              ${order.lines.map((line) => lineRow(line))}
            </tbody>
          </table>
          <p>
            <label><input type="checkbox" name="restock" checked /> Restock</label>
            <button ${!order.can.refund && html`disabled`}>Refund</button>
          </p>
        </form>
        ${order.can.fulfill && html`<form class="inline" method="post" action="${path}/fulfill${visit.query}"><input name="carrier" placeholder="Carrier" aria-label="Carrier" /> <input name="tracking" placeholder="Tracking number" aria-label="Tracking number" /> <button class="primary">Fulfill items</button></form>`}
        ${order.can.cancel && html`<form class="inline" method="post" action="${path}/cancel${visit.query}"><button class="critical">Cancel order</button></form>`}
      </div>
      <a href="/store/${visit.store}/orders${visit.query}">All orders</a>
    </div>
  </main>`
}

function lineRow({ id, title, sku, price, ordered, unsent, returnable }: OrderView['lines'][number]): Markup {
  const most = unsent + returnable
  return html`<tr>
    <td>${title}</td>
    <td>${sku}</td>
    <td class="n">${dollars(price)}</td>
    <td class="n">${ordered}</td>
    <td class="n">${unsent}</td>
    <td class="n">
      <input
        class="few"
        type="number"
        min="0"
        max="${most}"
        value="${most}"
        name="refund ${id}"
        aria-label="Refund of ${title}"
      />
    </td>
  </tr>`
}

function payment({ payment }: OrderView): Markup {
  return html`<span class="badge${payment === 'Paid' ? '' : ' off'}">${payment}</span>`
}

function fulfillment({ cancelled, fulfillment }: OrderView): Markup {
  if (cancelled) return html`<span class="badge off">Canceled</span>`
  return html`<span class="badge ${fulfillment === 'Fulfilled' ? 'good' : 'wait'}">${fulfillment}</span>`
}

const when = (at: Date) => at.toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
