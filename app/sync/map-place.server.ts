import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { accountById, type Account } from '../merchant/account.server.ts'
import {
  askLook,
  beginSettling,
  bothPlaces,
  isUntold,
  lockPieces,
  lookOf,
  type Mapping,
  mappingRefusal,
} from '../merchant/mapping.server.ts'
import { attempted } from './act.server.ts'
import type { Decider } from './decisions.server.ts'
import type { Facts, Sync } from './facts.ts'
import { wake } from './wake.server.ts'

type Given = Omit<Mapping, 'merchantId'>
type Answer = Promise<Refusal | undefined>

const NOT_OPEN = refuse('not-open', 'There is no such channel that is open and has places.')
const UNDERWAY = refuse('underway', 'Something that moved there is still being told. Try again in a moment.')
const ORDERS = refuse('orders-wait', 'Pieces there are reserved for orders. Send those first, or move them.')

// What was looked at an hour ago may be another today.
const GOOD_FOR_MS = 3_600_000

async function openAccountOf(db: Sql, who: Decider, accountId: number): Promise<Account | undefined> {
  const account = await accountById(db, accountId)
  return account?.merchantId === who.merchantId && account.status === 'open' ? account : undefined
}

/** Asks what a mapping would change, before anybody decides it: it is read, and kept to be looked at. */
export async function askMapping(sync: Sync, who: Decider, given: Given): Answer {
  const mapping = { ...given, merchantId: who.merchantId }
  const account = await openAccountOf(sync.db, who, given.accountId)
  if (!account) return NOT_OPEN
  const refused = mappingRefusal(await bothPlaces(sync.db, mapping), given.name)
  if (refused) return refused
  const payload = { merchantId: who.merchantId, accountId: account.id, locationId: given.locationId }
  await sync.inTransaction(async (tx) => {
    await askLook(tx, mapping, sync.clock.now())
    await sync.outbox.record(tx, [{ name: 'mapping-asked', payload, key: `${account.id}/mapping/${given.locationId}` }])
  })
  return undefined
}

/**
 * Lets a place of ours stand at a place of a channel's. Where the numbers are not the same, somebody must say which are
 * right: 'ours' are told there, 'theirs' are taken into our books.
 */
export async function mapPlace(sync: Sync, who: Decider, given: Given & { right: 'ours' | 'theirs' | null }): Answer {
  const mapping: Mapping = { ...given, merchantId: who.merchantId }
  const at = sync.clock.now()
  if (!(await openAccountOf(sync.db, who, given.accountId))) return NOT_OPEN
  const refusal = await attempted(sync, async (tx) => {
    await lockPlaceThere(tx, mapping)
    const refused = mappingRefusal(await bothPlaces(tx, mapping), given.name)
    if (refused) return refused
    await lockPieces(tx, mapping)
    if (await isUntold(tx, mapping)) return UNDERWAY
    const look = await lookOf(tx, mapping)
    if (!look?.lookedAt || at.getTime() - look.lookedAt.getTime() > GOOD_FOR_MS)
      return refuse('not-looked', 'Look first at what this would change.')
    if (look.items > 0 && given.right === null)
      return refuse(
        'unequal',
        `The numbers of ${look.items} ${look.items === 1 ? 'item is' : 'items are'} not the same there. Say which are right.`,
      )
    await tx.query({
      text: 'INSERT INTO location_mapping (merchant_id, account_id, external_id, quantity_name, location_id) VALUES ($1, $2, $3, $4, $5)',
      values: [mapping.merchantId, mapping.accountId, mapping.externalId, mapping.name, mapping.locationId],
    })
    await settleThere(sync, { tx, who, mapping, right: given.right ?? 'ours' })
    return undefined
  })
  await wake(sync.db, who.merchantId)
  return refusal
}

/** Takes a place of ours out of a channel's: what lies there leaves its numbers. */
export async function unmapPlace(sync: Sync, who: Decider, given: { accountId: number; locationId: number }): Answer {
  if (!(await openAccountOf(sync.db, who, given.accountId))) return NOT_OPEN
  const of = { ...given, merchantId: who.merchantId }
  const refusal = await attempted(sync, async (tx) => {
    const mapping = await mappingOf(tx, of)
    if (!mapping) return refuse('not-mapped', 'That place is not one of this channel’s.')
    await lockPlaceThere(tx, mapping)
    const { theirs } = await bothPlaces(tx, mapping)
    if (theirs?.settling)
      return refuse('settling', `The numbers of ${theirs.name} are being brought together. Try again in a minute.`)
    if (mapping.name === 'available' && (await othersStand(tx, mapping)))
      return refuse('others-stand', `Other places stand at ${theirs?.name} under a name of it. Take those out first.`)
    await lockPieces(tx, mapping)
    if (await isUntold(tx, mapping)) return UNDERWAY
    if (await hasReserved(tx, mapping)) return ORDERS
    await tx.query({
      text: 'DELETE FROM location_mapping WHERE merchant_id = $1 AND account_id = $2 AND location_id = $3',
      values: [mapping.merchantId, mapping.accountId, mapping.locationId],
    })
    await settleThere(sync, { tx, who, mapping, right: 'ours' })
    return undefined
  })
  await wake(sync.db, who.merchantId)
  return refusal
}

// One mapping of a place there at a time.
async function lockPlaceThere(tx: Sql, { merchantId, accountId, externalId }: Mapping): Promise<void> {
  const text =
    'SELECT 1 FROM channel_place WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3 FOR NO KEY UPDATE'
  await tx.query({ text, values: [merchantId, accountId, externalId] })
}

type Settling = { tx: Sql; who: Decider; mapping: Mapping; right: 'ours' | 'theirs' }

async function settleThere(sync: Sync, { tx, who, mapping, right }: Settling): Promise<void> {
  const { merchantId, accountId, externalId } = mapping
  await beginSettling(tx, mapping, right)
  const payload: Facts['place-settles'] = { merchantId, accountId, externalId, actor: who.actor }
  await sync.outbox.record(tx, [{ name: 'place-settles', payload, key: `${accountId}/settle/${externalId}` }])
}

async function mappingOf(
  tx: Sql,
  of: Pick<Mapping, 'merchantId' | 'accountId' | 'locationId'>,
): Promise<Mapping | undefined> {
  const text = `SELECT external_id AS "externalId", quantity_name AS name FROM location_mapping
    WHERE merchant_id = $1 AND account_id = $2 AND location_id = $3 FOR UPDATE`
  const values = [of.merchantId, of.accountId, of.locationId]
  const { rows } = await tx.query<Pick<Mapping, 'externalId' | 'name'>>({ text, values })
  return rows[0] && { ...of, ...rows[0] }
}

async function othersStand(tx: Sql, { merchantId, accountId, externalId, locationId }: Mapping): Promise<boolean> {
  const text = `SELECT 1 FROM location_mapping WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3 AND location_id <> $4 LIMIT 1`
  return (await tx.query({ text, values: [merchantId, accountId, externalId, locationId] })).rows.length > 0
}

async function hasReserved(tx: Sql, { merchantId, locationId }: Mapping): Promise<boolean> {
  const text = 'SELECT 1 FROM balance WHERE merchant_id = $1 AND location_id = $2 AND reserved > 0 LIMIT 1'
  return (await tx.query({ text, values: [merchantId, locationId] })).rows.length > 0
}
