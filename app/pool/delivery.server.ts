import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from './ledger.server.ts'
import type { Change, Move } from './movement.ts'
import { canComeIn, countedItem, knownPartner, type MovingPlace, placesOf } from './moving-place.server.ts'

/** Goods that are to come, or have come without an order. `lines`: what is expected; none when nobody ordered it. */
export type NewDelivery = {
  merchantId: number
  actor: string
  token: string
  partnerId: number | null
  /** the number on the supplier's papers */
  reference: string
  locationId: number
  /** the day they are expected, as YYYY-MM-DD in the merchant's own time */
  expectedOn: string | null
  lines: { itemId: number; quantity: number }[]
}

/** Opens a delivery, once for its token: what is expected is on its way to the place from now on. */
export async function openDelivery(
  tx: Sql,
  given: NewDelivery,
  at: Date,
): Promise<Refusal | { deliveryId: number; freed: number[] }> {
  const { merchantId, lines } = given
  const known = await deliveryOf(tx, merchantId, given.token)
  if (known !== undefined) return { deliveryId: known, freed: [] }
  const refused = await refusalOf(tx, given)
  if (refused) return refused
  const text = `INSERT INTO delivery (merchant_id, token, partner_id, reference, location_id, expected_on, opened_by, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (merchant_id, token) DO NOTHING RETURNING id`
  const values = [merchantId, given.token, given.partnerId, given.reference, given.locationId, given.expectedOn]
  const { rows } = await tx.query<{ id: number }>({ text, values: [...values, given.actor, at] })
  const deliveryId = rows[0]?.id
  // Said twice at the same moment: the other has opened it.
  if (deliveryId === undefined) return { deliveryId: (await deliveryOf(tx, merchantId, given.token))!, freed: [] }
  await tx.query({
    text: `INSERT INTO delivery_line (merchant_id, delivery_id, item_id, expected)
      SELECT $1, $2, x.item_id, x.n FROM unnest($3::int[], $4::int[]) AS x (item_id, n)`,
    values: [merchantId, deliveryId, lines.map(({ itemId }) => itemId), lines.map(({ quantity }) => quantity)],
  })
  const to = { locationId: given.locationId, state: 'incoming' as const }
  const moves = lines.map(({ itemId, quantity }): Move => ({ itemId, quantity, from: { outside: 'supplier' }, to }))
  const change = changeOf({ ...given, deliveryId, at }, { key: 'expected', reason: 'ordered' })
  if (moves.length > 0) await append(tx, change, moves)
  return { deliveryId, freed: [] }
}

async function refusalOf(tx: Sql, given: NewDelivery): Promise<Refusal | undefined> {
  const { merchantId, lines, locationId, partnerId } = given
  const places = await placesOf(tx, merchantId, [locationId])
  if (isRefusal(places)) return places
  const refused = canArriveAt(places[0]!) ?? (await knownPartner(tx, merchantId, partnerId))
  if (refused) return refused
  if (new Set(lines.map(({ itemId }) => itemId)).size < lines.length)
    return refuse('twice', 'Each item stands on one line of a delivery.')
  for (const { itemId, quantity } of lines) {
    const item = await countedItem(tx, merchantId, itemId)
    if (isRefusal(item)) return item
    const tooMany = await canComeIn(tx, merchantId, { itemId, item, more: quantity })
    if (tooMany) return tooMany
  }
  return undefined
}

async function deliveryOf(tx: Sql, merchantId: number, token: string): Promise<number | undefined> {
  const text = 'SELECT id FROM delivery WHERE merchant_id = $1 AND token = $2'
  return (await tx.query<{ id: number }>({ text, values: [merchantId, token] })).rows[0]?.id
}

/** Goods are laid where they stay: not into transit, nor out on memo. */
export const canArriveAt = (place: MovingPlace): Refusal | undefined =>
  place.kind === 'transit' || place.kind === 'memo_out'
    ? refuse('not-for-deliveries', `Nothing is delivered to ${place.name}.`)
    : undefined

export type OfDelivery = { merchantId: number; deliveryId: number; actor: string; at: Date }

/** A change that a delivery causes; `key` tells those of one delivery apart. */
export const changeOf = (
  { merchantId, deliveryId, actor, at }: OfDelivery,
  { key, reason }: { key: string; reason: Change['reason'] },
): Change => ({
  merchantId,
  key: `delivery/${deliveryId}/${key}`,
  reason,
  actor,
  cause: `delivery/${deliveryId}`,
  accountId: null,
  occurredAt: at,
  recordedAt: at,
})

export type OpenDelivery = { id: number; locationId: number; partnerId: number | null }

/** A delivery that goods can still come for, locked: one person counts at a time. */
export async function lockDelivery(tx: Sql, merchantId: number, deliveryId: number): Promise<Refusal | OpenDelivery> {
  const text = `SELECT id, location_id AS "locationId", partner_id AS "partnerId", closed_at IS NOT NULL AS closed FROM delivery
    WHERE merchant_id = $1 AND id = $2 FOR UPDATE`
  const { rows } = await tx.query<OpenDelivery & { closed: boolean }>({ text, values: [merchantId, deliveryId] })
  const [delivery] = rows
  if (!delivery) return refuse('unknown-delivery', 'There is no such delivery.')
  return delivery.closed ? refuse('closed', 'This delivery is closed. Open another for what came after it.') : delivery
}
