import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SetQuantity } from '#app/channels/connector.ts'
import { assert } from '#app/kernel/assert.ts'
import { release, releaseChanged } from '#app/sync/quarantine.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'

let database: FreshDatabase
let db: pg.Pool
let at: Publishing

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  at = await openPublishing(db)
})

const aside = async () =>
  (await db.query('SELECT listing_id AS id, reason FROM quarantine WHERE merchant_id = $1', [at.shop.merchantId])).rows

/** A channel that refuses one listing whatever it is told, and makes all others of its batch fail or not. */
function refusing(externalId: string, how: 'refuses' | 'chokes') {
  const { connector } = at.channel
  const { apply, capabilities } = connector
  const batches: string[][] = []
  at.channel.connector = {
    ...connector,
    capabilities: { ...capabilities, callsAtOnce: 100 },
    async apply(units) {
      const changes = units.flat()
      batches.push(changes.map(({ ref }) => ref.externalId))
      const isBad = ({ ref }: SetQuantity) => ref.externalId === externalId
      assert(how === 'refuses' || !changes.some(isBad), 'the channel answered in a form we do not know')
      const good = await apply(units.map((unit) => unit.filter((change) => !isBad(change))))
      return [
        ...good,
        ...changes.filter(isBad).map(({ listingId }) => {
          return { listingId, outcome: 'rejected' as const, reason: 'no tax class', shown: null }
        }),
      ]
    },
  }
  return batches
}

describe('one bad listing', () => {
  it('of a batch keeps none of the others, and is put aside with the reason', async () => {
    const rings = [await at.ring(3), await at.ring(3), await at.ring(3)]
    await at.settle()
    const bad = rings[1]!
    refusing(bad.externalId, 'refuses')
    for (const { itemId } of rings) await at.stock(itemId, 2)
    await at.settle()
    expect(rings.map(({ externalId }) => at.channel.shown.get(externalId))).toEqual([5, 3, 5])
    expect(await aside()).toEqual([])
    await at.settle(600_000)
    expect(await aside()).toEqual([{ id: bad.listingId, reason: 'no tax class' }])
    expect(await at.incidents()).toMatchObject([{ kind: 'refused-write' }])
    const { rows } = await db.query<{ sentence: string }>('SELECT sentence FROM incident WHERE merchant_id = $1', [
      at.shop.merchantId,
    ])
    expect(rows[0]?.sentence).toMatch(/does not take 5 for “.*”: no tax class\. It is not tried any more\./)
  })

  it('that makes a whole batch fail is found by trying each by itself', async () => {
    const rings = [await at.ring(9), await at.ring(9), await at.ring(9)]
    await at.settle()
    const bad = rings[2]!
    const batches = refusing(bad.externalId, 'chokes')
    for (const { itemId } of rings) await at.stock(itemId, -2)
    await at.settle(5_000)
    expect(batches[0]).toHaveLength(3)
    expect(batches.slice(1).every((batch) => batch.length === 1)).toBe(true)
    expect(rings.map(({ externalId }) => at.channel.shown.get(externalId))).toEqual([7, 7, 9])
    await at.settle(600_000)
    expect(await aside()).toEqual([{ id: bad.listingId, reason: 'the channel answered in a form we do not know' }])
  })

  it('costs no more calls once it is put aside, and one for each change of its stock', async () => {
    const ring = await at.ring(3)
    await at.settle()
    const batches = refusing(ring.externalId, 'refuses')
    await at.stock(ring.itemId, 1)
    await at.settle(600_000)
    expect(batches).toHaveLength(3)
    await at.settle(86_400_000)
    expect(batches).toHaveLength(3)
    await at.stock(ring.itemId, 1)
    await at.settle(86_400_000)
    expect(batches).toHaveLength(4)
  })

  it('that shows more than there is is tried once an hour all the same', async () => {
    const ring = await at.ring(3)
    await at.settle()
    const batches = refusing(ring.externalId, 'refuses')
    await at.stock(ring.itemId, -1)
    await at.settle(4 * 3_600_000)
    expect(batches.length).toBeGreaterThan(5)
    expect(batches.length).toBeLessThan(8)
  })
})

describe('a listing that was put aside', () => {
  async function putAside() {
    const ring = await at.ring(3)
    await at.settle()
    const { connector } = at.channel
    refusing(ring.externalId, 'refuses')
    await at.stock(ring.itemId, 2)
    await at.settle(600_000)
    expect(await aside()).toHaveLength(1)
    at.channel.connector = connector
    return ring
  }

  it('is tried again when a person says so', async () => {
    const { listingId, externalId } = await putAside()
    const of = { merchantId: at.shop.merchantId, listingId, at: at.clock.now() }
    expect(await release(db, { ...of, merchantId: of.merchantId + 1 })).toBe(false)
    expect(await release(db, of)).toBe(true)
    await at.settle()
    expect(at.channel.shown.get(externalId)).toBe(5)
    expect(await at.incidents()).toEqual([])
    expect(await release(db, of)).toBe(false)
  })

  it('is tried again when it is not what it was, and not before', async () => {
    const { listingId, externalId } = await putAside()
    await releaseChanged(db, await at.account(), at.clock.now())
    await at.settle()
    expect(at.channel.shown.get(externalId)).toBe(3)
    await db.query("UPDATE listing SET title = 'With a tax class' WHERE id = $1", [listingId])
    await releaseChanged(db, await at.account(), at.clock.now())
    await at.settle()
    expect(at.channel.shown.get(externalId)).toBe(5)
    expect(await aside()).toEqual([])
  })

  it('is no longer when its number was taken', async () => {
    const { itemId, externalId } = await putAside()
    await at.stock(itemId, 1)
    await at.settle()
    expect(at.channel.shown.get(externalId)).toBe(6)
    expect(await aside()).toEqual([])
  })
})
