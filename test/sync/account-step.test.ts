import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { listingOf, live, openTwoShops, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

async function due({ merchantId, accounts }: TwoShops): Promise<number> {
  const text = 'SELECT 1 FROM listing_due WHERE merchant_id = $1 AND account_id = $2'
  return (await database.pool.query(text, [merchantId, accounts.etsy])).rows.length
}

describe('the sweep', () => {
  it('finds nothing due while a person still looks at a channel', async () => {
    const shops = await openTwoShops(database.pool, { until: 'review', listings: [listingOf('SIG', 6)] })
    await shops.road.sweep(shops.merchantId)
    expect(await due(shops)).toBe(0)
    // What follows is measured from when it went live, not from when it was first looked at.
    await shops.pass(60_000)
    const wentLive = shops.clock.now()
    await live(shops)
    const text = 'SELECT since FROM publication WHERE merchant_id = $1'
    const { rows } = await database.pool.query<{ since: Date }>(text, [shops.merchantId])
    expect(rows).toEqual([{ since: wentLive }])
  })

  it('finds what was lost from the list of a channel that is live', async () => {
    const shops = await openTwoShops(database.pool)
    await database.pool.query('UPDATE listing SET published_seq = published_seq - 1 WHERE merchant_id = $1', [
      shops.merchantId,
    ])
    expect(await due(shops)).toBe(0)
    await shops.road.sweep(shops.merchantId)
    expect(await due(shops)).toBe(1)
  })
})
