import type { Sql } from '#app/kernel/sql.ts'
import { learnSizes } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { append } from '#app/pool/ledger.server.ts'
import type { Change, Move } from '#app/pool/movement.ts'

/** A merchant with a thousand items at three places, and one more that everybody wants, twice. */
export type BenchShop = {
  merchantId: number
  locations: number[]
  items: number[]
  hotItem: number
  hotItemOfBatches: number
}

/** Of the item that everybody wants. */
export const HOT_UNITS = 1_000
const ITEMS = 1_000
// The first two places run out while it is measured, as places do, and the third never.
const AT_EACH_PLACE = [10, 10, 1_000_000]

/** Opens the shop's books by the ledger's own functions, and makes the floor's tables with the same rows. */
export async function openShop(db: Sql, at: Date): Promise<BenchShop> {
  const merchantId = await oneId(db, {
    text: `INSERT INTO merchant (name, time_zone, currency, created_at) VALUES ('Bench', 'UTC', 'USD', $1) RETURNING id`,
    values: [at],
  })
  const locations = await ids(db, {
    text: `INSERT INTO location (merchant_id, name, kind, sellable, rank)
      SELECT $1, name, 'store', true, rank FROM unnest('{Safe,Window,Store}'::text[]) WITH ORDINALITY AS l (name, rank) RETURNING id`,
    values: [merchantId],
  })
  const all = await ids(db, {
    text: `INSERT INTO item (merchant_id, sku, title, kind, status, created_at)
      SELECT $1, 'R-' || n, 'Ring ' || n, 'replenishable', 'active', $2 FROM generate_series(-1, $3::int) n RETURNING id`,
    values: [merchantId, at, ITEMS],
  })
  const [hotItem = 0, hotItemOfBatches = 0, ...items] = all
  const shop = { merchantId, locations, items, hotItem, hotItemOfBatches }
  for (const itemId of all) await append(db, openingOf(shop, { itemId, at }), openingMoves(shop, itemId))
  await makeFloor(db)
  await learnSizes(db)
  return shop
}

async function ids(db: Sql, query: { text: string; values: unknown[] }): Promise<number[]> {
  return (await db.query<{ id: number }>(query)).rows.map(({ id }) => id)
}

const oneId = async (db: Sql, query: { text: string; values: unknown[] }) =>
  present((await ids(db, query))[0], 'the new row')

const openingOf = ({ merchantId }: BenchShop, { itemId, at }: { itemId: number; at: Date }): Change => ({
  merchantId,
  key: `opening/${itemId}`,
  reason: 'opening',
  actor: 'app',
  cause: 'bench',
  accountId: null,
  occurredAt: at,
  recordedAt: at,
})

const HOT_AT_EACH_PLACE = [334, 333, 333]

function openingMoves({ hotItem, hotItemOfBatches, locations }: BenchShop, itemId: number): Move[] {
  const quantities = [hotItem, hotItemOfBatches].includes(itemId) ? HOT_AT_EACH_PLACE : AT_EACH_PLACE
  return quantities.map((quantity, n) => {
    const locationId = present(locations[n], 'a place')
    return { itemId, quantity, from: { outside: 'opening' }, to: { locationId, state: 'available' } }
  })
}

// LIKE copies columns, checks and indexes; the fill factor it leaves out. Enough at every place for all that is measured.
async function makeFloor(db: Sql): Promise<void> {
  const statements = [
    'CREATE TABLE floor_balance (LIKE balance INCLUDING ALL) WITH (fillfactor = 70)',
    'CREATE TABLE floor_movement (LIKE movement INCLUDING ALL)',
    'INSERT INTO floor_balance SELECT * FROM balance',
    'UPDATE floor_balance SET available = 1000000',
    'INSERT INTO floor_movement SELECT * FROM movement',
    'VACUUM ANALYZE floor_balance',
    'ANALYZE floor_movement',
    'VACUUM ANALYZE balance',
  ]
  for (const text of statements) await db.query({ text })
}
