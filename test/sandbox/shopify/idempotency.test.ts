import { describe, expect, test } from 'vitest'
import { numbers, openShop } from './open-shop.ts'

const ADJUST = `mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { delta item { sku } } } userErrors { field code message } } }`

type Answered = {
  inventoryAdjustQuantities: { inventoryAdjustmentGroup: { id: string } | null; userErrors: { code: string }[] }
}

async function desk() {
  const opened = await openShop()
  const { shop, ask } = opened
  const change = {
    inventoryItemId: shop.item('R-54').id,
    locationId: shop.location('Safe').id,
    changeFromQuantity: null,
  }
  const adjust = async (key: string, delta: number, more: object = {}) => {
    const input = { name: 'available', reason: 'correction', changes: [{ ...change, delta, ...more }] }
    return (await ask<Answered>(ADJUST, { input, key })).data.inventoryAdjustQuantities
  }
  return { ...opened, adjust, available: () => numbers(shop, 'R-54', 'Safe').available }
}

describe('the same key', () => {
  test('with the same parameters has no second effect and the same answer', async () => {
    const { adjust, available } = await desk()
    const first = await adjust('sale-1', -1)
    expect(await adjust('sale-1', -1)).toEqual(first)
    expect(available()).toBe(4)
  })

  test('shows things as they are now, not as they were', async () => {
    const { adjust, shop } = await desk()
    await adjust('sale-1', -1)
    shop.changeVariant(shop.variant('R-54').id, { sku: 'R-54-A' })
    expect(await adjust('sale-1', -1)).toMatchObject({
      inventoryAdjustmentGroup: { changes: [{ item: { sku: 'R-54-A' } }, {}] },
    })
  })

  test('with other parameters is refused', async () => {
    const { adjust, available } = await desk()
    await adjust('sale-1', -1)
    expect((await adjust('sale-1', -2)).userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH' }])
    expect(available()).toBe(4)
  })

  test('after a refusal has to be a new one', async () => {
    const { adjust, available } = await desk()
    const stale = { changeFromQuantity: 9 }
    expect((await adjust('sale-1', -1, stale)).userErrors).toMatchObject([{ code: 'CHANGE_FROM_QUANTITY_STALE' }])
    expect((await adjust('sale-1', -1, stale)).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED' },
    ])
    expect(available()).toBe(5)
  })

  test.each([
    { hours: 23.9, left: 4 },
    { hours: 24.1, left: 3 },
  ])('is remembered for a day: after $hours hours $left are left', async ({ hours, left }) => {
    const { sandbox, shop, adjust, available, clock, exchange } = await desk()
    await adjust('sale-1', -1)
    await clock.runTo(new Date(clock.now().getTime() + hours * 3_600_000))
    const { access_token } = (await (await exchange()).json()) as { access_token: string }
    const change = {
      inventoryItemId: shop.item('R-54').id,
      locationId: shop.location('Safe').id,
      changeFromQuantity: null,
      delta: -1,
    }
    const body = JSON.stringify({
      query: ADJUST,
      variables: { key: 'sale-1', input: { name: 'available', reason: 'correction', changes: [change] } },
    })
    const headers = { 'x-shopify-access-token': access_token }
    const url = `https://${shop.domain}/admin/api/2026-10/graphql.json`
    expect((await sandbox.fetch(new Request(url, { method: 'POST', body, headers }))).status).toBe(200)
    expect(available()).toBe(left)
  })
})

test.each([
  { directive: '', message: 'The @idempotent directive is required for this mutation but was not provided.' },
  { directive: '@idempotent(key: " ")', message: 'The idempotency key cannot be blank.' },
])('a write needs a key: "$directive"', async ({ directive, message }) => {
  const { ask, available } = await desk()
  const query = `mutation { inventoryAdjustQuantities(input: { name: "available", reason: "correction", changes: [] }) ${directive} {
    userErrors { code } } }`
  expect(await ask(query)).toMatchObject({
    errors: [{ message, extensions: { code: 'BAD_REQUEST' }, path: ['inventoryAdjustQuantities'] }],
    data: { inventoryAdjustQuantities: null },
  })
  expect(available()).toBe(5)
})
