import { assert } from '../../kernel/assert.ts'
import type { StockState } from '../../kernel/stock-state.ts'
import type { MirrorChange, MirrorMove } from '../connector.ts'
import { LIST_LIMIT } from './limits.ts'
import type { AdjustInput, MoveInput } from './wire-moves.ts'

/**
 * Our states as Shopify's quantity names, written. What another channel's buyer has bought is its `reserved`, like
 * what is held: `committed` is for its own orders and cannot be written (docs: "Inventory states").
 */
export const NAME_OF: Record<StockState, string> = {
  available: 'available',
  reserved: 'reserved',
  held: 'reserved',
  in_work: 'quality_control',
  quality_check: 'quality_control',
  damaged: 'damaged',
  safety_stock: 'safety_stock',
  incoming: 'incoming',
}

/** One call that is to happen once. `label` tells the calls of one change apart, the same however often it is planned. */
export type PlannedCall = { label: string } & (
  { does: 'move'; input: MoveInput } | { does: 'adjust'; input: AdjustInput }
)

type Flow = { itemId: string; locationId: string; from: string | null; to: string | null; quantity: number }

/**
 * The calls that make a change of ours happen in Shopify: moves between two quantity names at one place, and for
 * units that come in or go out an adjustment of one name. Moves between states that are one name there need none.
 */
export function planMirror({ moves, reason, cause }: MirrorChange): PlannedCall[] {
  const document = documentOf(cause)
  return [...groups(moves)].flatMap(([group, flows]) =>
    slices(flows).map((slice, n): PlannedCall => {
      const label = `${group}/${n}`
      const { from, to } = slice[0]!
      const why = reasonOf({ from, to, reason })
      if (from !== null && to !== null)
        return { label, does: 'move', input: moveInput(slice, { from, to, why, document }) }
      const name = from ?? to ?? ''
      return { label, does: 'adjust', input: adjustInput(slice, { name, sign: from === null ? 1 : -1, why, document }) }
    }),
  )
}

/** Units by what they do (`available>reserved`), summed per item and place: Shopify takes each pair once in a call. */
function groups(moves: MirrorMove[]): Map<string, Flow[]> {
  const sums = new Map<string, Map<string, Flow>>()
  for (const { ref, externalLocationId: locationId, quantity, ...ends } of moves) {
    assert(ends.from !== null || ends.to !== null, 'a mirrored move has an end inside')
    const from = ends.from && NAME_OF[ends.from]
    const to = ends.to && NAME_OF[ends.to]
    if (from === to) continue
    const group = sums.get(`${from ?? ''}>${to ?? ''}`) ?? new Map<string, Flow>()
    sums.set(`${from ?? ''}>${to ?? ''}`, group)
    const pair = `${ref.externalId} ${locationId}`
    const flow = group.get(pair) ?? { itemId: ref.externalId, locationId, from, to, quantity: 0 }
    group.set(pair, { ...flow, quantity: flow.quantity + quantity })
  }
  // The order of the moves is not part of what happened: a repeat may bring them in another.
  const sorted = [...sums].sort(([a], [b]) => compare(a, b))
  return new Map(
    sorted.map(([name, group]) => [name, [...group].sort(([a], [b]) => compare(a, b)).map(([, flow]) => flow)]),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function slices(flows: Flow[]): Flow[][] {
  const count = Math.ceil(flows.length / LIST_LIMIT)
  return Array.from({ length: count }, (_, n) => flows.slice(n * LIST_LIMIT, (n + 1) * LIST_LIMIT))
}

type Moving = { from: string; to: string; why: string; document: string }

function moveInput(flows: Flow[], { from, to, why, document }: Moving): MoveInput {
  const end = (locationId: string, name: string) => ({
    locationId,
    name,
    changeFromQuantity: null,
    ...ledger(name, document),
  })
  return {
    reason: why,
    referenceDocumentUri: document,
    changes: flows.map(({ itemId, locationId, quantity }) => ({
      inventoryItemId: itemId,
      quantity,
      from: end(locationId, from),
      to: end(locationId, to),
    })),
  }
}

type Adjusting = { name: string; sign: 1 | -1; why: string; document: string }

function adjustInput(flows: Flow[], { name, sign, why, document }: Adjusting): AdjustInput {
  return {
    name,
    reason: why,
    referenceDocumentUri: document,
    changes: flows.map(({ itemId, locationId, quantity }) => ({
      inventoryItemId: itemId,
      locationId,
      delta: sign * quantity,
      changeFromQuantity: null,
      ...ledger(name, document),
    })),
  }
}

// Every name needs a document but `available`, which must not have one (INVALID_AVAILABLE_DOCUMENT).
const ledger = (name: string, document: string) => (name === 'available' ? {} : { ledgerDocumentUri: document })

/** Our address of what caused a change ("order/3/1042") as a document of ours; Shopify refuses those of its own. */
const documentOf = (cause: string): string => `gid://vitrine/${cause.split('/').map(encodeURIComponent).join('/')}`

// What came in or went out, in the trade's words, by Shopify's list of reasons.
const OUTSIDE = new Map([
  ['counted', 'cycle_count_available'],
  ['came back', 'restock'],
  ['received', 'received'],
  ['lost', 'shrinkage'],
  ['held piece moved', 'reservation_updated'],
])

const BY_NAME = ['damaged', 'safety_stock', 'quality_control']

/** One of Shopify's reasons; any other is refused (INVALID_REASON). */
function reasonOf({ from, to, reason }: { from: string | null; to: string | null; reason: string }): string {
  if (from === null || to === null) return OUTSIDE.get(reason) ?? 'other'
  if (from === 'available' && to === 'reserved') return 'reservation_created'
  if (from === 'reserved' && to === 'available') return 'reservation_deleted'
  if (from === 'incoming') return 'received'
  return BY_NAME.find((name) => name === to || name === from) ?? 'other'
}
