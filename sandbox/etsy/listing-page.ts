import { formatMoney } from '#app/kernel/money.ts'
import type { Refusal } from '#app/kernel/refusal.ts'
import { type Etsy, shopOf } from './etsy.ts'
import { type Html, html } from './html.ts'
import { picture } from './picture.ts'
import { priceOf, shopLinks, stockPill } from './shop-page.ts'
import { shownOf, totalQuantity } from './stock-of-listing.ts'
import type { Listing, Product, ShopState } from './world.ts'

export type Outcome = { ordered?: string; saved?: string; refusal?: Refusal | undefined }

/** A listing as its buyer sees it, with what came of her order if she has just placed one. */
export function listingPage(etsy: Etsy, listing: Listing, { ordered, saved, refusal }: Outcome): Html {
  const shop = shopOf(etsy, listing.shopId)
  const shown = listing.state === 'active' ? totalQuantity(listing.inventory) : 0
  return html`${shopLinks(shop)}
    ${ordered && html`<p class="note" role="status">Thank you! Your order ${ordered} is placed.</p>`}
    ${saved && html`<p class="note" role="status">Saved in Shop Manager.</p>`}
    ${refusal && html`<p class="note bad" role="alert">${refusal.sentence}</p>`}
    <div class="two">
      <div>${picture(listing)}</div>
      <div>
        <h1>${listing.title}</h1>
        <p><span class="price">${priceOf(listing, shop)}</span> ${stockPill(shown)}</p>
        <p>${listing.description}</p>
        ${buyForm(listing, shop, shown)} ${sellerForms(listing)}
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
  const left = shown === 0 ? 'sold out' : `${shown} available`
  return html`<option value="${product.productId}" ${shown === 0 && 'disabled'} ${chosen && 'selected'}>
    ${nameOf(product)} — ${formatMoney({ minor: product.price, currency })} (${left})
  </option>`
}

/** A person's edit on Etsy itself, of which no notification tells. */
function sellerForms({ listingId, state, inventory }: Listing): Html {
  const action = `/listing/${listingId}/edit`
  const other = state === 'active' ? 'inactive' : 'active'
  return html`<details>
    <summary>For the seller: Shop Manager</summary>
    ${inventory.products.map((product) => {
      const label = `New quantity of ${nameOf(product) || 'this listing'}`
      return html`<form method="post" action="${action}">
        <input type="hidden" name="product_id" value="${product.productId}" />
        <label for="q${product.productId}">${label}</label>
        <input id="q${product.productId}" name="quantity" type="number" min="0" max="999" value="${product.quantity}" />
        <button class="plain" aria-label="Save ${label.toLowerCase()}">Save</button>
      </form>`
    })}
    <form method="post" action="${action}">
      <button class="plain" name="state" value="${other}">
        ${other === 'active' ? 'Put on sale' : 'Take off sale'}
      </button>
    </form>
  </details>`
}

const nameOf = ({ values }: Product): string => values.flatMap((value) => value.values).join(' / ')
