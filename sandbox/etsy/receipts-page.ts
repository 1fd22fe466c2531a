import { formatMoney } from '#app/kernel/money.ts'
import { type Etsy, shopOf } from './etsy.ts'
import { type Html, html } from './html.ts'
import { totalOf } from './receipts.ts'
import { shopLinks } from './shop-page.ts'
import { statusOf } from './wire-receipt.ts'
import type { Receipt, ShopState } from './world.ts'

const SHOWN = 50

/** The seller's side: her latest orders and what she can do with them. */
export function receiptsPage(etsy: Etsy, shopId: number, { done, refused }: Record<string, string>): Html {
  const shop = shopOf(etsy, shopId)
  const latest = shop.byCreated.ids.slice(-SHOWN).reverse()
  const rows = latest.map((id) => receiptRow(etsy.world.receipts.get(id)!, shop))
  return html`<h1>Orders</h1>
    ${shopLinks(shop)} ${done && html`<p class="note" role="status">${done}</p>`}
    ${refused && html`<p class="note bad" role="alert">${refused}</p>`}
    ${
      rows.length === 0
        ? html`<p class="soft">No orders yet.</p>`
        : html`<table>
            <caption class="soft">
              The latest ${rows.length}
            </caption>
            <thead>
              <tr>
                <th>Order</th>
                <th>Placed</th>
                <th>Pieces</th>
                <th>Total</th>
                <th>Status</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }`
}

function receiptRow(receipt: Receipt, shop: ShopState): Html {
  const pieces = receipt.lines.map((line) => {
    const choice = line.values.flatMap((value) => value.values).join(' / ')
    return html`<div>${line.quantity} × ${line.title}${choice && ` (${choice})`}</div>`
  })
  const status = statusOf(receipt)
  return html`<tr>
    <th scope="row">${receipt.receiptId}</th>
    <td>${new Date(receipt.createdAt).toISOString().slice(0, 16).replace('T', ' ')}</td>
    <td>${pieces}</td>
    <td>${formatMoney({ minor: totalOf(receipt), currency: shop.currency })}</td>
    <td><span class="pill ${status === 'canceled' ? 'bad' : 'good'}">${status}</span></td>
    <td>${actionsFor(receipt).map(([action, name]) => actionButton(receipt, action, name))}</td>
  </tr>`
}

function actionsFor({ paidAt, shippedAt, canceledAt }: Receipt): [action: string, name: string][] {
  if (canceledAt !== null || shippedAt !== null) return []
  if (paidAt === null) {
    return [
      ['pay', 'Payment arrives'],
      ['cancel', 'Payment fails'],
    ]
  }
  return [
    ['cancel', 'Cancel'],
    ['ship', 'Ship'],
  ]
}

const actionButton = ({ shopId, receiptId }: Receipt, action: string, name: string): Html =>
  html`<form method="post" action="/shop/${shopId}/receipts/${receiptId}/${action}">
    <button class="plain" aria-label="${name} order ${receiptId}">${name}</button>
  </form>`
