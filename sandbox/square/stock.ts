import { type Square, now, rfc3339 } from './square.ts'
import { decimal } from './decimal.ts'
import { freshId, type Merchant, type Stock, type StockChange, type StockEntry, type World } from './world.ts'

const keyOf = (variationId: string, locationId: string): string => `${variationId} ${locationId}`

export const stockAt = ({ stock }: World, variationId: string, locationId: string): Stock | undefined =>
  stock.get(keyOf(variationId, locationId))

/**
 * Pieces in stock now: the last count, and all adjustments since, by their own times. "If a seller has never done a
 * physical count, Square starts from zero" (docs: "Inventory API process flow"). May be below zero.
 */
export function inStock(world: World, variationId: string, locationId: string): number {
  const entries = stockAt(world, variationId, locationId)?.entries ?? []
  const last = entries.findLastIndex(({ count }) => count)
  const counted = entries[last]?.quantity ?? 0
  return entries.slice(last + 1).reduce((sum, { quantity }) => sum + quantity, counted)
}

export type ToBook = Pick<StockChange, 'count' | 'variationId' | 'locationId' | 'quantity' | 'occurredAt'> &
  Partial<Pick<StockChange, 'fromState' | 'toState' | 'referenceId' | 'transactionId' | 'refundId' | 'applicationId'>>

/** Books a change of stock at its own time, which may lie before what is known already. */
export function book(square: Square, merchant: Merchant, change: ToBook): StockChange {
  const { world } = square
  const { variationId, locationId, quantity, occurredAt, count } = change
  const key = keyOf(variationId, locationId)
  const stock = world.stock.get(key) ?? { entries: [], reserved: 0, calculatedAt: 0 }
  world.stock.set(key, stock)
  const toState = change.toState ?? 'IN_STOCK'
  const n = world.nextId
  const kept: StockChange = {
    changeId: freshId(world, 'CHANGE'),
    fromState: 'NONE',
    referenceId: null,
    transactionId: null,
    refundId: null,
    applicationId: null,
    ...change,
    toState,
    createdAt: now(square),
  }
  insert(stock.entries, { at: occurredAt, n, count, quantity: count || toState === 'IN_STOCK' ? quantity : -quantity })
  compact(stock.entries, now(square))
  stock.calculatedAt = now(square)
  merchant.changes.push(kept)
  return kept
}

function insert(entries: StockEntry[], entry: StockEntry): void {
  const at = entries.findLastIndex((other) => other.at <= entry.at)
  entries.splice(at + 1, 0, entry)
}

const NOTHING_OLDER_COMES_MS = 4 * 86_400_000
const LONG = 64

// What is too old to have anything come before it is one count from then on.
function compact(entries: StockEntry[], at: number): void {
  if (entries.length < LONG) return
  const end = entries.findIndex((entry) => entry.at > at - NOTHING_OLDER_COMES_MS)
  const old = entries.slice(0, end === -1 ? entries.length : end)
  const last = old.at(-1)
  if (!last || old.length < 2) return
  const from = old.findLastIndex(({ count }) => count)
  const quantity = old.slice(from + 1).reduce((sum, one) => sum + one.quantity, old[from]?.quantity ?? 0)
  entries.splice(0, old.length, { at: last.at, n: last.n, count: true, quantity })
}

/** Schema InventoryCount. */
export const wireCount = (
  { stock }: World,
  { variationId, locationId, state, quantity }: CountOf & { quantity: number },
) => ({
  catalog_object_id: variationId,
  catalog_object_type: 'ITEM_VARIATION',
  state,
  location_id: locationId,
  quantity: decimal(quantity),
  calculated_at: rfc3339(stock.get(keyOf(variationId, locationId))?.calculatedAt ?? 0),
})

type CountOf = { variationId: string; locationId: string; state: string }

/** The counts Square has of a variation at a location, by state; none where it never heard of any. */
export function countsOf(world: World, variationId: string, locationId: string) {
  const stock = stockAt(world, variationId, locationId)
  if (!stock) return []
  const of = { variationId, locationId }
  const counted = wireCount(world, { ...of, state: 'IN_STOCK', quantity: inStock(world, variationId, locationId) })
  if (stock.reserved === 0) return [counted]
  return [counted, wireCount(world, { ...of, state: 'RESERVED_FOR_SALE', quantity: stock.reserved })]
}

/** Tells the app that counts have changed, as one notification (inventory.count.updated). */
export function tellCounts(square: Square, merchantId: string, pairs: [variationId: string, locationId: string][]) {
  const unique = new Map(pairs.map((pair) => [pair.join(' '), pair]))
  const inventory_counts = [...unique.values()].flatMap(([variationId, locationId]) =>
    countsOf(square.world, variationId, locationId).filter(({ state }) => state === 'IN_STOCK'),
  )
  if (inventory_counts.length === 0) return
  const id = freshId(square.world, 'COUNT')
  square.notify(merchantId, {
    type: 'inventory.count.updated',
    dataType: 'inventory_counts',
    id,
    object: { inventory_counts },
  })
}

/** Schema InventoryChange. */
export function wireChange(change: StockChange) {
  const { count, changeId, referenceId, transactionId, refundId, applicationId } = change
  const common = {
    id: changeId,
    ...(referenceId === null ? {} : { reference_id: referenceId }),
    catalog_object_id: change.variationId,
    catalog_object_type: 'ITEM_VARIATION',
    location_id: change.locationId,
    quantity: decimal(change.quantity),
    occurred_at: rfc3339(change.occurredAt),
    created_at: rfc3339(change.createdAt),
    source:
      applicationId === null ? { product: 'SQUARE_POS' } : { product: 'EXTERNAL_API', application_id: applicationId },
  }
  if (count) return { type: 'PHYSICAL_COUNT', physical_count: { ...common, state: 'IN_STOCK' } }
  const adjustment = {
    ...common,
    from_state: change.fromState,
    to_state: change.toState,
    ...(transactionId === null ? {} : { transaction_id: transactionId }),
    ...(refundId === null ? {} : { refund_id: refundId }),
  }
  return { type: 'ADJUSTMENT', adjustment }
}
