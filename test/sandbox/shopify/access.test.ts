import { expect, test } from 'vitest'
import { openShop } from './open-shop.ts'

const denied = { code: 'ACCESS_DENIED', documentation: 'https://shopify.dev/api/usage/access-scopes' }

test.each([
  { field: 'orders', query: '{ orders(first: 1) { nodes { id } } }', scopes: ['read_products'] },
  { field: 'products', query: '{ products(first: 1) { nodes { id } } }', scopes: ['read_orders'] },
  {
    field: 'fulfillmentOrders',
    query: '{ orders(first: 1) { nodes { fulfillmentOrders(first: 1) { nodes { id } } } } }',
    scopes: ['read_orders'],
  },
  { field: 'name', query: '{ location { name } }', scopes: ['read_inventory'] },
  {
    field: 'productDelete',
    query: 'mutation { productDelete(input: { id: "gid://shopify/Product/1" }) { deletedProductId } }',
    scopes: ['read_products'],
  },
])('$field is not reached with $scopes', async ({ field, query, scopes }) => {
  const { ask, shop } = await openShop({ scopes })
  shop.placeOrder({ source: 'web', lines: [{ sku: 'R-54', quantity: 1 }] })
  const { errors } = await ask(query)
  expect(errors?.[0]).toMatchObject({ extensions: denied })
  expect(errors?.[0]?.message).toMatch(new RegExp(`^Access denied for ${field} field\\. Required access: \``))
})

test.each([
  { query: '{ products(first: 1) { nodes { id } } }', scopes: ['write_products'] },
  { query: '{ location { id } }', scopes: ['read_inventory'] },
  { query: '{ shop { name } currentAppInstallation { accessScopes { handle } } }', scopes: [] },
])('$query is answered with $scopes', async ({ query, scopes }) => {
  const { ask } = await openShop({ scopes })
  expect(await ask(query)).not.toHaveProperty('errors')
})

test('an id of another kind is no way around a scope', async () => {
  const { ask, shop } = await openShop({ scopes: ['read_orders'] })
  const id = shop.products()[0]!.id
  const query = `{ nodes(ids: ["${id}"]) { ... on Product { id title } } }`
  expect(await ask(query)).toMatchObject({ data: { nodes: [null] }, errors: [{ extensions: denied }] })
})

test('what the merchant grants later counts at once', async () => {
  const { ask, shop } = await openShop({ scopes: ['read_products'] })
  const query = '{ orders(first: 1) { nodes { id } } }'
  expect(await ask(query)).toHaveProperty('errors')
  shop.changeScopes(['read_products', 'read_orders'])
  expect(await ask(query)).not.toHaveProperty('errors')
})
