import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import type { StockState } from '../kernel/stock-state.ts'
import { itemTitles } from './item-titles.server.ts'
import { append } from './ledger.server.ts'

/** Where a person may put pieces by hand. Reserved, held and incoming pieces belong to an order, a client or a delivery. */
export const BY_HAND = [
  'available',
  'in_work',
  'quality_check',
  'damaged',
  'safety_stock',
] as const satisfies readonly StockState[]

export const MOST_LINES = 1_000

type Place = { locationId: number; state: (typeof BY_HAND)[number] }

/** Many items from one place to another, for one reason: `cause` is the remark that says it. `token`: the form's own. */
export type BulkMove = {
  merchantId: number
  token: string
  actor: string
  cause: string
  at: Date
  from: Place
  to: Place
  lines: { itemId: number; quantity: number }[]
}

/** Moves them, all or none, as one change. Done twice with the same token it is done once. */
export async function bulkMove(tx: Sql, moving: BulkMove): Promise<Refusal | { freed: number[] }> {
  const { merchantId, token, actor, cause, at, from, to, lines } = moving
  const itemIds = lines.map(({ itemId }) => itemId)
  const wrong = await whatIsWrong(tx, moving, itemIds)
  if (wrong) return wrong
  const change = {
    merchantId,
    key: `bulk-move/${token}`,
    reason: 'moved' as const,
    actor,
    cause,
    accountId: null,
    occurredAt: at,
    recordedAt: at,
  }
  // Two of the same token must not race inside a transaction.
  await tx.query({
    text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`${merchantId}/${change.key}`],
  })
  const done = await append(
    tx,
    change,
    lines.map((line) => ({ ...line, from, to })),
  )
  if (typeof done === 'string') return { freed: done === 'done' ? itemIds : [] }
  return refuse(
    'not-there',
    `There are not so many pieces in that place: ${await itemTitles(tx, merchantId, done.lacking)}.`,
  )
}

async function whatIsWrong(
  tx: Sql,
  { merchantId, from, to, lines }: BulkMove,
  itemIds: number[],
): Promise<Refusal | undefined> {
  if (lines.length === 0 || lines.length > MOST_LINES)
    return refuse('too-many', `Between 1 and ${MOST_LINES} items are moved at once.`)
  if (new Set(itemIds).size !== lines.length) return refuse('twice', 'An item is named twice.')
  if (from.locationId === to.locationId && from.state === to.state)
    return refuse('same-place', 'The pieces would stay where they are.')
  const text = `SELECT
      (SELECT count(*)::int FROM item WHERE merchant_id = $1 AND id = ANY ($2)) AS items,
      (SELECT count(*)::int FROM location WHERE merchant_id = $1 AND id = ANY ($3) AND archived_at IS NULL) AS places`
  const places = [...new Set([from.locationId, to.locationId])]
  const { rows } = await tx.query<{ items: number; places: number }>({ text, values: [merchantId, itemIds, places] })
  if (rows[0]?.places !== places.length) return refuse('unknown-place', 'There is no such place.')
  if (rows[0].items !== lines.length) return refuse('unknown-item', 'One of these items is not there.')
  return undefined
}
