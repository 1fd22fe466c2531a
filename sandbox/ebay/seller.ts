import { present } from '#app/kernel/assert.ts'
import { type Refusal, isRefusal } from '#app/kernel/refusal.ts'
import { type Purchase, buy } from './checkout.ts'
import { type Ebay, sellerOf } from './ebay.ts'
import { EVERY_SCOPE, type Tokens, disconnect, issueTokens } from './grants.ts'
import * as orders from './orders.ts'
import { type ListingSeed, type SellerEdit, addListing, bid, editBySeller, endListing } from './selling.ts'
import { settle, shownOf } from './stock.ts'
import type { InventoryCheck, Listing, Order, SellerState } from './world.ts'

/** One seller: what buyers and she do there, and what can be seen. Everything takes place at the clock's present. */
export type Seller = {
  readonly userId: string
  readonly username: string
  /** Tokens as after a consent, without the pages; every scope unless said otherwise. */
  signIn(scopes?: string[]): Tokens
  /** She throws the app out. */
  disconnectApp(): void
  addListing(seed: ListingSeed): Readonly<Listing>
  editBySeller(listingId: string, edit: SellerEdit): Readonly<Listing> | Refusal
  end(listingId: string): Readonly<Listing> | Refusal
  bid(listingId: string): Readonly<Listing> | Refusal
  /** The account preference; off, a listing ends with its last piece. */
  outOfStockControl(on: boolean): void
  /** From now on eBay asks there before a buyer pays; null: no longer. */
  checkInventory(at: InventoryCheck | null): void
  buy(purchase: Purchase): Promise<Readonly<Order> | Refusal>
  pay(orderId: string): Readonly<Order> | Refusal
  requestCancel(orderId: string): Readonly<Order> | Refusal
  cancel(orderId: string): Readonly<Order> | Refusal
  refund(orderId: string, refund: orders.RefundRequest): Readonly<Order> | Refusal
  ship(orderId: string, shipment?: orders.Shipment): Readonly<Order> | Refusal
  /** Pieces a buyer can buy now, of one variation or of the listing; what has ended counts as 0. */
  shown(listingId: string, variationId?: string): number
  listing(listingId: string): Readonly<Listing> | undefined
  /** All, oldest first. */
  listings(): Readonly<Listing>[]
  order(orderId: string): Readonly<Order> | undefined
  orders(): Readonly<Order>[]
}

export function sellerHandle(ebay: Ebay, userId: string): Seller {
  // Looked up every time: loading a saved state replaces the record.
  const seller = () => sellerOf(ebay, userId)
  const act = <T>(action: () => T): T => {
    settle(ebay)
    const result = action()
    ebay.changed()
    return result
  }
  const own = (id: string): Listing => present(listingOf(ebay, userId, id), `Listing ${id}`)
  const of = (orderId: string): orders.OfOrder => ({ seller: seller(), orderId })
  const { username } = seller()
  return {
    userId,
    username,
    signIn: (scopes = EVERY_SCOPE) => act(() => issueTokens(ebay, userId, scopes)),
    disconnectApp: () => act(() => disconnect(ebay, userId)),
    addListing: (seed) => act(() => addListing(ebay, seller(), seed)),
    editBySeller: (id, edit) => act(() => editBySeller(ebay, own(id), edit)),
    end: (id) => act(() => endListing(ebay, own(id))),
    bid: (id) => act(() => bid(own(id))),
    outOfStockControl: (on) => act(() => void (seller().outOfStockControl = on)),
    checkInventory: (at) => act(() => void (seller().inventoryCheck = at)),
    buy: (purchase) => act(() => buy(ebay, seller(), purchase)).finally(ebay.changed),
    pay: (id) => act(() => orders.pay(ebay, of(id))),
    requestCancel: (id) => act(() => orders.requestCancel(ebay, of(id))),
    cancel: (id) => act(() => orders.cancel(ebay, of(id))),
    refund: (id, request) => act(() => orders.refund(ebay, of(id), request)),
    ship: (id, shipment = {}) => act(() => orders.ship(ebay, of(id), shipment)),
    shown: (id, variationId) => {
      settle(ebay)
      return shown(ebay, listingOf(ebay, userId, id), variationId)
    },
    listing: (id) => listingOf(ebay, userId, id),
    listings: () => listingsOf(ebay, seller()),
    order: (id) => {
      const order = orders.find(ebay, seller(), id)
      return isRefusal(order) ? undefined : order
    },
    orders: () => seller().orderIds.map((id) => present(ebay.world.orders.get(id), `Order ${id}`)),
  }
}

/** Across accounts a listing is nobody's: what is not this seller's is not there. */
function listingOf(ebay: Ebay, userId: string, listingId: string): Listing | undefined {
  const listing = ebay.world.listings.get(listingId)
  return listing?.userId === userId ? listing : undefined
}

function listingsOf(ebay: Ebay, { listingIds }: SellerState): Listing[] {
  settle(ebay)
  return listingIds.map((id) => present(ebay.world.listings.get(id), `Listing ${id}`))
}

function shown(ebay: Ebay, listing: Listing | undefined, variationId: string | undefined): number {
  const variations =
    listing?.variations.filter((one) => variationId === undefined || one.variationId === variationId) ?? []
  return listing ? variations.reduce((sum, variation) => sum + shownOf(ebay, listing, variation), 0) : 0
}
