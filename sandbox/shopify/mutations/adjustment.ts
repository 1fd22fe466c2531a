import type { News } from '../news.ts'
import type { AdjustmentGroup, KeptName } from '../rows.ts'
import { levelAt } from '../stock.ts'
import { shift } from '../stock-change.ts'
import { newId, nowOf, type Store } from '../store.ts'

export type Effect = {
  itemId: string
  locationId: string
  name: KeptName
  delta: number
  ledgerDocumentUri: string | null
}

type Grouped = { reason: string; referenceDocumentUri?: string | null; effects: Effect[] }

/**
 * Carries out a group of changes that was found good, and names them as Shopify does: each touched name, and
 * `on_hand` where its sum changed. A group that changes nothing is null.
 */
export function adjust(
  store: Store,
  { reason, referenceDocumentUri, effects }: Grouped,
  news: News,
): AdjustmentGroup | null {
  const real = effects.filter(({ delta }) => delta !== 0)
  if (real.length === 0) return null
  const onHand = new Map<string, { itemId: string; locationId: string; delta: number }>()
  for (const { itemId, locationId, name, delta } of real) {
    shift(store, { level: levelAt(store, itemId, locationId), deltas: { [name]: delta }, news })
    if (name === 'incoming') continue
    const key = `${itemId} ${locationId}`
    onHand.set(key, { itemId, locationId, delta: (onHand.get(key)?.delta ?? 0) + delta })
  }
  const sums = [...onHand.values()].filter(({ delta }) => delta !== 0)
  return {
    id: newId(store, 'InventoryAdjustmentGroup'),
    reason,
    referenceDocumentUri: referenceDocumentUri ?? null,
    changes: [...real, ...sums.map((sum) => ({ ...sum, name: 'on_hand', ledgerDocumentUri: null }))],
    createdAt: nowOf(store),
  }
}
