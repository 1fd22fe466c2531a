import type { Sql } from '../kernel/sql.ts'
import type { AtLocation } from './allocation.ts'

/** How a piece looks that came back. */
export const CONDITIONS = ['as new', 'worn', 'damaged', 'incomplete'] as const
export type Condition = (typeof CONDITIONS)[number]

/** Pieces that came back together, and lie at a place to be looked at. `unseen`: of those, received by no person yet. */
export type NewParcel = {
  merchantId: number
  lineId: number
  itemId: number
  locationId: number
  quantity: number
  unseen: number
  condition?: Condition
  actor: string
  at: Date
}

export async function addParcel(db: Sql, parcel: NewParcel): Promise<void> {
  const { merchantId, lineId, itemId, locationId, quantity, unseen, condition = null, actor, at } = parcel
  const text = `INSERT INTO return_parcel (merchant_id, line_id, item_id, location_id, quantity, waiting, unseen, condition, came_at, actor)
    VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)`
  const values = [merchantId, lineId, itemId, locationId, quantity, unseen, condition, at, actor]
  await db.query({ name: 'add-parcel', text, values })
}

type Waiting = { id: number; itemId: number; locationId: number; quantity: number; waiting: number; unseen: number }

async function waitingOf(db: Sql, merchantId: number, lineId: number): Promise<Waiting[]> {
  const text = `SELECT id, item_id AS "itemId", location_id AS "locationId", quantity, waiting, unseen FROM return_parcel
    WHERE merchant_id = $1 AND line_id = $2 AND waiting > 0 ORDER BY id FOR UPDATE`
  return (await db.query<Waiting>({ name: 'waiting-parcels', text, values: [merchantId, lineId] })).rows
}

/** As if they had never come: pieces of a line that wait and that a person received, at most so many. Where they lie. */
export async function withdrawWaiting(
  db: Sql,
  { merchantId, lineId, most }: { merchantId: number; lineId: number; most: number },
): Promise<AtLocation[]> {
  if (most === 0) return []
  let left = most
  const withdrawn: AtLocation[] = []
  for (const { id, locationId, quantity, waiting, unseen } of await waitingOf(db, merchantId, lineId)) {
    const n = Math.min(left, waiting - unseen)
    if (n === 0) continue
    left -= n
    withdrawn.push({ locationId, quantity: n })
    const text =
      n === quantity
        ? 'DELETE FROM return_parcel WHERE merchant_id = $1 AND id = $2 AND $3 > 0'
        : 'UPDATE return_parcel SET quantity = quantity - $3, waiting = waiting - $3 WHERE merchant_id = $1 AND id = $2'
    await db.query({ text, values: [merchantId, id, n] })
  }
  return withdrawn
}

/** A person has received so many that their channel had put back by itself: they say how these look. */
export async function acknowledge(
  db: Sql,
  of: { merchantId: number; lineId: number; itemId: number; quantity: number; condition: Condition },
): Promise<void> {
  let left = of.quantity
  for (const { id, itemId, unseen } of await waitingOf(db, of.merchantId, of.lineId)) {
    if (itemId !== of.itemId) continue
    const n = Math.min(left, unseen)
    left -= n
    const text = 'UPDATE return_parcel SET unseen = unseen - $3, condition = $4 WHERE merchant_id = $1 AND id = $2'
    if (n > 0) await db.query({ text, values: [of.merchantId, id, n, of.condition] })
  }
}
