import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProposals } from '#app/catalog/proposals.server.ts'
import { answerProposal, decideItem, goLive, settleDrift } from '#app/sync/decisions.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import type { ProductSeed } from '#sandbox/shopify/seed.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { piecesOf } from '../support/pieces.ts'
import { given, openTwoShops, ringOf, type TwoShops, type TwoShopsOptions } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const open = (options: TwoShopsOptions = {}) => openTwoShops(database.pool, options)
const person = (shops: TwoShops) => ({ merchantId: shops.merchantId, actor: 'person/1' })
const another = (shops: TwoShops) => ({ merchantId: shops.merchantId + 1_000, actor: 'person/9' })

async function happens(shops: TwoShops): Promise<void> {
  shops.road.kick(shops.merchantId)
  await shops.pass(5_000)
}

async function listingRow(shops: TwoShops, sku: string): Promise<{ id: number; item_id: number | null }> {
  const text = 'SELECT id, item_id FROM listing WHERE account_id = $1 AND sku = $2'
  return (await database.pool.query<{ id: number; item_id: number | null }>(text, [shops.accounts.etsy, sku])).rows[0]!
}

describe('is this listing that item?', () => {
  // Etsy has another SKU for the ring, and a second listing that is something else.
  const unlike: TwoShopsOptions = {
    products: [
      {
        title: 'Gold signet ring',
        variants: [{ sku: 'SIG', price: '1.00', stock: [{ location: 'Safe', available: 4 }] }],
      },
    ],
    listings: [
      { title: 'Gold signet ring', products: [{ sku: 'ETSY-1', quantity: 9, priceCents: 100 }] },
      { title: 'A box of felt', products: [{ sku: 'BOX', quantity: 9, priceCents: 100 }] },
    ],
  }
  const ask = async (shops: TwoShops) => {
    const { first } = await openProposals(database.pool, shops.merchantId)
    return { listingId: first[0]!.listingId, itemId: first[0]!.itemId }
  }
  it('yes: it is told our number from then on', async () => {
    const shops = await open(unlike)
    expect(shops.etsyShows('ETSY-1')).toBe(9)
    expect(
      await answerProposal(shops.road.sync, person(shops), { ...(await ask(shops)), answer: 'accepted' }),
    ).toBeUndefined()
    await happens(shops)
    expect(shops.etsyShows('ETSY-1')).toBe(4)
    expect((await openProposals(database.pool, shops.merchantId)).count).toBe(0)
  })
  it('yes: what it sold before is booked, and only its own question is closed', async () => {
    const shops = await open(unlike)
    given(shops.etsy.buy({ lines: [shops.etsyLine('ETSY-1', 2), shops.etsyLine('BOX')] }))
    await shops.pass(3_000)
    expect(await shops.incidents()).toMatchObject([{ kind: 'unmapped-line' }, { kind: 'unmapped-line' }])
    await answerProposal(shops.road.sync, person(shops), { ...(await ask(shops)), answer: 'accepted' })
    await happens(shops)
    expect(await piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))).toEqual({
      Safe: { available: 2, reserved: 2 },
    })
    expect([shops.etsyShows('ETSY-1'), shops.shopifyShows('SIG')]).toEqual([2, 2])
    const left = await shops.incidents()
    expect(left).toHaveLength(1)
    expect(left[0]!.sentence).toContain('A box of felt')
  })
  it('no: it is remembered, and nothing is written', async () => {
    const shops = await open(unlike)
    const asked = await ask(shops)
    expect(await answerProposal(shops.road.sync, person(shops), { ...asked, answer: 'refused' })).toBeUndefined()
    await happens(shops)
    expect(shops.etsyShows('ETSY-1')).toBe(9)
    expect(await answerProposal(shops.road.sync, person(shops), { ...asked, answer: 'accepted' })).toMatchObject({
      code: 'no-such-question',
    })
    expect(await listingRow(shops, 'ETSY-1')).toMatchObject({ item_id: null })
  })
  it('is answered by nobody of another merchant', async () => {
    const shops = await open(unlike)
    const asked = await ask(shops)
    expect(await answerProposal(shops.road.sync, another(shops), { ...asked, answer: 'accepted' })).toMatchObject({
      code: 'no-such-question',
    })
  })
})

describe('an item that waits for a person', () => {
  const blank: ProductSeed = {
    title: 'Ring SIG',
    variants: [{ sku: '', price: '1.00', stock: [{ location: 'Safe', available: 4 }] }],
  }
  const item = async (shops: TwoShops) =>
    (await database.pool.query<{ id: number }>('SELECT id FROM item WHERE merchant_id = $1', [shops.merchantId]))
      .rows[0]!.id
  /** A ring without a SKU, which a person has said the listing is. */
  async function matched(): Promise<TwoShops> {
    const shops = await open({
      products: [blank],
      listings: [{ title: 'Ring SIG', products: [{ sku: 'E', quantity: 9, priceCents: 100 }] }],
    })
    await database.pool.query('UPDATE listing SET item_id = $2 WHERE account_id = $1', [
      shops.accounts.etsy,
      await item(shops),
    ])
    await happens(shops)
    return shops
  }
  it('is published when they say so, and not before', async () => {
    const shops = await matched()
    expect(shops.etsyShows('E')).toBe(9)
    expect(
      await decideItem(shops.road.sync, person(shops), { itemId: await item(shops), publish: true }),
    ).toBeUndefined()
    await happens(shops)
    expect(shops.etsyShows('E')).toBe(4)
  })
  it('is not when they say no', async () => {
    const shops = await matched()
    await decideItem(shops.road.sync, person(shops), { itemId: await item(shops), publish: false })
    await happens(shops)
    expect(shops.etsyShows('E')).toBe(9)
  })
  it('cannot be published as long as its stock is not tracked, nor by another merchant', async () => {
    const shops = await matched()
    await database.pool.query('UPDATE item SET tracked = false WHERE merchant_id = $1', [shops.merchantId])
    for (const who of [person(shops), another(shops)]) {
      expect(await decideItem(shops.road.sync, who, { itemId: await item(shops), publish: true })).toMatchObject({
        code: 'cannot-publish',
      })
    }
  })
})

describe('Etsy shows less than it should, and no order says why', () => {
  async function edited(): Promise<{ shops: TwoShops; listingId: number }> {
    const shops = await open()
    const { listingId, productId } = shops.etsyListing('SIG')
    given(shops.etsy.editBySeller(listingId, { quantities: { [productId]: 1 } }))
    given(
      shops.shopify.editByStaff({
        kind: 'set',
        idOrSku: 'SIG',
        locationId: shops.shopify.location('Safe').id,
        name: 'available',
        quantity: 5,
      }),
    )
    await happens(shops)
    expect(shops.etsyShows('SIG')).toBe(1)
    expect(await shops.incidents()).toMatchObject([{ kind: 'drift' }])
    return { shops, listingId: (await listingRow(shops, 'SIG')).id }
  }
  it('ours is right: it shows that, and the question is closed', async () => {
    const { shops, listingId } = await edited()
    expect(await settleDrift(shops.road.sync, person(shops), { listingId, right: 'ours' })).toBeUndefined()
    await happens(shops)
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([6, 6])
    expect(await shops.incidents()).toEqual([])
  })
  it('theirs is right: the pieces are gone, everywhere', async () => {
    const { shops, listingId } = await edited()
    expect(await settleDrift(shops.road.sync, person(shops), { listingId, right: 'theirs' })).toBeUndefined()
    await happens(shops)
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([3, 3])
    expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
    expect(await shops.incidents()).toEqual([])
  })
  it('theirs is right, and the pieces were promised meanwhile: the order loses them', async () => {
    const { shops, listingId } = await edited()
    given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: shops.shopifyShows('SIG') }] }))
    await happens(shops)
    await settleDrift(shops.road.sync, person(shops), { listingId, right: 'theirs' })
    await happens(shops)
    expect(await shops.incidents()).toMatchObject([{ kind: 'oversell', sentence: /is gone, a person says/ }])
    expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  })
  it('is answered once, and by nobody of another merchant', async () => {
    const { shops, listingId } = await edited()
    expect(await settleDrift(shops.road.sync, another(shops), { listingId, right: 'ours' })).toMatchObject({
      code: 'no-such-question',
    })
    await settleDrift(shops.road.sync, person(shops), { listingId, right: 'ours' })
    expect(await settleDrift(shops.road.sync, person(shops), { listingId, right: 'theirs' })).toMatchObject({
      code: 'no-such-question',
    })
  })
})

describe('going live', () => {
  it('is possible once, from what a person has looked at', async () => {
    const shops = await open({ until: 'review', products: [ringOf('SIG', [{ location: 'Safe', available: 3 }])] })
    const asked = { accountId: shops.accounts.etsy }
    expect(await goLive(shops.road.sync, another(shops), asked)).toMatchObject({ code: 'unknown-account' })
    expect(await goLive(shops.road.sync, person(shops), asked)).toBeUndefined()
    expect(await goLive(shops.road.sync, person(shops), asked)).toMatchObject({ code: 'not-in-review' })
  })
})
