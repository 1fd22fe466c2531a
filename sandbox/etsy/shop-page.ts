import { formatMoney } from '#app/kernel/money.ts'
import { type Etsy, shopOf } from './etsy.ts'
import { type Html, html } from './html.ts'
import { picture } from './picture.ts'
import { totalQuantity } from './stock-of-listing.ts'
import type { Listing, ShopState } from './world.ts'

export function shopsPage(etsy: Etsy): Html {
  const shops = [...etsy.world.shops.values()]
  return html`<h1>Shops</h1>
    <ul>
      ${shops.map((shop) => html`<li><a href="/shop/${shop.shopId}">${shop.name}</a></li>`)}
    </ul>`
}

/** Links that every page of a shop has. */
export const shopLinks = (shop: ShopState): Html =>
  html`<nav aria-label="Shop">
    <a href="/shop/${shop.shopId}">${shop.name}</a
    ><a href="/shop/${shop.shopId}/receipts">Orders (the seller’s side)</a>
  </nav>`

/** What a buyer sees of a shop: what is on sale, newest first, and below it what is sold out. */
export function shopPage(etsy: Etsy, shopId: number): Html {
  const shop = shopOf(etsy, shopId)
  const { active, sold_out } = shop.byState
  const card = (id: number) => listingCard(etsy.world.listings.get(id)!, shop)
  return html`<h1>${shop.name}</h1>
    ${shopLinks(shop)}
    <p class="soft">${active.length} on sale · ${shop.sold} sold</p>
    <ul class="grid">
      ${active.toReversed().map(card)} ${sold_out.toReversed().map(card)}
    </ul>`
}

function listingCard(listing: Listing, shop: ShopState): Html {
  const shown = listing.state === 'active' ? totalQuantity(listing.inventory) : 0
  return html`<li class="card">
    <a href="/listing/${listing.listingId}">
      ${picture(listing)}
      <div>
        <h2>${listing.title}</h2>
        <span class="price">${priceOf(listing, shop)}</span> ${stockPill(shown)}
      </div>
    </a>
  </li>`
}

export function priceOf({ inventory }: Listing, { currency }: ShopState): string {
  const prices = inventory.products.map((product) => product.price)
  const from = Math.min(...prices)
  return `${from < Math.max(...prices) ? 'from ' : ''}${formatMoney({ minor: from, currency })}`
}

export function stockPill(shown: number): Html {
  if (shown === 0) return html`<span class="pill bad">Sold out</span>`
  return html`<span class="pill ${shown > 1 && 'good'}"
    >${shown === 1 ? 'Only 1 available' : `${shown} available`}</span
  >`
}
