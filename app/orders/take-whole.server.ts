import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { reserve } from '../pool/ledger.server.ts'
import { lockToTake } from '../pool/lock-to-take.server.ts'
import type { Change } from '../pool/movement.ts'
import { type Allocated, deal } from './allocation.ts'
import { type Part, piecesOf, wholeUnits } from './parts.ts'

/** A line that wants units of several things each. `line` is the caller's name for it. */
export type WantedApart = { line: number; parts: Part[]; quantity: number }

/** Units taken, by line, and where their pieces lie. */
export type TakenWhole = { units: { line: number; quantity: number }[]; dealt: Allocated[] }

/**
 * Takes whole units for lines of bundles: as many as all of their parts allow, counted over all lines together before
 * anything is taken. Of a unit that is not whole, nothing is taken. Counts on what it may take being locked already, or
 * free to be locked at once: of an item that another holds it takes nothing.
 */
export async function takeWhole(db: Sql, change: Change, wanted: WantedApart[]): Promise<TakenWhole> {
  const itemIds = [...new Set(wanted.flatMap(({ parts }) => parts.map(({ itemId }) => itemId)))]
  const free = await lockToTake(db, change.merchantId, itemIds)
  const units = wholeUnits(free, wanted).map((quantity, i) => ({ ...wanted[i]!, quantity }))
  const demands = piecesOf(units)
  if (demands.length === 0) return { units: [], dealt: [] }
  const taken = await reserve(db, change, { demands, whole: true })
  assert(taken !== 'already' && taken.short.length === 0, `what ${change.key} takes was counted under a lock`)
  const waiting = units.flatMap(({ line, parts, quantity }) =>
    parts.map(({ itemId, needs }) => ({ line, itemId, quantity: quantity * needs, sources: [] })),
  )
  return { units, dealt: deal(taken.taken, waiting) }
}

/** Settles what lines of bundles take, from their first booking on: an order keeps the parts it was sold with. */
export async function settleParts(
  db: Sql,
  merchantId: number,
  lines: { lineId: number; parts: Part[] }[],
): Promise<void> {
  if (lines.length === 0) return
  const text = `INSERT INTO line_component (merchant_id, line_id, component_id, needs)
    SELECT $1, x."lineId", x."itemId", x.needs FROM jsonb_to_recordset($2) AS x ("lineId" bigint, "itemId" int, needs int)
    ORDER BY 2, 3 ON CONFLICT DO NOTHING`
  const rows = lines.flatMap(({ lineId, parts }) => parts.map((part) => ({ lineId, ...part })))
  await db.query({ name: 'settle-parts', text, values: [merchantId, JSON.stringify(rows)] })
}
