import { assert, present } from '#app/kernel/assert.ts'
import type { Refusal } from '#app/kernel/refusal.ts'
import * as after from './after-sale.ts'
import { disconnect, issueTokens, SCOPES, type Tokens } from './grants.ts'
import { addItem, addLocation, type ItemSeed, removeItem, renameSku, type SeededItem } from './library.ts'
import { merchantOf, now, type Square } from './square.ts'
import { book, inStock, stockAt, tellCounts } from './stock.ts'
import * as till from './till.ts'
import type { Location, Order, Variation } from './world.ts'

export type Recount = { variationId: string; locationId: string; quantity: number; at?: Date }

/** One business: what is sold at its tills, and what its people do in the dashboard. Everything takes place now. */
export type Seller = {
  readonly merchantId: string
  readonly name: string
  /** Tokens as after a consent, without the pages. */
  signIn(how?: { scopes?: string[]; pkce?: boolean }): Tokens
  /** The owner throws the app out. */
  disconnectApp(): void
  addLocation(name: string): Readonly<Location>
  closeLocation(locationId: string): void
  addItem(seed: ItemSeed): SeededItem
  removeItem(itemId: string): void
  /** Changes what a variation's SKU is. */
  rename(variationId: string, sku: string): void
  /** An import of the library that takes so long; meanwhile it is locked. */
  importLibrary(ms: number): void
  sell(sale: till.Sale): Readonly<Order> | Refusal
  sellOffline(sale: till.Sale): Refusal | undefined
  upload(): Readonly<Order>[]
  orderOnline(sale: till.Sale): Readonly<Order> | Refusal
  openTicket(sale: till.Sale): Readonly<Order> | Refusal
  payTicket(orderId: string): void
  fulfil(orderId: string): Readonly<Order> | Refusal
  cancel(orderId: string): Readonly<Order> | Refusal
  takeBack(orderId: string, request: after.ReturnRequest): Readonly<Order> | Refusal
  takeBackUnlinked(given: after.Unlinked): Readonly<Order>
  refundAmount(orderId: string, amount: number): Readonly<Order> | Refusal
  /** Somebody counts, in the dashboard or on a phone. */
  recount(count: Recount): void
  inStock(variationId: string, locationId: string): number
  /** Pieces that Square keeps apart for open orders. */
  reserved(variationId: string, locationId: string): number
  locations(): Readonly<Location>[]
  variations(): Readonly<Variation>[]
  order(orderId: string): Readonly<Order> | undefined
  orders(): Readonly<Order>[]
}

export function sellerHandle(square: Square, merchantId: string): Seller {
  // Looked up every time: loading a saved state replaces the record.
  const merchant = () => merchantOf(square, merchantId)
  const act = <T>(action: () => T): T => {
    const result = action()
    square.changed()
    return result
  }
  const own = <T extends { merchantId: string }>(map: Map<string, T>, id: string): T => {
    const one = present(map.get(id), id)
    assert(one.merchantId === merchantId, `${id} is another merchant’s`)
    return one
  }
  const order = (orderId: string) => own(square.world.orders, orderId)
  const all = <T extends { merchantId: string }>(map: Map<string, T>) =>
    [...map.values()].filter((one) => one.merchantId === merchantId)
  return {
    merchantId,
    name: merchant().name,
    signIn: ({ scopes = Object.keys(SCOPES), pkce = false } = {}) =>
      act(() => issueTokens(square, { merchantId, scopes, pkce })),
    disconnectApp: () => act(() => disconnect(square, merchantId, 'MERCHANT')),
    addLocation: (name) => act(() => addLocation(square, merchant(), name)),
    closeLocation: (locationId) => act(() => void (own(square.world.locations, locationId).active = false)),
    addItem: (seed) => act(() => addItem(square, merchant(), seed)),
    removeItem: (itemId) => act(() => removeItem(square, merchant(), own(square.world.items, itemId))),
    rename: (variationId, sku) =>
      act(() => renameSku(square, merchant(), { variation: own(square.world.variations, variationId), sku })),
    importLibrary: (ms) => act(() => void (merchant().catalogLockedUntil = now(square) + ms)),
    ...selling(square, { merchant, act, order }),
    recount: (count) => act(() => recount(square, merchantId, count)),
    inStock: (variationId, locationId) => inStock(square.world, variationId, locationId),
    reserved: (variationId, locationId) => stockAt(square.world, variationId, locationId)?.reserved ?? 0,
    locations: () => all(square.world.locations),
    variations: () => all(square.world.variations).filter(({ deleted }) => !deleted),
    order: (orderId) => square.world.orders.get(orderId),
    orders: () => all(square.world.orders),
  }
}

type Selling = {
  merchant: () => ReturnType<typeof merchantOf>
  act: <T>(action: () => T) => T
  order: (orderId: string) => Order
}

function selling(square: Square, { merchant, act, order }: Selling) {
  return {
    sell: (sale: till.Sale) => act(() => till.sell(square, merchant(), sale)),
    sellOffline: (sale: till.Sale) => act(() => till.sellOffline(square, merchant(), sale)),
    upload: () => act(() => till.upload(square, merchant())),
    orderOnline: (sale: till.Sale) => act(() => till.orderOnline(square, merchant(), sale)),
    openTicket: (sale: till.Sale) => act(() => till.openTicket(square, merchant(), sale)),
    payTicket: (orderId: string) => act(() => till.payTicket(square, order(orderId))),
    fulfil: (orderId: string) => act(() => after.fulfil(square, order(orderId))),
    cancel: (orderId: string) => act(() => after.cancel(square, order(orderId))),
    takeBack: (orderId: string, request: after.ReturnRequest) =>
      act(() => after.takeBack(square, order(orderId), request)),
    takeBackUnlinked: (given: after.Unlinked) => act(() => after.takeBackUnlinked(square, merchant(), given)),
    refundAmount: (orderId: string, amount: number) => act(() => after.refundAmount(square, order(orderId), amount)),
  }
}

/** Counted at a time that may be a little while ago; it says how many there were then. */
function recount(square: Square, merchantId: string, { variationId, locationId, quantity, at }: Recount): void {
  const occurredAt = at?.getTime() ?? now(square)
  book(square, merchantOf(square, merchantId), { count: true, variationId, locationId, quantity, occurredAt })
  tellCounts(square, merchantId, [[variationId, locationId]])
}
