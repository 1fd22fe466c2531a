import type { MirrorMove, StockedConnector, StockedThing } from '../channels/connector.ts'
import { closeIncident } from '../incidents/incident.server.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { Account } from '../merchant/account.server.ts'
import { mappedPlaces } from '../merchant/location.server.ts'
import { differencesThere } from './compare.ts'
import type { Sync } from './facts.ts'
import { echoOf, type Repair, withOffsets } from './order-mirror-echo.ts'
import { addOffsets, offsetsOf } from './order-mirror-offsets.server.ts'
import { oursOf } from './residual.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

type EchoRow = { id: number; itemId: number; orderId: number; back: boolean; quantity: number; repair: Repair[] | null }

const OF_THINGS = `SELECT e.id, e.item_id AS "itemId", e.order_id AS "orderId", e.back, e.quantity, e.repair FROM order_mirror_echo e
  WHERE e.merchant_id = $1 AND e.account_id = $2 AND (e.until > $4 OR e.repair IS NOT NULL) AND e.item_id IN (
    SELECT item_id FROM listing WHERE merchant_id = $1 AND account_id = $2 AND external_id = ANY ($3::text[]))
  ORDER BY e.id`

async function echoesOf(sync: Sync, account: Account, refs: ListingRef[]): Promise<EchoRow[]> {
  const ids = refs.map(({ externalId }) => externalId)
  const values = [account.merchantId, account.id, ids, sync.clock.now()]
  return (await sync.db.query<EchoRow>({ name: 'echoes-of', text: OF_THINGS, values })).rows
}

/** Pieces of these things have just left orders that were made in the store: its numbers may have followed them. */
export const hasEchoes = async (sync: Sync, account: Account, things: StockedThing[]): Promise<boolean> =>
  (
    await echoesOf(
      sync,
      account,
      things.map(({ ref }) => ref),
    )
  ).length > 0

/**
 * Puts right what a store did to its numbers for orders that were only made in it: their stock is moved by the ledger, and
 * would else be counted twice. `things` as they were read together with every order until then. True when something was
 * put right: they are to be read again.
 */
export async function settleEchoes(stocked: Stocked, things: StockedThing[]): Promise<boolean> {
  const { sync, account } = stocked
  const rows = await echoesOf(
    sync,
    account,
    things.map(({ ref }) => ref),
  )
  if (rows.length === 0) return false
  const refs = await refsOf(stocked, things)
  const begun = rows.filter(({ repair }) => repair !== null)
  for (const row of begun) await send(stocked, { row, ref: refs.get(row.itemId), repair: row.repair ?? [] })
  if (begun.length > 0) return true
  let found = false
  for (const [itemId, ofItem] of Map.groupBy(rows, (row) => row.itemId)) {
    const row = await measure(stocked, { itemId, rows: ofItem, things })
    if (!row) continue
    await send(stocked, { row, ref: refs.get(itemId), repair: row.repair ?? [] })
    found = true
  }
  return found
}

async function refsOf({ sync, account }: Stocked, things: StockedThing[]): Promise<Map<number, ListingRef>> {
  const ours = await oursOf(sync.db, account, things)
  const known = things.map(({ ref }) => [ours.get(`${ref.externalId}/${ref.variantId}`)?.itemId, ref] as const)
  return new Map(known.flatMap(([itemId, ref]) => (itemId === undefined ? [] : [[itemId, ref] as const])))
}

type Measuring = { itemId: number; rows: EchoRow[]; things: StockedThing[] }

/** Notes what is to be put right before it is: then it is done once, whatever happens. */
async function measure({ sync, account }: Stocked, { itemId, rows, things }: Measuring): Promise<EchoRow | undefined> {
  const ours = await oursOf(sync.db, account, things)
  const all = withOffsets(things, ours, await offsetsOf(sync.db, account, [itemId]))
  const thing = all.find(({ ref }) => ours.get(`${ref.externalId}/${ref.variantId}`)?.itemId === itemId)
  const mine = thing && ours.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
  if (!thing || !mine || mine.unanswered || !thing.tracked || thing.bundleParent) return undefined
  const left = { sent: 0, back: 0 }
  for (const { back, quantity } of rows) left[back ? 'back' : 'sent'] += quantity
  const echo = echoOf(differencesThere(thing, mine, await mappedPlaces(sync.db, account)), left)
  if (echo.used === 0) return undefined
  const [first] = rows
  if (!first) return undefined
  return sync.inTransaction(async (tx) => {
    await addOffsets(tx, account, { itemId, offsets: echo.offsets })
    const text = `UPDATE order_mirror_echo SET repair = $3 WHERE merchant_id = $1 AND id = $2 AND repair IS NULL`
    await tx.query({ text, values: [account.merchantId, first.id, JSON.stringify(echo.repairs)] })
    await spend(tx, account, { rows: rows.slice(1), pieces: echo.used - first.quantity })
    return { ...first, repair: echo.repairs }
  })
}

/** What was used of the others; the first goes when it is answered. */
async function spend(
  tx: Sync['db'],
  account: Account,
  { rows, pieces }: { rows: EchoRow[]; pieces: number },
): Promise<void> {
  let left = pieces
  for (const { id, quantity } of rows) {
    const used = Math.min(left, quantity)
    if (used <= 0) return
    left -= used
    const text =
      used === quantity
        ? 'DELETE FROM order_mirror_echo WHERE merchant_id = $1 AND id = $2 AND quantity = $3'
        : 'UPDATE order_mirror_echo SET quantity = quantity - $3 WHERE merchant_id = $1 AND id = $2'
    await tx.query({ text, values: [account.merchantId, id, used] })
  }
}

type Sending = { row: EchoRow; ref: ListingRef | undefined; repair: Repair[] }

async function send({ sync, account, connector }: Stocked, { row, ref, repair }: Sending): Promise<void> {
  const moves = ref ? repair.flatMap((one) => movesOf(ref, one)) : []
  const change = {
    key: `echo/${account.id}/${row.id}`,
    reason: 'changed there',
    cause: `order-mirror/${row.orderId}`,
    moves,
  }
  const { outcome } = moves.length > 0 ? await connector.mirror(change) : { outcome: 'accepted' as const }
  if (outcome === 'unknown') return
  // Refused, what differs is a person's like any other difference.
  const text = 'DELETE FROM order_mirror_echo WHERE merchant_id = $1 AND id = $2'
  await sync.db.query({ text, values: [account.merchantId, row.id] })
  await takeUpAgain({ sync, account }, row.itemId)
}

// A move of ours may have been refused for what the store had taken already.
async function takeUpAgain({ sync, account }: Pick<Stocked, 'sync' | 'account'>, itemId: number): Promise<void> {
  const text = `UPDATE mirror_due d SET parked = NULL, sent_at = NULL FROM movement m
    WHERE d.account_id = $2 AND d.item_id = $3 AND d.parked IS NOT NULL
      AND m.merchant_id = $1 AND m.item_id = d.item_id AND m.id = d.movement_id RETURNING m.key`
  const values = [account.merchantId, account.id, itemId]
  const { rows } = await sync.db.query<{ key: string }>({ name: 'take-up-again', text, values })
  const how = { actor: 'app', sentence: 'Its numbers were put right; it is told again.', at: sync.clock.now() }
  for (const key of new Set(rows.map((row) => row.key))) {
    const subject = `mirror/${account.id}/${key}`
    await closeIncident(sync.db, { merchantId: account.merchantId, kind: 'refused-write', subject }, how)
  }
}

function movesOf(ref: ListingRef, { place, available, held }: Repair): MirrorMove[] {
  const states = [
    { state: 'available' as const, n: available },
    { state: 'held' as const, n: held },
  ]
  return states.flatMap(({ state, n }): MirrorMove[] => {
    if (n === 0) return []
    const ends = n > 0 ? { from: null, to: state } : { from: state, to: null }
    return [{ ref, externalLocationId: place, quantity: Math.abs(n), ...ends }]
  })
}
