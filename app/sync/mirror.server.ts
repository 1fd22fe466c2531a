import type { MirrorChange, MirrorMove, MirrorOutcome, StockedConnector } from '../channels/connector.ts'
import type { Lane } from '../channels/lane.ts'
import { openIncident } from '../incidents/incident.server.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import type { StockState } from '../kernel/stock-state.ts'
import type { Account } from '../merchant/account.server.ts'
import { type QuantityName, stateThere } from '../merchant/place.ts'
import { derivationOf } from './derivation.ts'
import type { Sync } from './facts.ts'
import { tellChange } from './tell-change.server.ts'
import type { Step } from './publisher.ts'
import { settleForgotten } from './forgotten-move.server.ts'
import { turnOf } from './move-turn.ts'
import { readBack, type Seen } from './read-back.server.ts'

export type Mirror = {
  sync: Sync
  account: Account
  connector: StockedConnector
  /** Milliseconds until this many points may be spent in a lane; 0: now. */
  waitMs: (points: number, lane: Lane) => number
}

/** A movement that the channel has not been told of, in its own words; null: it does not know that place or state. */
type DueMove = {
  movementId: number
  since: Date
  key: string
  reason: string
  cause: string
  itemId: number
  ref: ListingRef
  quantity: number
  fromPlace: string | null
  fromName: QuantityName | null
  from: StockState
  toPlace: string | null
  toName: QuantityName | null
  to: StockState
  /** when it was sent and has had no answer, last and first */
  sentAt: Date | null
  firstSentAt: Date | null
  /** how many of its item wait before it */
  ahead: number
}

type Told = DueMove & { sentAt: Date; answeredAt: Date }

// By risk, unless something of the same change has an earlier one to wait for: those of an item stay in order. Of a
// hundred thousand only a few are looked at, by index: those most at risk and those that wait longest, and of their items
// the first few. The last are always told: what is at risk may wait for them.
const DUE = `
WITH candidate AS MATERIALIZED (
  (SELECT item_id FROM mirror_due WHERE account_id = $1 AND parked IS NULL ORDER BY account_id, risk, movement_id LIMIT 150)
  UNION (SELECT item_id FROM mirror_due WHERE account_id = $1 AND parked IS NULL ORDER BY account_id, movement_id LIMIT 50)
), waiting AS MATERIALIZED (
  SELECT m.key, d.movement_id AS id, d.item_id, d.risk, min(d.movement_id) OVER (PARTITION BY d.item_id) AS item_first
  FROM candidate c,
  LATERAL (SELECT * FROM mirror_due WHERE account_id = $1 AND item_id = c.item_id AND parked IS NULL ORDER BY account_id, item_id, movement_id LIMIT $3) d,
  LATERAL (SELECT key FROM movement WHERE merchant_id = $2 AND item_id = d.item_id AND id = d.movement_id OFFSET 0) m
), next AS (
  SELECT key, min(id) AS first, CASE WHEN min(item_first) = min(id) THEN min(risk) ELSE 9 END AS risk FROM waiting
  GROUP BY key ORDER BY risk, first LIMIT $3
)
SELECT m.id AS "movementId", d.since, m.key, m.reason, m.cause, m.item_id AS "itemId", m.quantity,
  f.external_id AS "fromPlace", f.quantity_name AS "fromName", m.from_state AS "from",
  t.external_id AS "toPlace", t.quantity_name AS "toName", m.to_state AS "to",
  d.sent_at AS "sentAt", d.first_sent_at AS "firstSentAt",
  (SELECT count(*)::int FROM (SELECT FROM mirror_due e WHERE e.account_id = $1 AND e.item_id = d.item_id AND e.parked IS NULL
    AND e.movement_id < d.movement_id LIMIT $3) earlier) AS ahead,
  json_build_object('externalId', l.external_id, 'variantId', l.variant_id) AS ref
FROM next
JOIN movement m ON m.merchant_id = $2 AND m.key = next.key
JOIN mirror_due d ON d.account_id = $1 AND d.movement_id = m.id
JOIN listing l ON l.merchant_id = m.merchant_id AND l.account_id = $1 AND l.item_id = m.item_id AND l.status <> 'dead'
LEFT JOIN location_mapping f ON f.merchant_id = m.merchant_id AND f.account_id = $1 AND f.location_id = m.from_location
LEFT JOIN location_mapping t ON t.merchant_id = m.merchant_id AND t.account_id = $1 AND t.location_id = m.to_location
ORDER BY next.risk, next.first, m.n`

const AT_ONCE = 25
// A mutation without an answer is repeated with its key; a little later, so that the first has ended there.
const REPEAT_AFTER_MS = 2_000
// Channels remember a key for a day. An hour less: their clock is not ours, and the first attempt may have arrived late.
const TURN = { repeatAfterMs: REPEAT_AFTER_MS, rememberedMs: 23 * 3_600_000 }

// How many changes are told side by side: a call is mostly the network's time.
const SIDE_BY_SIDE = 8

/**
 * One round of telling a channel with a ledger of its own what moved in ours: each change once, those of an item in
 * order, by its own idempotency key. Moves commute with the channel's own sales, so nothing has to be known before they
 * are sent.
 */
export async function mirrorStep(mirror: Mirror): Promise<Step> {
  const { sync, account } = mirror
  await forgetUnknown(sync.db, account)
  const values = [account.id, account.merchantId, AT_ONCE]
  const { rows } = await sync.db.query<DueMove>({ name: 'mirror-due', text: DUE, values })
  const waiting = [...Map.groupBy(rows, (row) => row.key).values()]
  const at = sync.clock.now()
  const turns = Map.groupBy(inOrder(waiting), (moves) => turnOfChange(moves, at))
  for (const moves of turns.get('read') ?? []) await settleForgotten(mirror, moves)
  const held = new Set([...(turns.get('wait') ?? []), ...(turns.get('read') ?? [])].flat().map(({ itemId }) => itemId))
  const changes = inTurn(turns.get('send') ?? [], held)
  const { told, waitMs, failure } = await tellAll(mirror, changes)
  const refs = new Map(told.map((move) => [move.itemId, move.ref]))
  if (refs.size > 0) await keepMirrored(sync.db, account, { told, seen: await readBack(mirror, [...refs.values()]) })
  if (failure) throw failure.error
  if (waitMs > 0) return { againMs: waitMs, waits: true, written: told.length, news: 0 }
  const more = waiting.length === AT_ONCE && told.length > 0
  return { againMs: more ? 0 : await repeatMs(sync, account), waits: false, written: told.length, news: 0 }
}

/** A change is as far as the least far of its moves. */
function turnOfChange(moves: DueMove[], at: Date) {
  const turns = moves.map((move) => turnOf(move, at, TURN))
  return turns.find((turn) => turn === 'read') ?? turns.find((turn) => turn === 'wait') ?? 'send'
}

/** Those before which nothing of their items is left out: what is at risk may have something older to wait for. */
export function inOrder<T extends { itemId: number; ahead: number }>(changes: T[][]): T[][] {
  const told = new Map<number, number>()
  return changes.filter((moves) => {
    const first = new Map<number, number>()
    for (const { itemId, ahead } of moves) first.set(itemId, Math.min(ahead, first.get(itemId) ?? Infinity))
    if ([...first].some(([itemId, ahead]) => (told.get(itemId) ?? 0) < ahead)) return false
    for (const { itemId } of moves) told.set(itemId, (told.get(itemId) ?? 0) + 1)
    return true
  })
}

/**
 * Those whose turn it is. What comes after a change of the same item that has had no answer waits with it: told before
 * it, the channel would find nothing to give back or to send.
 */
function inTurn(changes: DueMove[][], held: Set<number>): DueMove[][] {
  return changes.filter((moves) => {
    const waits = moves.some(({ itemId }) => held.has(itemId))
    if (waits) for (const { itemId } of moves) held.add(itemId)
    return !waits
  })
}

type TellingEnd = { told: Told[]; waitMs: number; failure?: { error: unknown } }

/** Tells them until the limit says wait, the account is closed, or a call fails: what was told is kept in any case. */
async function tellAll(mirror: Mirror, changes: DueMove[][]): Promise<TellingEnd> {
  const told: Told[] = []
  const held = new Set<number>()
  const { costOfWrite = 1 } = mirror.connector.capabilities
  for (const all of wavesOf(changes)) {
    const wave = inTurn(all, held)
    const now = wave.filter((_, n) => mirror.waitMs((n + 1) * costOfWrite, 'write') === 0)
    const ends = await Promise.allSettled(now.map((moves) => tell(mirror, moves)))
    const tellings = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
    told.push(...tellings.flatMap((one) => one.told))
    for (const { unanswered } of tellings) for (const { itemId } of unanswered) held.add(itemId)
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed) return { told, waitMs: 0, failure: { error: failed.reason } }
    if (tellings.some(({ isClosed }) => isClosed)) return { told, waitMs: 0 }
    if (now.length < wave.length) return { told, waitMs: Math.max(1, mirror.waitMs(costOfWrite, 'write')) }
  }
  return { told, waitMs: 0 }
}

/** Some at a time, in their order: never two of one item together, and none before an earlier one of its items. */
export function wavesOf<T extends { itemId: number }>(changes: T[][]): T[][][] {
  const waves: T[][][] = []
  const next = new Map<number, number>()
  for (const moves of changes) {
    let n = Math.max(...moves.map(({ itemId }) => next.get(itemId) ?? 0))
    while ((waves[n]?.length ?? 0) >= SIDE_BY_SIDE) n += 1
    ;(waves[n] ??= []).push(moves)
    for (const { itemId } of moves) next.set(itemId, n + 1)
  }
  return waves
}

/** What became of one change. `isClosed`: the account is not open any more, and nothing was sent. */
type Telling = { told: Told[]; unanswered: DueMove[]; isClosed: boolean }

async function tell(mirror: Mirror, moves: DueMove[]): Promise<Telling> {
  const { sync, account } = mirror
  const sentAt = sync.clock.now()
  if (!(await markSent(sync.db, account, { moves, at: sentAt }))) return { told: [], unanswered: [], isClosed: true }
  const change = changeOf(moves)
  const outcome = await tellChange(mirror, change)
  await conclude(mirror, moves, outcome)
  const answered = { sentAt, answeredAt: sync.clock.now() }
  const told = outcome.outcome === 'accepted' ? moves.map((move) => ({ ...move, ...answered })) : []
  return { told, unanswered: outcome.outcome === 'unknown' ? moves : [], isClosed: false }
}

function changeOf(moves: DueMove[]): MirrorChange {
  const [{ key, reason, cause }] = moves as [DueMove]
  return { key, reason, cause, moves: moves.flatMap(toMirror) }
}

// Between two of its places a channel moves nothing: units leave the one and enter the other. Between a bench and the
// safe that stand at one place there, they go from one of its states to the other.
function toMirror({ ref, quantity, fromPlace, toPlace, ...move }: DueMove): MirrorMove[] {
  const from = stateThere(move.fromName ?? 'available', move.from)
  const to = stateThere(move.toName ?? 'available', move.to)
  if (fromPlace !== null && fromPlace === toPlace) return [{ ref, quantity, externalLocationId: fromPlace, from, to }]
  const out = fromPlace === null ? [] : [{ ref, quantity, externalLocationId: fromPlace, from, to: null }]
  const into = toPlace === null ? [] : [{ ref, quantity, externalLocationId: toPlace, from: null, to }]
  return [...out, ...into]
}

/** Keeps the number that each listing thereby shows, with its derivation, as any number sent. */
async function keepMirrored(db: Sql, account: Account, { told, seen }: { told: Told[]; seen: Seen[] }): Promise<void> {
  const firsts = new Map<number, Told>()
  for (const move of told) if (!firsts.has(move.itemId)) firsts.set(move.itemId, move)
  const rows = seen.flatMap(({ listingId, itemId, availability, terms, supply, seq }) => {
    const move = itemId === null ? undefined : firsts.get(itemId)
    if (!move || !availability || !supply) return []
    const { since, sentAt, answeredAt } = move
    const derivation = derivationOf({ supply, terms, availability })
    return [{ listingId, quantity: availability.quantity, seq, derivation, since, sentAt, answeredAt }]
  })
  const text = `INSERT INTO publication (merchant_id, account_id, listing_id, quantity, stock_seq, derivation, since, sent_at, answered_at, outcome)
    SELECT $1, $2, "listingId", quantity, seq, derivation, since, "sentAt", "answeredAt", 'accepted'
    FROM jsonb_to_recordset($3) AS x ("listingId" int, quantity int, seq bigint, derivation jsonb, since timestamptz,
      "sentAt" timestamptz, "answeredAt" timestamptz)`
  await db.query({ name: 'keep-mirrored', text, values: [account.merchantId, account.id, JSON.stringify(rows)] })
}

/** False when the account is not open any more: nothing may be sent. */
async function markSent(db: Sql, account: Account, { moves, at }: { moves: DueMove[]; at: Date }): Promise<boolean> {
  const text = `UPDATE mirror_due d SET sent_at = $3, first_sent_at = COALESCE(d.first_sent_at, $3) FROM channel_account a
    WHERE d.account_id = $1 AND d.movement_id = ANY ($2::bigint[]) AND a.id = d.account_id AND a.status = 'open'`
  const sent = await db.query({
    name: 'mark-sent',
    text,
    values: [account.id, moves.map(({ movementId }) => movementId), at],
  })
  return sent.rowCount !== 0
}

async function conclude(
  { sync, account }: Mirror,
  moves: DueMove[],
  { outcome, reason }: MirrorOutcome,
): Promise<void> {
  const ids = moves.map(({ movementId }) => movementId)
  if (outcome === 'accepted') {
    const text = 'DELETE FROM mirror_due WHERE account_id = $1 AND movement_id = ANY ($2::bigint[])'
    await sync.db.query({ name: 'mirrored', text, values: [account.id, ids] })
  }
  if (outcome === 'rejected') {
    const text = 'UPDATE mirror_due SET parked = $3 WHERE account_id = $1 AND movement_id = ANY ($2::bigint[])'
    await sync.db.query({ name: 'park', text, values: [account.id, ids, reason ?? 'it did not say why'] })
    const sentence = `${account.name} refused to move stock for ${moves[0]?.cause}: ${reason ?? 'it did not say why'}.`
    const about = {
      subject: `mirror/${account.id}/${moves[0]?.key}`,
      itemId: moves[0]?.itemId ?? null,
      accountId: account.id,
    }
    await openIncident(sync.db, {
      merchantId: account.merchantId,
      kind: 'refused-write',
      sentence,
      ...about,
      at: sync.clock.now(),
    })
  }
}

// An item that the channel does not list, or a place it does not have: there is nothing to tell.
async function forgetUnknown(db: Sql, account: Account): Promise<void> {
  const text = `DELETE FROM mirror_due d WHERE d.account_id = $1 AND NOT EXISTS (
    SELECT FROM listing l WHERE l.merchant_id = d.merchant_id AND l.account_id = $1 AND l.item_id = d.item_id AND l.status <> 'dead')`
  await db.query({ name: 'forget-unknown', text, values: [account.id] })
}

async function repeatMs(sync: Sync, account: Account): Promise<number | null> {
  const text = 'SELECT min(sent_at) AS at FROM mirror_due WHERE account_id = $1 AND parked IS NULL'
  const at = (await sync.db.query<{ at: Date | null }>({ name: 'mirror-again', text, values: [account.id] })).rows[0]
    ?.at
  return at ? Math.max(0, at.getTime() + REPEAT_AFTER_MS - sync.clock.now().getTime()) : null
}
