import { closeIncident } from '../incidents/incident.server.ts'
import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change, End } from '../pool/movement.ts'
import { whyNotMoved } from '../pool/not-moved.ts'
import type { Reason } from '../pool/reason.ts'
import { arrived } from './expected-return.server.ts'
import { acknowledge, addParcel, type Condition } from './return-parcel.server.ts'
import { lockReturned, type ReturnedLine } from './returned-line.server.ts'

/** `token`: of the form it was asked with, so that asked twice it is done once. */
export type Handling = { merchantId: number; actor: string; token: string; at: Date }

/**
 * A person has received pieces that a buyer sent back: they lie in inspection until somebody has looked at them. Where the
 * channel has said already that they came back, it is the same pieces, and only how they look is new.
 */
export async function receiveReturn(
  tx: Sql,
  given: Handling & { lineId: number; quantity: number; condition: Condition },
): Promise<Refusal | { freed: number[] }> {
  const { merchantId, lineId, quantity, condition, actor, at } = given
  const line = await lockReturned(tx, merchantId, lineId)
  if (isRefusal(line)) return line
  const key = `return/${lineId}/${given.token}`
  if (await isDone(tx, { merchantId, lineId, key })) return { freed: [] }
  const out = line.shipped - line.receivedBack
  if (quantity > out) return refuse('not-there', `Only ${out} of this line can still come back.`)
  const returned = Math.max(line.receivedBack + quantity, line.toldBack)
  const new_ = returned - line.returned
  for (const { itemId, needs } of quantity > new_ ? line.parts : [])
    await acknowledge(tx, { merchantId, lineId, itemId, quantity: (quantity - new_) * needs, condition })
  if (new_ > 0) {
    const locationId = await inspectionPlace(tx, merchantId, line.placeId)
    if (locationId === null) return refuse('no-place', 'There is no place where it could be looked at.')
    const change = changeOf(given, { key, reason: 'came back', cause: `order/${line.accountId}/${line.order}` })
    const to: End = { locationId, state: 'quality_check' }
    // A set comes back as its parts, each to be looked at by itself.
    const back = line.parts.map(({ itemId, needs }) => ({ itemId, quantity: new_ * needs }))
    const moves = back.map((pieces) => ({ ...pieces, from: { outside: 'customer' as const }, to }))
    const moved = await append(tx, change, moves)
    if (typeof moved !== 'string') return whyNotMoved(moved)
    for (const pieces of back)
      await addParcel(tx, { merchantId, lineId, ...pieces, locationId, unseen: 0, condition, actor, at })
    await arrived(tx, { merchantId, lineId, units: new_ })
  }
  await keepReceived(tx, { ...given, key, returned, toldBack: line.toldBack })
  await expectedNoMore(tx, given, line)
  return { freed: [] }
}

async function isDone(tx: Sql, { merchantId, lineId, key }: { merchantId: number; lineId: number; key: string }) {
  const text = 'SELECT FROM order_effect WHERE merchant_id = $1 AND line_id = $2 AND event = $3'
  return (await tx.query({ text, values: [merchantId, lineId, key] })).rows.length > 0
}

/** The first place for it; else where the piece lay before it was sent; else the first there is. */
async function inspectionPlace(tx: Sql, merchantId: number, before: number | null): Promise<number | null> {
  const text = `SELECT id FROM location WHERE merchant_id = $1 AND archived_at IS NULL
    ORDER BY kind = 'inspection' DESC, id IS NOT DISTINCT FROM $2::int DESC, rank, id LIMIT 1`
  return (await tx.query<{ id: number }>({ text, values: [merchantId, before] })).rows[0]?.id ?? null
}

type Received = Handling & { lineId: number; quantity: number; key: string; returned: number; toldBack: number }

async function keepReceived(tx: Sql, { merchantId, lineId, quantity, key, returned, toldBack }: Received) {
  const text = `WITH line AS (
      UPDATE order_line SET received_back = received_back + $3, returned = $4, told_back = $5 WHERE merchant_id = $1 AND id = $2
    )
    INSERT INTO order_effect (merchant_id, line_id, transition, event, quantity) VALUES ($1, $2, 'return', $6, $3)`
  await tx.query({ text, values: [merchantId, lineId, quantity, returned, toldBack, key] })
}

// "Did any come back?" is answered.
async function expectedNoMore(
  tx: Sql,
  { merchantId, actor, at }: Handling,
  { accountId, order }: ReturnedLine,
): Promise<void> {
  const which = { merchantId, kind: 'unclear-order' as const, subject: `order/${accountId}/${order}` }
  await closeIncident(tx, which, { actor, sentence: 'A person received what came back.', at })
}

type Parcel = { lineId: number; itemId: number; placeId: number; waiting: number; sellable: boolean }

type Judged = Handling & { parcelId: number; quantity: number }

/** A person has looked at pieces that came back, and they are for sale again: where they lie, or at the first place that sells. */
export async function passReturn(tx: Sql, given: Judged): Promise<Refusal | { freed: number[] }> {
  const parcel = await lockParcel(tx, given)
  if (!parcel) return NO_PARCEL
  const place = parcel.sellable ? parcel.placeId : await firstThatSells(tx, given.merchantId)
  if (place === null) return refuse('no-place', 'There is no place that sells.')
  const to: End = { locationId: place, state: 'available' }
  return judge(tx, given, { parcel, to, reason: 'looked at, in order' })
}

/** A person has looked at pieces that came back, and they are damaged. */
export async function failReturn(tx: Sql, given: Judged): Promise<Refusal | { freed: number[] }> {
  const parcel = await lockParcel(tx, given)
  if (!parcel) return NO_PARCEL
  const to: End = { locationId: parcel.placeId, state: 'damaged' }
  return judge(tx, given, { parcel, to, reason: 'looked at, damaged' })
}

const NO_PARCEL = refuse('unknown-return', 'There is no such return.')

async function lockParcel(tx: Sql, { merchantId, parcelId }: Judged): Promise<Parcel | undefined> {
  const text = `SELECT p.line_id AS "lineId", p.item_id AS "itemId", p.location_id AS "placeId", p.waiting, l.sellable
    FROM return_parcel p JOIN location l ON l.merchant_id = p.merchant_id AND l.id = p.location_id
    WHERE p.merchant_id = $1 AND p.id = $2 FOR UPDATE OF p`
  return (await tx.query<Parcel>({ text, values: [merchantId, parcelId] })).rows[0]
}

async function firstThatSells(tx: Sql, merchantId: number): Promise<number | null> {
  const text =
    'SELECT id FROM location WHERE merchant_id = $1 AND sellable AND archived_at IS NULL ORDER BY rank, id LIMIT 1'
  return (await tx.query<{ id: number }>({ text, values: [merchantId] })).rows[0]?.id ?? null
}

async function judge(
  tx: Sql,
  given: Judged,
  { parcel, to, reason }: { parcel: Parcel; to: End; reason: Reason },
): Promise<Refusal | { freed: number[] }> {
  const { merchantId, parcelId, quantity, token } = given
  const { itemId, lineId, placeId, waiting } = parcel
  const key = `return-judged/${parcelId}/${token}`
  if (await isDone(tx, { merchantId, lineId, key })) return { freed: [] }
  if (quantity > waiting)
    return refuse('not-there', `Only ${waiting} of them still ${waiting === 1 ? 'waits' : 'wait'}.`)
  const change = changeOf(given, { key, reason, cause: `return/${parcelId}` })
  const from: End = { locationId: placeId, state: 'quality_check' }
  const moved = await append(tx, change, [{ itemId, quantity, from, to }])
  if (typeof moved !== 'string') return whyNotMoved(moved)
  const text = `WITH parcel AS (
      UPDATE return_parcel SET waiting = waiting - $3, unseen = LEAST(unseen, waiting - $3) WHERE merchant_id = $1 AND id = $2
    )
    INSERT INTO order_effect (merchant_id, line_id, transition, event, quantity) VALUES ($1, $4, 'restock', $5, $3)`
  await tx.query({ text, values: [merchantId, parcelId, quantity, lineId, key] })
  return { freed: 'state' in to && to.state === 'available' ? [itemId] : [] }
}

const changeOf = (
  { merchantId, actor, at }: Handling,
  said: { key: string; reason: Reason; cause: string },
): Change => ({ merchantId, actor, accountId: null, occurredAt: at, recordedAt: at, ...said })
