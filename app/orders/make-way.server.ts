import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import { type AtLocation, pick } from './allocation.ts'
import { lockClaims } from './claim-rows.server.ts'
import { type Gone, yieldPromised } from './yield-promised.server.ts'

type Missing = AtLocation & { itemId: number }

/**
 * Pieces that somebody took from a place where by our books there are fewer for sale: they had been promised before we saw
 * that they are gone. What was promised there makes way.
 */
export async function makeWay(tx: Sql, gone: Gone, { itemId, locationId, quantity }: Missing): Promise<void> {
  await lockClaims(tx, gone.merchantId, [itemId])
  const missing = quantity - here(await forSale(tx, gone.merchantId, itemId), locationId)
  if (missing > 0)
    await yieldPromised(tx, { ...gone, key: `${gone.key}/here` }, { itemId, locationId, quantity: missing })
}

/**
 * What is missing at a place still had been carried, or something else was taken in its stead: it is gathered there from what
 * is for sale elsewhere, and at last from what is promised elsewhere.
 */
export async function gatherAt(tx: Sql, gone: Gone, { itemId, locationId, quantity }: Missing): Promise<void> {
  const missing = quantity - here(await forSale(tx, gone.merchantId, itemId), locationId)
  if (missing <= 0) return
  const elsewhere = async () =>
    (await forSale(tx, gone.merchantId, itemId)).filter((place) => place.locationId !== locationId)
  const more = missing - sum(await elsewhere())
  if (more > 0) await yieldPromised(tx, { ...gone, key: `${gone.key}/elsewhere` }, { itemId, quantity: more })
  await gather(tx, gone, { itemId, locationId, from: pickMost(await elsewhere(), missing) })
}

const here = (places: AtLocation[], locationId: number): number =>
  places.find((place) => place.locationId === locationId)?.quantity ?? 0
const sum = (places: AtLocation[]) => places.reduce((n, place) => n + place.quantity, 0)
const pickMost = (places: AtLocation[], most: number) => pick(places, Math.min(most, sum(places)))

// We have said nothing of this to anybody: every channel is told.
async function gather(
  tx: Sql,
  { merchantId, key, cause, at }: Gone,
  { itemId, locationId, from }: { itemId: number; locationId: number; from: AtLocation[] },
): Promise<void> {
  if (from.length === 0) return
  const change = { merchantId, key: `${key}/gathered`, reason: 'moved' as const, actor: 'app', cause, accountId: null }
  const moves = from.map((place) => ({
    itemId,
    quantity: place.quantity,
    from: { locationId: place.locationId, state: 'available' as const },
    to: { locationId, state: 'available' as const },
  }))
  const done = await append(tx, { ...change, occurredAt: at, recordedAt: at }, moves)
  assert(done === 'done', 'what is for sale elsewhere is there')
}

async function forSale(tx: Sql, merchantId: number, itemId: number): Promise<AtLocation[]> {
  const text = `SELECT b.location_id AS "locationId", b.available AS quantity FROM balance b
    JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id
    WHERE b.merchant_id = $1 AND b.item_id = $2 AND b.available > 0 ORDER BY l.sellable DESC, l.rank, l.id FOR UPDATE OF b`
  return (await tx.query<AtLocation>({ name: 'for-sale-anywhere', text, values: [merchantId, itemId] })).rows
}
