import { describe, expect, test } from 'vitest'
import { createShopifySandbox } from '#sandbox/shopify/sandbox.ts'
import { given, numbers, openShop, SCOPES } from './open-shop.ts'

const DRAFTS = [...SCOPES, 'write_draft_orders']
const CREATE = `mutation($input: DraftOrderInput!) { draftOrderCreate(input: $input) { draftOrder { id name status } userErrors { field message } } }`
const UPDATE = `mutation($id: ID!, $input: DraftOrderInput!) { draftOrderUpdate(id: $id, input: $input) { draftOrder { id } userErrors { message } } }`
const DELETE = `mutation($id: ID!) { draftOrderDelete(input: { id: $id }) { deletedId userErrors { message } } }`
const COMPLETE = `mutation($id: ID!) { draftOrderComplete(id: $id) { draftOrder { status order { name customAttributes { key value } tags } } userErrors { message } } }`

type Made = { draftOrderCreate: { draftOrder: { id: string } | null; userErrors: { message: string }[] } }

async function open() {
  const world = await openShop({ scopes: DRAFTS, topics: ['draft_orders/create', 'orders/create'] })
  const { shop, ask, clock } = world
  const inMinutes = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000).toISOString()
  const make = async (said: object = {}, sku = 'R-54', quantity = 2) => {
    const lineItems = [{ variantId: shop.variant(sku).id, quantity }]
    const input = { lineItems, reserveInventoryUntil: inMinutes(10), tags: ['kept'], ...said }
    return (await ask<Made>(CREATE, { input })).data.draftOrderCreate
  }
  const made = async (said: object = {}) => (await make(said)).draftOrder?.id ?? ''
  return { ...world, inMinutes, make, made }
}

describe('a draft order', () => {
  test('reserves its pieces until its moment, and then lets them go by itself', async () => {
    const { shop, made, passing, sent } = await open()
    await made()
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, reserved: 2 })
    await passing(9 * 60_000)
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, reserved: 2 })
    await passing(61_000)
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 5 })
    expect(shop.drafts()).toMatchObject([{ status: 'OPEN', reserved: [] }])
    expect(sent.map(({ headers }) => headers.get('x-shopify-topic'))).toEqual(['draft_orders/create'])
  })
  test('reserves nothing without a moment, or with one that is past', async () => {
    const { shop, made } = await open()
    await made({ reserveInventoryUntil: null })
    await made({ reserveInventoryUntil: '2020-01-01T00:00:00Z' })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 5 })
  })
  test('reserves at the default location, whatever lies there', async () => {
    const { shop, make } = await open()
    await make({}, 'N-1', 1)
    expect(numbers(shop, 'N-1', 'Safe')).toEqual({ available: -1, reserved: 1 })
    expect(numbers(shop, 'N-1', 'Window')).toEqual({ available: 1 })
  })
  test('extended reserves until the new moment only', async () => {
    const { shop, made, ask, inMinutes, passing } = await open()
    const id = await made()
    await ask(UPDATE, { id, input: { reserveInventoryUntil: inMinutes(30) } })
    await passing(20 * 60_000)
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, reserved: 2 })
    await passing(11 * 60_000)
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 5 })
    // One that has run out reserves again.
    await ask(UPDATE, { id, input: { reserveInventoryUntil: inMinutes(5) } })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, reserved: 2 })
  })
  test('deleted lets its pieces go, once', async () => {
    const { shop, made, ask } = await open()
    const id = await made()
    expect((await ask(DELETE, { id })).data).toMatchObject({ draftOrderDelete: { deletedId: id, userErrors: [] } })
    expect((await ask(DELETE, { id })).data).toMatchObject({
      draftOrderDelete: { deletedId: null, userErrors: [{ message: 'Draft order does not exist' }] },
    })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 5 })
  })
  test('completed is an order that has its pieces, its tags and its attributes', async () => {
    const { shop, made, ask, passing } = await open()
    const id = await made({ customAttributes: [{ key: 'for', value: 'us' }] })
    expect((await ask(COMPLETE, { id })).data).toMatchObject({
      draftOrderComplete: {
        draftOrder: { status: 'COMPLETED', order: { tags: ['kept'], customAttributes: [{ key: 'for', value: 'us' }] } },
      },
    })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, committed: 2 })
    await passing(11 * 60_000)
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, committed: 2 })
    expect(shop.completeDraft(id)).toMatchObject({ code: 'completed' })
    expect((await ask(UPDATE, { id, input: { note: 'more' } })).data).toMatchObject({
      draftOrderUpdate: { userErrors: [{ message: 'This order has been paid' }] },
    })
    // Deleting it does not touch the order.
    expect(shop.deleteDraft(id)).toBeUndefined()
    expect(shop.orders()).toHaveLength(1)
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, committed: 2 })
  })
  test('completed of what is not for sale any more keeps what it had', async () => {
    const { shop, made } = await open()
    const id = await made()
    shop.archiveProduct(shop.variant('R-54').productId)
    expect(shop.completeDraft(id)).toMatchObject({ code: 'not-for-sale' })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, reserved: 2 })
  })
  test('is found by its tag, and among the newest', async () => {
    const { made, ask } = await open()
    const [one, two] = [await made({ tags: ['a'] }), await made({ tags: ['b'] })]
    const query = `{ tagged: draftOrders(first: 5, query: "tag:'a'") { nodes { id } }
      newest: draftOrders(first: 5, sortKey: ID, reverse: true) { nodes { id lineItems(first: 1) { nodes { quantity sku variant { sku } } } } }
      one: draftOrder(id: "${one}") { tags reserveInventoryUntil customer { id } } }`
    const { data } = await ask<{ newest: { nodes: { id: string }[] } }>(query)
    expect(data).toMatchObject({ tagged: { nodes: [{ id: one }] }, one: { tags: ['a'], customer: null } })
    expect(data.newest.nodes.map(({ id }) => id)).toEqual([two, one])
  })
  test.each([
    ['without lines', { lineItems: [] }, 'Add at least 1 product'],
    ['of what does not exist', { lineItems: [{ variantId: 'gid://shopify/ProductVariant/1', quantity: 1 }] }, 'exist'],
    ['with a tag that is too long', { tags: ['x'.repeat(41)] }, '40 characters'],
  ])('%s is refused', async (_, said, message) => {
    const { shop, make } = await open()
    expect(await make(said)).toMatchObject({
      draftOrder: null,
      userErrors: [{ message: expect.stringContaining(message) }],
    })
    expect(shop.drafts()).toEqual([])
  })
  test('is out of reach without its scope', async () => {
    const { shop, ask } = await openShop()
    const input = { lineItems: [{ variantId: shop.variant('R-54').id, quantity: 1 }] }
    expect((await ask(CREATE, { input })).errors?.[0]?.extensions).toMatchObject({ code: 'ACCESS_DENIED' })
  })
  test('that was saved goes on reserving, until its moment', async () => {
    const { sandbox, made, clock, passing } = await open()
    await made()
    const app = { apiKey: 'key', apiSecret: 'secret', url: 'https://app.test', scopes: DRAFTS }
    const deliver = () => Promise.resolve(new Response())
    const again = createShopifySandbox({ clock, random: () => 0.5, app, deliver })
    again.load(sandbox.save())
    const shop = again.shop('ring-lab.myshopify.com')
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, reserved: 2 })
    await passing(11 * 60_000)
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 5 })
    expect(given(shop.placeOrder({ source: 'web', lines: [{ sku: 'R-54', quantity: 5 }] })).lines).toHaveLength(1)
  })
})
