import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'

/** A place as far as moving pieces needs it. */
export type MovingPlace = {
  id: number
  name: string
  kind: string
  sellable: boolean
  owner: 'ours' | 'vendor' | 'client'
  partnerId: number | null
  archived: boolean
}

/** States that a person moves pieces between. The others are kept by orders, holds, rules and deliveries. */
export const HANDLED_STATES = ['available', 'in_work', 'quality_check', 'damaged'] as const satisfies StockState[]
export type HandledState = (typeof HANDLED_STATES)[number]

/** Where pieces lie, by ids of ours. */
export type Spot = { locationId: number; state: HandledState }

export const NO_SUCH_PLACE = refuse('unknown-place', 'There is no such place.')
export const NO_SUCH_ITEM = refuse('unknown-item', 'There is no such item.')
export const NO_SUCH_PARTNER = refuse('unknown-partner', 'There is no such partner.')

/** The merchant's places of these ids, in their order; a refusal when one is not theirs, or is no longer used. */
export async function placesOf(db: Sql, merchantId: number, ids: number[]): Promise<MovingPlace[] | Refusal> {
  const text = `SELECT id, name, kind, sellable, owner, partner_id AS "partnerId", archived_at IS NOT NULL AS archived
    FROM location WHERE merchant_id = $1 AND id = ANY ($2::int[])`
  const { rows } = await db.query<MovingPlace>({ name: 'moving-places', text, values: [merchantId, ids] })
  const found = ids.flatMap((id) => rows.find((row) => row.id === id) ?? [])
  if (found.length < ids.length) return NO_SUCH_PLACE
  const gone = found.find(({ archived }) => archived)
  return gone ? refuse('archived-place', `${gone.name} is not used any more.`) : found
}

type Titled = { title: string }
export const madeOfOthers = ({ title }: Titled): Refusal =>
  refuse('bundle', `${title} is made of other items: its pieces are theirs. Move those.`)
export const notTracked = ({ title }: Titled): Refusal => refuse('not-tracked', `No number of ${title} is kept.`)

export type CountedItem = { title: string; kind: string }

/** An item of the merchant's whose pieces are counted; the refusal when it is not one. */
export async function countedItem(db: Sql, merchantId: number, itemId: number): Promise<Refusal | CountedItem> {
  const text = `SELECT title, tracked, kind, status FROM item WHERE merchant_id = $1 AND id = $2`
  type Row = CountedItem & { tracked: boolean; status: string }
  const [item] = (await db.query<Row>({ name: 'counted-item', text, values: [merchantId, itemId] })).rows
  if (!item || item.status === 'deleted') return NO_SUCH_ITEM
  if (item.kind === 'bundle') return madeOfOthers(item)
  return item.tracked ? item : notTracked(item)
}

// What lies at all places together stays far within what a number of the database holds.
const MOST = 1_000_000_000

/**
 * Whether `more` pieces can come in: the only one of its kind is one piece in the world, wherever it is. Locks the item,
 * so that two do not come in at once.
 */
export async function canComeIn(
  db: Sql,
  merchantId: number,
  { itemId, item, more }: { itemId: number; item: CountedItem; more: number },
): Promise<Refusal | undefined> {
  if (more === 0) return undefined
  await db.query({
    text: 'SELECT 1 FROM item WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE',
    values: [merchantId, itemId],
  })
  const text = `SELECT COALESCE(sum(${STOCK_STATES.map((state) => `${state}::bigint`).join(' + ')}), 0)::bigint AS n
    FROM balance WHERE merchant_id = $1 AND item_id = $2`
  const { rows } = await db.query<{ n: number }>({ name: 'pieces-in-the-world', text, values: [merchantId, itemId] })
  const known = Number(rows[0]?.n ?? 0)
  if (known + more > MOST) return refuse('too-many', `Nobody has so many of ${item.title}.`)
  if (item.kind !== 'one_of_one' || known + more <= 1) return undefined
  return refuse(
    'one-of-one',
    `${item.title} is the only one of its kind, and there ${known ? 'is one' : 'can be one'}.`,
  )
}

/** Whether this is a partner of the merchant's; the refusal otherwise. None is as good. */
export async function knownPartner(
  db: Sql,
  merchantId: number,
  partnerId: number | null,
): Promise<Refusal | undefined> {
  if (partnerId === null) return undefined
  const text = 'SELECT 1 FROM partner WHERE merchant_id = $1 AND id = $2'
  const { rows } = await db.query({ name: 'known-partner', text, values: [merchantId, partnerId] })
  return rows.length > 0 ? undefined : NO_SUCH_PARTNER
}
