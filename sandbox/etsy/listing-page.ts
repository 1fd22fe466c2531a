import { formatMoney } from '#app/kernel/money.ts'
import type { Refusal } from '#app/kernel/refusal.ts'
import { type Etsy, shopOf } from './etsy.ts'
import { type Html, html } from './html.ts'
import { picture } from './picture.ts'
import { priceOf, shopLinks, stockPill } from './shop-page.ts'
import { shownOf, totalQuantity } from './stock-of-listing.ts'
import type { Listing, Product, ShopState } from './world.ts'

export type Outcome = { ordered?: string | undefined; refusal?: Refusal | undefined }

/** A listing as its buyer sees it, with what came of her order if she has just placed one. */
export function listingPage(etsy: Etsy, listing: Listing, { ordered, refusal }: Outcome): Html {
  const shop = shopOf(etsy, listing.shopId)
  const shown = listing.state === 'active' ? totalQuantity(listing.inventory) : 0
  return html`${shopLinks(shop)}
    ${ordered && html`<p class="note" role="status">Thank you! Your order ${ordered} is placed.</p>`}
    ${refusal && html`<p class="note bad" role="alert">${refusal.sentence}</p>`}
    <div class="two">
      <div>${picture(listing)}</div>
      <div>
        <h1>${listing.title}</h1>
        <p><span class="price">${priceOf(listing, shop)}</span> ${stockPill(shown)}</p>
        <p>${listing.description}</p>
        ${buyForm(listing, shop, shown)}
      </div>
    </div>`
}

function buyForm(listing: Listing, shop: ShopState, shown: number): Html {
  const { products } = listing.inventory
  const names = products[0]!.values.map((value) => value.name)
  const first = products.find((product) => shownOf(listing, product) > 0)
  return html`<form method="post" action="/listing/${listing.listingId}/buy">
    ${
      names.length > 0 &&
      html`<label for="product">${names.join(' / ')}</label>
        <select id="product" name="product_id">
          ${products.map((product) => option(listing, shop, { product, chosen: product === first }))}
        </select>`
    }
    <label for="quantity">Quantity</label>
    <input id="quantity" name="quantity" type="number" min="1" max="999" value="1" />
    <label class="tick"><input type="checkbox" name="paid" value="false" /> My payment takes its time</label>
    <button ${shown === 0 && 'disabled'}>Buy</button>
  </form>`
}

function option(
  listing: Listing,
  { currency }: ShopState,
  { product, chosen }: { product: Product; chosen: boolean },
): Html {
  const shown = shownOf(listing, product)
  const text = product.values.flatMap((value) => value.values).join(' / ')
  const left = shown === 0 ? 'sold out' : `${shown} available`
  return html`<option value="${product.productId}" ${shown === 0 && 'disabled'} ${chosen && 'selected'}>
    ${text} — ${formatMoney({ minor: product.price, currency })} (${left})
  </option>`
}
