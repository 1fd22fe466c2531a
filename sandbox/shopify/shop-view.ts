import type { KeptName } from './rows.ts'

/** A shop as the sandbox's pages show it: its own rows put together. The last orders, newest first. */
export type ShopView = {
  domain: string
  name: string
  places: PlaceView[]
  products: ProductView[]
  orders: OrderView[]
}

export type PlaceView = { id: string; name: string; sellsOnline: boolean }

export type ProductView = {
  id: string
  number: number
  title: string
  type: string
  status: string
  variants: VariantView[]
}

export type VariantView = {
  id: string
  itemId: string
  /** '' when the product has no choice. */
  title: string
  sku: string
  price: string
  tracked: boolean
  continueSelling: boolean
  /** Pieces a buyer online can have; null when nobody counts. */
  online: number | null
  levels: LevelView[]
}

export type LevelView = { place: PlaceView; quantities: Record<KeptName, number>; onHand: number }

export type OrderView = {
  /** The number in its global id, which addresses name it by. */
  key: number
  /** The number people call it by. */
  number: number
  name: string
  placedAt: Date
  buyer: string
  channel: string
  total: string
  payment: string
  fulfillment: string
  cancelled: boolean
  lines: OrderLineView[]
  /** Which of the acts would not be refused. */
  can: { fulfill: boolean; cancel: boolean; refund: boolean }
}

export type OrderLineView = {
  id: string
  title: string
  sku: string
  price: string
  ordered: number
  unsent: number
  /** Pieces that were sent and may come back. */
  returnable: number
}
