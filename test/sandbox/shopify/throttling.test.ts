import { describe, expect, test } from 'vitest'
import { openShop } from './open-shop.ts'

const TEN = 'mutation { productUpdate(product: { id: "gid://shopify/Product/1" }) { userErrors { message } } }'

describe('the bucket', () => {
  test('is emptied by what a query really cost and fills at its rate, up to its size', async () => {
    const { ask, passing } = await openShop({ limits: { maximumAvailable: 100, restoreRate: 10 } })
    const left = async () => (await ask(TEN)).extensions?.cost.throttleStatus.currentlyAvailable
    expect([await left(), await left()]).toEqual([90, 80])
    await passing(500)
    expect(await left()).toBe(75)
    await passing(60_000)
    expect(await left()).toBe(90)
  })

  test('sets aside what is asked for, and gives back what was not used', async () => {
    const { ask } = await openShop()
    const answer = await ask('{ products(first: 250) { nodes { id variants(first: 1) { nodes { id } } } } }')
    expect(answer.extensions?.cost).toMatchObject({
      requestedQueryCost: 46,
      throttleStatus: { maximumAvailable: 2_000, restoreRate: 100 },
    })
    const { actualQueryCost, throttleStatus } = answer.extensions!.cost
    expect(actualQueryCost).toBeLessThan(20)
    expect(throttleStatus.currentlyAvailable).toBe(2_000 - actualQueryCost!)
  })

  test('that does not hold what is asked answers Throttled, with 200 and no data, and the query has no effect', async () => {
    const { ask, post, token } = await openShop({ limits: { maximumAvailable: 15, restoreRate: 1 } })
    await ask(TEN)
    const response = await post('/admin/api/2026-10/graphql.json', { query: TEN }, { 'x-shopify-access-token': token })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Throttled',
          extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
        },
      ],
      extensions: {
        cost: {
          requestedQueryCost: 10,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable: 15, currentlyAvailable: 5, restoreRate: 1 },
        },
      },
    })
  })

  test('is each shop’s own', async () => {
    const { sandbox, ask } = await openShop({ limits: { maximumAvailable: 15, restoreRate: 1 } })
    await ask(TEN)
    const other = sandbox.addShop({ domain: 'other.myshopify.com', name: 'Other', locations: [{ name: 'Safe' }] })
    expect(other.installed).toBe(true)
    expect(sandbox.save().shops.map(({ bucket }) => bucket.available)).toEqual([5, null])
  })

  test('can be made as large as a test wants', async () => {
    const { sandbox, ask } = await openShop({ limits: { maximumAvailable: 15 } })
    sandbox.setLimits({ maximumAvailable: 1e9, restoreRate: 1e9 })
    for (let i = 0; i < 5; i++) expect(await ask(TEN)).not.toHaveProperty('errors')
  })
})

test('one query of more than 1,000 points is refused, however full the bucket', async () => {
  const { ask } = await openShop()
  const deep =
    'products(first: 250) { nodes { variants(first: 250) { nodes { inventoryItem { inventoryLevels(first: 50) { nodes { id } } } } } } }'
  expect(await ask(`{ ${deep} }`)).toMatchObject({
    errors: [{ extensions: { code: 'MAX_COST_EXCEEDED', maxCost: 1_000 } }],
  })
})
