import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { canArriveAt, changeOf, lockDelivery, type OfDelivery } from './delivery.server.ts'
import { append, happened } from './ledger.server.ts'
import type { Move } from './movement.ts'
import { canComeIn, countedItem, type MovingPlace, placesOf, type Spot } from './moving-place.server.ts'

/** Pieces of a delivery that were counted and laid somewhere. `token` makes it happen once. */
export type Receiving = Omit<OfDelivery, 'at'> & { token: string; itemId: number; quantity: number; to: Spot }

type Freed = { freed: number[] }

/**
 * Takes in pieces of a delivery: those that were expected are on the way no longer, those beyond come from the supplier
 * too. What is not expected at all becomes a line of its own.
 */
export async function receivePieces(tx: Sql, given: Receiving, at: Date): Promise<Refusal | Freed> {
  const { merchantId, deliveryId, itemId, quantity, to } = given
  const change = changeOf({ ...given, at }, { key: `received/${given.token}`, reason: 'received' })
  const delivery = await lockDelivery(tx, merchantId, deliveryId)
  if (await happened(tx, change)) return { freed: [] }
  if (isRefusal(delivery)) return delivery
  const place = await receivingPlace(tx, merchantId, to)
  if (isRefusal(place)) return place
  const item = await countedItem(tx, merchantId, itemId)
  if (isRefusal(item)) return item
  const line = await lineOf(tx, given)
  const outstanding = Math.max(0, line.expected - line.received)
  const expected = Math.min(quantity, outstanding)
  const refused = await canComeIn(tx, merchantId, { itemId, item, more: quantity - expected })
  if (refused) return refused
  const from = { locationId: delivery.locationId, state: 'incoming' as const }
  const stay = { partnerId: place.owner === 'ours' ? null : delivery.partnerId }
  const both: Move[] = [
    { itemId, quantity: expected, from, to, stay },
    { itemId, quantity: quantity - expected, from: { outside: 'supplier' }, to, stay },
  ]
  const done = await append(
    tx,
    change,
    both.filter((move) => move.quantity > 0),
  )
  if (typeof done !== 'string')
    return refuse('not-on-the-way', 'What was on its way was taken away meanwhile. Count again.')
  await addReceived(tx, given)
  return { freed: to.state === 'available' && place.sellable ? [itemId] : [] }
}

async function receivingPlace(tx: Sql, merchantId: number, to: Spot): Promise<Refusal | MovingPlace> {
  const places = await placesOf(tx, merchantId, [to.locationId])
  if (isRefusal(places)) return places
  const place = places[0]!
  return canArriveAt(place) ?? place
}

type Line = { expected: number; received: number }

async function lineOf(tx: Sql, { merchantId, deliveryId, itemId }: Receiving): Promise<Line> {
  const text =
    'SELECT expected, received FROM delivery_line WHERE merchant_id = $1 AND delivery_id = $2 AND item_id = $3'
  const { rows } = await tx.query<Line>({ name: 'delivery-line', text, values: [merchantId, deliveryId, itemId] })
  return rows[0] ?? { expected: 0, received: 0 }
}

async function addReceived(tx: Sql, { merchantId, deliveryId, itemId, quantity }: Receiving): Promise<void> {
  const text = `INSERT INTO delivery_line (merchant_id, delivery_id, item_id, expected, received) VALUES ($1, $2, $3, 0, $4)
    ON CONFLICT (merchant_id, delivery_id, item_id) DO UPDATE SET received = delivery_line.received + EXCLUDED.received`
  await tx.query({ name: 'add-received', text, values: [merchantId, deliveryId, itemId, quantity] })
}

/** Nothing more comes of it: what was expected and is not there is on its way no longer. Closed twice, it is closed. */
export async function closeDelivery(tx: Sql, of: Omit<OfDelivery, 'at'>, at: Date): Promise<Refusal | Freed> {
  const { merchantId, deliveryId, actor } = of
  const change = changeOf({ ...of, at }, { key: 'closed', reason: 'not delivered' })
  const delivery = await lockDelivery(tx, merchantId, deliveryId)
  if (isRefusal(delivery)) return delivery
  const text = `SELECT item_id AS "itemId", expected - received AS quantity FROM delivery_line
    WHERE merchant_id = $1 AND delivery_id = $2 AND expected > received ORDER BY item_id`
  const { rows } = await tx.query<{ itemId: number; quantity: number }>({ text, values: [merchantId, deliveryId] })
  const from = { locationId: delivery.locationId, state: 'incoming' as const }
  const moves = rows.map((row): Move => ({ ...row, from, to: { outside: 'correction' } }))
  const done = moves.length > 0 ? await append(tx, change, moves) : 'done'
  if (typeof done !== 'string') return refuse('not-on-the-way', 'What was on its way was taken away meanwhile.')
  await tx.query({
    text: 'UPDATE delivery SET closed_by = $3, closed_at = $4 WHERE merchant_id = $1 AND id = $2',
    values: [merchantId, deliveryId, actor, at],
  })
  return { freed: [] }
}
