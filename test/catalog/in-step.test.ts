import { afterAll, beforeAll, expect, test } from 'vitest'
import { channelsInStep } from '#app/catalog/in-step.server.ts'
import { OUT_OF_STEP, type Step } from '#app/catalog/in-step.ts'
import { readInventoryQuery } from '#app/catalog/inventory-query.ts'
import { inventoryPage } from '#app/catalog/inventory-table.server.ts'
import { listingsOf } from '#app/catalog/item-page.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addListing, addStock, changeOf, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

type Row = Record<string, unknown>
type Case = [sentence: string, step: Step, rows: { listing?: Row; item?: Row; account?: string }]

const CASES: Case[] = [
  ['was seen to show what it should', 'in_step', {}],
  [
    'shows another number than it was told',
    'differs',
    { listing: { agreed_since: null, published_quantity: 4, shown: 2 } },
  ],
  ['has been read, and not compared yet', 'unseen', { listing: { agreed_since: null } }],
  ['was told, and gave no answer', 'unseen', { listing: { seen_at: null, agreed_since: null, published_quantity: 4 } }],
  ['is not there any more', 'dead', { listing: { status: 'dead' } }],
  ['was taken off sale there by a person', 'off_sale', { listing: { status: 'inactive', published_quantity: 3 } }],
  [
    'was taken off sale by us, because there is none',
    'in_step',
    { listing: { status: 'inactive', published_quantity: 0 } },
  ],
  ['is a draft', 'off_sale', { listing: { status: 'draft' } }],
  ['is of an item that waits for a person', 'undecided', { item: { undecided: 'the SKU is not unique' } }],
  ['is of an item whose stock is not tracked', 'undecided', { item: { tracked: false } }],
  ['is of an item that was deleted', 'undecided', { item: { status: 'deleted' } }],
  ['is on a channel that waits for its review', 'not_live', { account: 'review' }],
  ['is on a channel that was disconnected, and gone', 'not_live', { account: 'off', listing: { status: 'dead' } }],
]

async function listingOf(shop: ShopRows, rows: Case[2]) {
  const { pool } = database
  const itemId = await addItem(pool, shop, rows.item)
  const listing = await addListing(pool, shop, { account_id: shop.etsy, item_id: itemId, ...rows.listing })
  if (rows.account) await pool.query(`UPDATE channel_account SET status = $2 WHERE id = $1`, [shop.etsy, rows.account])
  return { itemId, listing }
}

/** The step by all three roads: the item's page, the table's row, and the home page's counts. */
async function stepsOf(shop: ShopRows, itemId: number) {
  const { pool } = database
  const query = readInventoryQuery(new URLSearchParams())
  return {
    page: (await listingsOf(pool, shop.merchantId, itemId))[0]?.step,
    row: (await inventoryPage(pool, shop.merchantId, query)).rows[0]?.channels[0]?.step,
    counts: (await channelsInStep(pool, shop.merchantId)).get(shop.etsy)?.counts,
  }
}

test.each(CASES)('a listing that %s: %s, on every page alike', async (_, step, rows) => {
  const shop = await openShop(database.pool)
  const { itemId } = await listingOf(shop, rows)
  const shown = await stepsOf(shop, itemId)
  const inTable = rows.item?.['status'] !== 'deleted'
  expect(shown).toEqual({ page: step, row: inTable ? step : undefined, counts: { [step]: 1 } })
  const asked = readInventoryQuery(new URLSearchParams({ outOfStep: 'yes' }))
  const { rows: found } = await inventoryPage(database.pool, shop.merchantId, asked)
  expect(found).toHaveLength(OUT_OF_STEP.includes(step) ? 1 : 0)
})

test('a listing that has to be told a number is on its way, until it was told', async () => {
  const shop = await openShop(database.pool)
  const { itemId, listing } = await listingOf(shop, {})
  const due = {
    merchant_id: shop.merchantId,
    account_id: shop.etsy,
    listing_id: listing,
    since: NOON,
    not_before: NOON,
  }
  await put(database.pool, 'listing_due', due, 'listing_id')
  expect(await stepsOf(shop, itemId)).toEqual({ page: 'behind', row: 'behind', counts: { behind: 1 } })
  await database.pool.query('DELETE FROM listing_due WHERE listing_id = $1', [listing])
  expect(await stepsOf(shop, itemId)).toEqual({ page: 'in_step', row: 'in_step', counts: { in_step: 1 } })
})

test('a channel with a ledger of its own is behind while a movement of the item is to be told there, and only there', async () => {
  const { pool } = database
  const shop = await openShop(pool)
  const { itemId } = await listingOf(shop, {})
  await addListing(pool, shop, { account_id: shop.shopify, item_id: itemId })
  await addStock(pool, shop, { itemId, place: shop.safe, available: 2 })
  const move = {
    itemId,
    quantity: 1,
    from: { locationId: shop.safe, state: 'available' as const },
    to: { outside: 'lost' as const },
  }
  await append(pool, changeOf(shop, { key: 'lost/1', reason: 'counted' }), [move])
  await pool.query(
    `INSERT INTO mirror_due (merchant_id, account_id, item_id, movement_id, since)
     SELECT merchant_id, $2, item_id, id, recorded_at FROM movement WHERE merchant_id = $1 AND key = 'lost/1'`,
    [shop.merchantId, shop.shopify],
  )
  const listings = await listingsOf(pool, shop.merchantId, itemId)
  expect(listings.map(({ channel, step }) => [channel, step])).toEqual([
    ['shopify', 'behind'],
    ['etsy', 'in_step'],
  ])
})

test('a channel is counted with the last time that something was seen there', async () => {
  const shop = await openShop(database.pool)
  await listingOf(shop, { listing: { seen_at: new Date('2026-03-09T12:00:00Z') } })
  await listingOf(shop, { listing: { seen_at: NOON, agreed_since: null } })
  const etsy = (await channelsInStep(database.pool, shop.merchantId)).get(shop.etsy)
  expect(etsy).toEqual({ accountId: shop.etsy, counts: { in_step: 1, unseen: 1 }, lastSeen: NOON })
})

test('listings nobody has matched are counted as waiting, and those of another merchant not at all', async () => {
  const shop = await openShop(database.pool)
  const other = await openShop(database.pool)
  await addListing(database.pool, shop, { account_id: shop.etsy, item_id: null })
  await addListing(database.pool, other, { account_id: other.etsy, item_id: null })
  expect((await channelsInStep(database.pool, shop.merchantId)).get(shop.etsy)?.counts).toEqual({ undecided: 1 })
})
