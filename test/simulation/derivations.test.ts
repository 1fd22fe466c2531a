import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available } from '#app/pool/available.ts'
import { type Derivation, derivationOf } from '#app/sync/derivation.ts'
import { brokenDerivations } from '../../bench/simulate/derivations.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { lying, ruleOf } from '../support/rules.ts'
import { addItem, addListing, NOON, openShop, put, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
let listing: number

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(database.pool)
  const item_id = await addItem(database.pool, shop)
  listing = await addListing(database.pool, shop, { item_id, account_id: shop.etsy, sku: 'RNG-1' })
})

/** What a number of four pieces follows from, of which the last is never shown. */
function derived(): Derivation {
  const supply = { kind: 'stock' as const, stock: [lying(1, { available: 4, damaged: 2 })] }
  const terms = { rules: [ruleOf('never_last', 1)], facts: { name: 'Etsy', maximumShown: 999 }, at: NOON }
  return derivationOf({ supply, terms, availability: available(supply, terms) })
}

const sent = (quantity: number, derivation: Derivation) =>
  put(database.pool, 'publication', {
    ...{ merchant_id: shop.merchantId, account_id: shop.etsy, listing_id: listing, quantity, stock_seq: 1 },
    ...{ derivation: JSON.stringify(derivation), since: NOON, sent_at: NOON, answered_at: NOON, outcome: 'accepted' },
  })
const looked = (after = 0) => brokenDerivations(database.pool, shop.merchantId, after)

describe('a number that was sent', () => {
  it('follows again from what was kept with it', async () => {
    const id = await sent(3, derived())
    expect(await looked()).toEqual({ broken: [], upTo: id })
  })
  it('does not where the rules it followed from are not those that are kept', async () => {
    const { terms, ...rest } = derived()
    await sent(3, { ...rest, terms: { ...terms, rules: [] } })
    const { broken } = await looked()
    expect(broken).toMatchObject([{ law: 'each number that was sent follows from what is kept with it' }])
    expect(broken[0]?.detail).toContain('RNG-1 on etsy: 3 was sent, 4 follows, its steps add up to 3')
  })
  it('does not where its sentences do not add up to it', async () => {
    const derivation = derived()
    await sent(3, { ...derivation, steps: derivation.steps.slice(1) })
    expect((await looked()).broken).toHaveLength(1)
  })
  it('is looked at once', async () => {
    const first = await sent(7, derived())
    expect((await looked()).broken).toHaveLength(1)
    const second = await sent(3, derived())
    expect(await looked(first)).toEqual({ broken: [], upTo: second })
    expect(await looked(second)).toEqual({ broken: [], upTo: second })
  })
})
