import { present } from '#app/kernel/assert.ts'
import { type Refusal, isRefusal } from '#app/kernel/refusal.ts'
import { type Etsy, shopOf } from './etsy.ts'
import { type Tokens, disconnect, issueTokens } from './grants.ts'
import { settle } from './lagged-write.ts'
import { type Order, type PastSale, buy, recordPastSale } from './checkout.ts'
import * as orders from './receipts.ts'
import { type ListingSeed, type SellerEdit, addListing, deleteListing, editBySeller } from './shop-manager.ts'
import { productOf, shownOf, totalQuantity } from './stock-of-listing.ts'
import type { Listing, Receipt, Shipment, ShopState } from './world.ts'

/** One shop: what buyers and its seller do there, and what can be seen. Everything takes place at the clock's present. */
export type Shop = {
  readonly shopId: number
  readonly userId: number
  readonly name: string
  /** Tokens as after a consent, without the pages; all four scopes unless said otherwise. */
  signIn(scopes?: string[]): Tokens
  /** The seller throws the app out. */
  disconnectApp(): void
  addListing(seed: ListingSeed): Readonly<Listing>
  editBySeller(listingId: number, edit: SellerEdit): Readonly<Listing> | Refusal
  deleteBySeller(listingId: number): void
  buy(order: Order): Readonly<Receipt> | Refusal
  recordPastSale(sale: PastSale): Readonly<Receipt>
  pay(receiptId: number): Readonly<Receipt> | Refusal
  cancel(receiptId: number): Readonly<Receipt> | Refusal
  refundPartially(receiptId: number, refund: orders.RefundRequest): Readonly<Receipt> | Refusal
  ship(receiptId: number, shipment?: Partial<Shipment>): Readonly<Receipt> | Refusal
  /** Pieces a buyer can buy now; off sale, disabled and unknown count as 0. */
  shown(listingId: number, productId?: number): number
  listing(listingId: number): Readonly<Listing> | undefined
  /** All listings, oldest first. */
  listings(): Readonly<Listing>[]
  receipt(receiptId: number): Readonly<Receipt> | undefined
  /** All orders that are not forgotten, oldest first. */
  receipts(): Readonly<Receipt>[]
  /** Listing fees charged so far. */
  fees(): number
}

const EVERY_SCOPE = ['listings_r', 'listings_w', 'transactions_r', 'transactions_w', 'shops_r']

export function shopHandle(etsy: Etsy, shopId: number): Shop {
  // Looked up every time: loading a saved state replaces the record.
  const shop = () => shopOf(etsy, shopId)
  const act = <T>(action: () => T): T => {
    settle(etsy)
    const result = action()
    etsy.changed()
    return result
  }
  const see = <T>(look: () => T): T => {
    settle(etsy)
    return look()
  }
  const { userId, name } = shop()
  const own = (listingId: number) => ownListing(etsy, shop(), listingId)
  return {
    shopId,
    userId,
    name,
    signIn: (scopes = EVERY_SCOPE) => act(() => issueTokens(etsy, userId, scopes)),
    disconnectApp: () => act(() => disconnect(etsy, shopId)),
    addListing: (seed) => act(() => addListing(etsy, shop(), seed)),
    editBySeller: (listingId, edit) =>
      act(() => editBySeller(etsy, present(own(listingId), `Listing ${listingId}`), edit)),
    deleteBySeller: (listingId) => act(() => deleteListing(etsy, present(own(listingId), `Listing ${listingId}`))),
    buy: (order) => act(() => buy(etsy, shop(), order)),
    recordPastSale: (sale) => act(() => recordPastSale(etsy, shop(), sale)),
    pay: (receiptId) => act(() => orders.pay(etsy, shop(), receiptId)),
    cancel: (receiptId) => act(() => orders.cancel(etsy, shop(), receiptId)),
    refundPartially: (receiptId, refund) => act(() => orders.refundPartially(etsy, shop(), { receiptId, ...refund })),
    ship: (receiptId, { carrier = 'usps', trackingCode = '' } = {}) =>
      act(() => orders.ship(etsy, shop(), { receiptId, carrier, trackingCode })),
    shown: (listingId, productId) => see(() => shown(own(listingId), productId)),
    listing: (listingId) => see(() => own(listingId)),
    listings: () => see(() => listingsOf(etsy, shop())),
    receipt: (receiptId) => {
      const receipt = orders.find(etsy, shop(), receiptId)
      return isRefusal(receipt) ? undefined : receipt
    },
    receipts: () => shop().byCreated.ids.map((id) => present(etsy.world.receipts.get(id), `Receipt ${id}`)),
    fees: () => see(() => shop().fees),
  }
}

/** Across shops a listing is nobody's: what is not of this shop is not there. */
function ownListing(etsy: Etsy, { shopId }: ShopState, listingId: number): Listing | undefined {
  const listing = etsy.world.listings.get(listingId)
  return listing?.shopId === shopId ? listing : undefined
}

function shown(listing: Listing | undefined, productId: number | undefined): number {
  if (listing?.state !== 'active') return 0
  return productId === undefined ? totalQuantity(listing.inventory) : shownOf(listing, productOf(listing, productId))
}

function listingsOf(etsy: Etsy, { byState }: ShopState): Listing[] {
  const ids = Object.values(byState).flat()
  return ids.sort((a, b) => a - b).map((id) => present(etsy.world.listings.get(id), `Listing ${id}`))
}
