import type { Balance } from '../kernel/stock-state.ts'

/** What lies at one location of ours. */
export type StockAtLocation = { id: number; name: string; sellable: boolean; balance: Balance }

/** A part of a bundle: how many of it one bundle needs, and where it lies. */
export type Component = { itemId?: number; name: string; needs: number; stock: StockAtLocation[] }

/** What an item can be sold from, as far as the pool knows. */
export type Supply =
  | { kind: 'stock'; stock: StockAtLocation[] }
  /** it has no stock of its own: it is as many as its scarcest part allows */
  | { kind: 'bundle'; components: Component[] }
  /** beside what lies ready, `capacity − taken` more can be promised, each in `leadDays` days */
  | { kind: 'made_to_order'; stock: StockAtLocation[]; capacity: number; taken: number; leadDays: number }
