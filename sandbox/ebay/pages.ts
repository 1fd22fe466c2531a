import { formatMoney } from '#app/kernel/money.ts'
import { type Markup, html } from '../markup.ts'
import { type Ebay, iso, sellerOf } from './ebay.ts'
import { totalOf } from './orders.ts'
import { shownOf, totalShown } from './stock.ts'
import type { Listing, Order, SellerState, Variation } from './world.ts'

type Query = Record<string, string>

const SHOWN = 50

export function sellersPage(ebay: Ebay): Markup {
  const rows = [...ebay.world.sellers.values()].map(
    ({ userId, username }) => html`<li><a href="/usr/${userId}">${username}</a></li>`,
  )
  return html`<h1>Sellers</h1>
    <ul>
      ${rows}
    </ul>`
}

const links = ({ userId, username }: SellerState): Markup =>
  html`<nav aria-label="Seller">
    <a href="/usr/${userId}">${username}</a><a href="/usr/${userId}/orders">Orders (the seller’s side)</a>
  </nav>`

const news = ({ done, refused }: Query): Markup =>
  html`${done && html`<p class="note" role="status">${done}</p>`}
  ${refused && html`<p class="note bad" role="alert">${refused}</p>`}`

/** What a buyer sees of a seller, newest first. */
export function sellerPage(ebay: Ebay, seller: SellerState): Markup {
  const listings = seller.listingIds.toReversed().flatMap((id) => ebay.world.listings.get(id) ?? [])
  const rows = listings.map(
    (listing) =>
      html`<tr>
        <th scope="row"><a href="/itm/${listing.listingId}">${listing.title}</a></th>
        <td>${priceOf(listing.variations[0], seller)}</td>
        <td>${stateOf(ebay, listing)}</td>
      </tr>`,
  )
  return html`<h1>${seller.username}</h1>
    ${links(seller)}
    <table>
      <thead>
        <tr>
          <th>Listing</th>
          <th>Price</th>
          <th>Left</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`
}

const priceOf = (variation: Variation | undefined, { currency }: SellerState): string =>
  formatMoney({ minor: variation?.price ?? 0, currency })

function stateOf(ebay: Ebay, listing: Listing): string {
  if (listing.ended) return 'Ended'
  if (listing.format === 'AUCTION') return `Auction, ${listing.bids} bids`
  return totalShown(ebay, listing) > 0 ? `${totalShown(ebay, listing)} available` : 'Out of stock'
}

/** A listing as its buyer sees it, and its seller's forms below. */
export function listingPage(ebay: Ebay, listing: Listing, query: Query): Markup {
  const seller = sellerOf(ebay, listing.userId)
  const shown = totalShown(ebay, listing)
  const option = (variation: Variation) => {
    const left = shownOf(ebay, listing, variation)
    const name = Object.values(variation.choices).join(' / ') || 'The piece'
    return html`<option value="${variation.variationId}" ${left === 0 && 'disabled'}>
      ${name} (${left} available)
    </option>`
  }
  const choice = (id: string) =>
    html`<label for="${id}">Choice</label>
      <select id="${id}" name="variation_id">
        ${listing.variations.map(option)}
      </select>`
  const action = `/itm/${listing.listingId}`
  return html`${links(seller)} ${news(query)}
    <h1>${listing.title}</h1>
    <p>${priceOf(listing.variations[0], seller)} · ${stateOf(ebay, listing)}</p>
    <form method="post" action="${action}/buy" class="panel">
      ${choice('choice')} <label for="quantity">Quantity</label>
      <input id="quantity" name="quantity" type="number" min="1" value="1" />
      <button ${shown === 0 && 'disabled'}>Buy It Now</button>
    </form>
    <details>
      <summary>For the seller: Seller Hub</summary>
      <form method="post" action="${action}/edit">
        ${choice('edited')} <label for="new">New available quantity</label>
        <input id="new" name="quantity" type="number" min="0" value="${shown}" /><button class="plain">Save</button>
      </form>
      <form method="post" action="${action}/end"><button class="plain">End the listing</button></form>
    </details>`
}

/** The seller's side: her latest orders and what she can do with them. */
export function ordersPage(ebay: Ebay, seller: SellerState, query: Query): Markup {
  const latest = seller.orderIds
    .slice(-SHOWN)
    .toReversed()
    .flatMap((id) => ebay.world.orders.get(id) ?? [])
  return html`<h1>Orders</h1>
    ${links(seller)} ${news(query)}
    ${
      latest.length === 0
        ? html`<p class="soft">No orders yet.</p>`
        : html`<table>
            <thead>
              <tr>
                <th>Order</th>
                <th>Placed</th>
                <th>Pieces</th>
                <th>Total</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              ${latest.map((order) => orderRow(order, seller))}
            </tbody>
          </table>`
    }`
}

function orderRow(order: Order, { userId, currency }: SellerState): Markup {
  const pieces = order.lines.map(
    ({ quantity, title, choices }) => html`<div>${quantity} × ${title} ${Object.values(choices).join(' / ')}</div>`,
  )
  const button = ([action, name]: [string, string]) =>
    html`<form method="post" action="/usr/${userId}/orders/${order.orderId}/${action}">
      <button class="plain" aria-label="${name} order ${order.orderId}">${name}</button>
    </form>`
  return html`<tr>
    <th scope="row">${order.orderId}</th>
    <td>${iso(order.createdAt).slice(0, 16).replace('T', ' ')}</td>
    <td>${pieces}</td>
    <td>${formatMoney({ minor: totalOf(order), currency })}</td>
    <td>${actionsFor(order).map(button)}</td>
  </tr>`
}

function actionsFor({ paidAt, cancelledAt, lines }: Order): [action: string, name: string][] {
  if (cancelledAt !== null || lines.every(({ shipped, quantity }) => shipped === quantity)) return []
  if (paidAt !== null)
    return [
      ['cancel', 'Cancel'],
      ['ship', 'Ship'],
    ]
  return [
    ['pay', 'Payment arrives'],
    ['cancel', 'Payment fails'],
  ]
}
