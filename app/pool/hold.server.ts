import { assert } from '../kernel/assert.ts'
import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { type ClientAsked, clientFor } from './client.server.ts'
import { partsOf, type HeldPart } from './held-part.server.ts'
import { againstPolicy, renewalRefused, untilRefused } from './hold-policy.ts'
import { holdPolicyOf } from './hold-policy.server.ts'
import { append, takeToHeld } from './ledger.server.ts'
import type { Change, Taken } from './movement.ts'
import type { Reason } from './reason.ts'
import { keepRemark } from './remark.server.ts'
import { seqOf } from './stock.server.ts'

/** Who does something with a hold: "person/7" and their role, "app" for time. */
export type Holder = { merchantId: number; actor: string; role: string; at: Date }

export type NewHold = {
  itemId: number
  client: ClientAsked
  /** pieces, or sets of a bundle, 1 or more */
  quantity: number
  until: Date
  /** where they are taken; null: at the first places that sell */
  locationId: number | null
  /** what was noted of a deposit */
  note: string | null
  /** the form that asks: sent twice, it makes one hold */
  token: string
}

/** Held pieces of one item at one place. */
export type HeldPlace = { itemId: number; locationId: number; quantity: number }

/** A hold as it stands, and where its pieces lie. `parts`: what one of it is made of, itself where it is no set. */
export type Hold = {
  id: number
  itemId: number
  clientId: number
  until: Date
  status: 'active' | 'released' | 'expired' | 'converted'
  renewals: number
  parts: HeldPart[]
  places: HeldPlace[]
}

export type Held = { holdId: number; freed: number[] }

/**
 * Sets pieces aside for a client until a moment, in the caller's transaction: available → held where they lie, all of
 * them or, as a refusal, none. The same form again is the same hold.
 */
export async function makeHold(tx: Sql, who: Holder, asked: NewHold): Promise<Refusal | Held> {
  const { merchantId, at } = who
  const { itemId, quantity } = asked
  // A person's forms come one after the other from here on: their holds can be counted, and a form that is sent twice is
  // met again.
  const person = await lockPerson(tx, who)
  if (isRefusal(person)) return person
  const known = await heldByToken(tx, merchantId, asked.token)
  if (known !== undefined) return { holdId: known, freed: [] }
  const item = await itemToHold(tx, merchantId, itemId)
  if (isRefusal(item)) return item
  const clientId = await clientFor(tx, who, asked.client)
  if (isRefusal(clientId)) return clientId
  const refused = againstPolicy(await holdPolicyOf(tx, merchantId), {
    ...who,
    until: asked.until,
    valueMinor: item.priceMinor === null ? null : item.priceMinor * quantity,
    hasNote: asked.note !== null,
    ...(await openHolds(tx, merchantId, { person, clientId })),
  })
  if (refused) return refused
  const remark =
    asked.note === null ? null : await keepRemark(tx, { merchantId, actor: who.actor, text: asked.note, at })
  const holdId = await insertHold(tx, who, { ...asked, person, clientId, remark })
  const change = changeOf(who, { holdId, step: 'made', reason: 'held for a client' })
  const taken = await takeFor(tx, change, { ...asked, parts: item.parts })
  if (isRefusal(taken)) return taken
  await keepAllocations(tx, { merchantId, holdId, parts: item.parts }, taken)
  return { holdId, freed: [] }
}

/** A change of the ledger for a hold: `step` makes its key, once for each hold. */
export const changeOf = (
  { merchantId, actor, at }: { merchantId: number; actor: string; at: Date },
  { holdId, step, reason }: { holdId: number; step: string; reason: Reason },
): Change => ({
  merchantId,
  key: `hold/${holdId}/${step}`,
  reason,
  actor,
  cause: `hold/${holdId}`,
  accountId: null,
  occurredAt: at,
  recordedAt: at,
})

async function lockPerson(tx: Sql, { merchantId, actor }: Holder): Promise<Refusal | number> {
  const id = Number(/^person\/(\d{1,9})$/.exec(actor)?.[1] ?? 0)
  const text = 'SELECT id FROM person WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE'
  const { rows } = await tx.query<{ id: number }>({ text, values: [merchantId, id] })
  return rows[0]?.id ?? refuse('no-person', 'Only a person of this shop can put pieces on hold.')
}

async function heldByToken(tx: Sql, merchantId: number, token: string): Promise<number | undefined> {
  const text = 'SELECT id FROM hold WHERE merchant_id = $1 AND token = $2'
  return (await tx.query<{ id: number }>({ text, values: [merchantId, token] })).rows[0]?.id
}

async function itemToHold(
  tx: Sql,
  merchantId: number,
  itemId: number,
): Promise<Refusal | { priceMinor: number | null; parts: HeldPart[] }> {
  const text = `SELECT i.kind, i.status, CASE WHEN i.currency = m.currency THEN i.price_minor END AS "priceMinor"
    FROM item i JOIN merchant m ON m.id = i.merchant_id WHERE i.merchant_id = $1 AND i.id = $2`
  type Row = { kind: string; status: string; priceMinor: number | null }
  const [item] = (await tx.query<Row>({ text, values: [merchantId, itemId] })).rows
  if (!item || item.status === 'deleted') return refuse('unknown-item', 'There is no such item.')
  const parts = item.kind === 'bundle' ? await partsOf(tx, merchantId, itemId) : [{ itemId, needs: 1 }]
  if (parts.length === 0) return refuse('bundle', 'Nobody has said yet what this set is made of.')
  return { priceMinor: item.priceMinor, parts }
}

async function openHolds(tx: Sql, merchantId: number, of: { person: number; clientId: number }) {
  const text = `SELECT (SELECT count(*)::int FROM hold WHERE merchant_id = $1 AND person_id = $2 AND status = 'active') AS "ofPerson",
    (SELECT count(*)::int FROM hold WHERE merchant_id = $1 AND client_id = $3 AND status = 'active') AS "ofClient"`
  const { rows } = await tx.query<{ ofPerson: number; ofClient: number }>({
    text,
    values: [merchantId, of.person, of.clientId],
  })
  return rows[0]!
}

type Inserted = NewHold & { person: number; clientId: number; remark: string | null }

async function insertHold(tx: Sql, { merchantId, at }: Holder, hold: Inserted): Promise<number> {
  const text = `INSERT INTO hold (merchant_id, item_id, client_id, person_id, quantity, until, status, remark_id, token, stock_seq, made_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $8, 0, $9) RETURNING id`
  const { itemId, clientId, person, quantity, until, remark, token } = hold
  const remarkId = remark === null ? null : Number(remark.split('/')[1])
  const values = [merchantId, itemId, clientId, person, quantity, until, remarkId, token, at]
  return (await tx.query<{ id: number }>({ text, values })).rows[0]!.id
}

type Taking = NewHold & { parts: HeldPart[] }

// The parts of a set all together or none: a set of which one part is missing takes nothing of the others.
async function takeFor(tx: Sql, change: Change, { quantity, locationId, parts }: Taking): Promise<Refusal | Taken[]> {
  const demands = parts.map(({ itemId, needs }) => ({ itemId, quantity: needs * quantity }))
  if (locationId === null) {
    const done = await takeToHeld(tx, change, demands)
    assert(done !== 'already', 'a hold is made once')
    return done.short.length > 0 ? notThere(quantity, parts) : done.taken
  }
  const place = 'SELECT FROM location WHERE merchant_id = $1 AND id = $2 AND archived_at IS NULL'
  const { rows } = await tx.query({ text: place, values: [change.merchantId, locationId] })
  if (rows.length === 0) return refuse('unknown-place', 'There is no such place.')
  const ends = { from: { locationId, state: 'available' as const }, to: { locationId, state: 'held' as const } }
  const moves = demands.map((demand) => ({ ...demand, ...ends }))
  const done = await append(tx, change, moves)
  return done === 'done' ? demands.map((demand) => ({ ...demand, locationId })) : notThere(quantity, parts)
}

function notThere(quantity: number, parts: HeldPart[]): Refusal {
  if (parts.length > 1)
    return refuse(
      'not-there',
      `There are not all the parts of ${quantity === 1 ? 'it' : `${quantity} of it`} free there.`,
    )
  return refuse(
    'not-there',
    quantity === 1 ? 'No piece of it is free there.' : `There are no ${quantity} free pieces of it there.`,
  )
}

async function keepAllocations(
  tx: Sql,
  { merchantId, holdId, parts }: { merchantId: number; holdId: number; parts: HeldPart[] },
  taken: Taken[],
): Promise<void> {
  const text = `WITH placed AS (
      INSERT INTO hold_allocation (merchant_id, hold_id, item_id, location_id, quantity)
      SELECT $1, $2, x.item_id, x.location_id, x.quantity FROM unnest($3::int[], $4::int[], $5::int[]) AS x (item_id, location_id, quantity)
    ), made_of AS (
      INSERT INTO hold_component (merchant_id, hold_id, component_id, needs)
      SELECT $1, $2, x.item_id, x.needs FROM unnest($6::int[], $7::int[]) AS x (item_id, needs)
      JOIN hold h ON h.merchant_id = $1 AND h.id = $2 AND h.item_id <> x.item_id
    )
    UPDATE hold h SET stock_seq = ${seqOf('i')} FROM item i
    WHERE h.merchant_id = $1 AND h.id = $2 AND i.merchant_id = $1 AND i.id = h.item_id`
  const placed = (['itemId', 'locationId', 'quantity'] as const).map((name) => taken.map((one) => one[name]))
  const madeOf = [parts.map(({ itemId }) => itemId), parts.map(({ needs }) => needs)]
  await tx.query({ text, values: [merchantId, holdId, ...placed, ...madeOf] })
}

/** The hold, locked: what is done with it is done one after the other. Refused when it is not open any more. */
export async function lockHold(tx: Sql, merchantId: number, holdId: number): Promise<Refusal | Hold> {
  const lock = 'SELECT FROM hold WHERE merchant_id = $1 AND id = $2 FOR UPDATE'
  await tx.query({ name: 'lock-hold', text: lock, values: [merchantId, holdId] })
  // Read after the lock: a statement that has waited for it sees its other tables as they were before.
  const text = `SELECT h.id, h.item_id AS "itemId", h.client_id AS "clientId", h.until, h.status, h.renewals,
      COALESCE((SELECT json_agg(json_build_object('itemId', c.component_id, 'needs', c.needs) ORDER BY c.component_id)
        FROM hold_component c WHERE c.merchant_id = h.merchant_id AND c.hold_id = h.id),
        json_build_array(json_build_object('itemId', h.item_id, 'needs', 1))) AS parts,
      COALESCE((SELECT json_agg(json_build_object('itemId', a.item_id, 'locationId', a.location_id, 'quantity', a.quantity)
          ORDER BY a.location_id, a.item_id)
        FROM hold_allocation a WHERE a.merchant_id = h.merchant_id AND a.hold_id = h.id), '[]') AS places
    FROM hold h WHERE h.merchant_id = $1 AND h.id = $2`
  const { rows } = await tx.query<Hold>({ name: 'hold-as-it-stands', text, values: [merchantId, holdId] })
  const [hold] = rows
  if (!hold) return refuse('unknown-hold', 'There is no such hold.')
  return hold.status === 'active' ? hold : refuse('over', OVER[hold.status])
}

const OVER = {
  released: 'This hold was given up already.',
  expired: 'This hold has run out already.',
  converted: 'The piece of this hold is sold already.',
}

/** It lasts longer from now on; counted, and within the policy. Saying the same moment again is no renewal. */
export async function extendHold(
  tx: Sql,
  who: Holder,
  { holdId, until }: { holdId: number; until: Date },
): Promise<Refusal | Held> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  if (hold.until.getTime() === until.getTime()) return { holdId, freed: [] }
  const policy = await holdPolicyOf(tx, who.merchantId)
  if (!policy.roles.includes(who.role)) return refuse('may-not-hold', 'Your role may not extend holds in this shop.')
  if (hold.until <= who.at) return refuse('over', OVER.expired)
  const refused = untilRefused(policy, { at: who.at, until }) ?? renewalRefused(policy, hold.renewals)
  if (refused) return refused
  if (until < hold.until) return refuse('shorter', 'It is on hold for longer than that already.')
  const text = 'UPDATE hold SET until = $3, renewals = renewals + 1 WHERE merchant_id = $1 AND id = $2'
  await tx.query({ text, values: [who.merchantId, holdId, until] })
  return { holdId, freed: [] }
}
