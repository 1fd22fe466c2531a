import type { Refusal } from '#app/kernel/refusal.ts'
import type { OrderView, ShopView } from '../shop-view.ts'

/** What a person at a desk of the shop can do: in its admin, its online store, its till. One per shop. */
export type Desk = {
  store: string
  name: string
  view: () => ShopView
  installed: () => boolean
  install: () => void
  uninstall: () => void
  /** A session token of the person `as` (a key of PEOPLE); the owner's for anybody unknown. */
  sessionToken: (as: string) => string
  fulfill: (orderKey: number, tracking?: { company: string; number: string }) => Refusal | undefined
  /** However old it is. */
  order: (orderKey: number) => OrderView | undefined
  /** Cancels what is not sent and puts its pieces back on sale. */
  cancel: (orderKey: number) => Refusal | undefined
  /** Gives money back for pieces: all that are left of the order, or some of each line. Restock puts them on sale. */
  refund: (orderKey: number, refund: RefundAsked) => Refusal | undefined
  setAvailable: (change: { itemId: string; locationId: string; available: number }) => Refusal | undefined
  setStatus: (product: number, status: 'ACTIVE' | 'ARCHIVED') => void
  deleteProduct: (product: number) => void
  /** Sells online, or at the till of `locationId`. */
  sell: (sale: Sale) => { orderKey: number } | Refusal
}

export type RefundAsked = { restock: boolean; pieces?: { lineId: string; quantity: number }[] }

export type Sale = {
  source: 'web' | 'pos'
  lines: { variantId: string; quantity: number }[]
  locationId?: string
  buyer?: { name: string; email: string }
}
