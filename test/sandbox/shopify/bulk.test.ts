import { describe, expect, test } from 'vitest'
import { openShop } from './open-shop.ts'

const RUN = `mutation($query: String!, $grouped: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
  bulkOperation { id status url } userErrors { field message code } } }`
const STATE =
  'query($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount fileSize url type } }'
const CATALOG = `{ products { edges { node { id title variants { edges { node { id sku inventoryItem { id inventoryLevels {
  edges { node { id location { name } quantities(names: ["available"]) { quantity } } } } } } } } } } } }`

type Run = {
  bulkOperationRunQuery: { bulkOperation: { id: string } | null; userErrors: { message: string; code: string }[] }
}
type State = { bulkOperation: { status: string; errorCode: string | null; objectCount: string; url: string | null } }

async function bulk(query: string, { grouped = false, ...opening }: { grouped?: boolean; scopes?: string[] } = {}) {
  const opened = await openShop({ topics: ['bulk_operations/finish'], ...opening })
  const { ask, passing, sandbox } = opened
  const run = async () => (await ask<Run>(RUN, { query, grouped })).data.bulkOperationRunQuery
  const started = await run()
  const state = async () => (await ask<State>(STATE, { id: started.bulkOperation?.id })).data.bulkOperation
  const finished = async () => {
    await passing(2_000)
    const { url } = await state()
    const text = url ? await (await sandbox.fetch(new Request(url))).text() : ''
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: string; __parentId?: string })
  }
  return { ...opened, run, started, state, finished }
}

const kind = ({ id }: { id: string }) => id.split('/')[3]

describe('a bulk query', () => {
  test('answers at once and has its rows a moment later, and tells when', async () => {
    const { started, state, finished, sent } = await bulk(CATALOG)
    expect(started).toMatchObject({ bulkOperation: { status: 'CREATED', url: null }, userErrors: [] })
    const rows = await finished()
    expect(await state()).toMatchObject({
      status: 'COMPLETED',
      type: 'QUERY',
      errorCode: null,
      objectCount: String(rows.length),
      rootObjectCount: '4',
    })
    expect(sent).toMatchObject([
      { body: { admin_graphql_api_id: started.bulkOperation?.id, status: 'completed', type: 'query' } },
    ])
  })

  test('writes each row on a line of its own that names its parent, which came before', async () => {
    const { finished } = await bulk(CATALOG)
    const rows = await finished()
    const seen = new Set<string>()
    for (const { id, __parentId } of rows) {
      if (__parentId) expect(seen).toContain(__parentId)
      seen.add(id)
    }
    const counts = Object.groupBy(rows, (row) => kind(row) ?? '')
    expect(Object.entries(counts).map(([name, list]) => [name, list?.length])).toEqual([
      ['Product', 4],
      ['ProductVariant', 5],
      ['InventoryLevel', 5],
    ])
    const level = rows.find((row) => kind(row) === 'InventoryLevel')
    expect(kind({ id: level?.__parentId ?? '' })).toBe('ProductVariant')
    expect(level).toMatchObject({ location: { name: 'Safe' }, quantities: [{ quantity: 5 }] })
  })

  test('groups children under their parents when asked to', async () => {
    const { finished } = await bulk(CATALOG, { grouped: true })
    expect((await finished()).map(kind).slice(0, 4)).toEqual([
      'Product',
      'ProductVariant',
      'InventoryLevel',
      'ProductVariant',
    ])
  })

  test('reads more than a page, and no cost is counted for it', async () => {
    const { shop, finished } = await bulk('{ productVariants { edges { node { id } } } }')
    const { id } = shop.products()[0]!
    for (let i = 0; i < 300; i++) shop.addVariant(id, { sku: `X-${i}`, price: '1.00' })
    expect(await finished()).toHaveLength(305)
  })

  test('that finds nothing has no file', async () => {
    const { state, passing } = await bulk('{ orders { edges { node { id } } } }')
    await passing(2_000)
    expect(await state()).toMatchObject({ status: 'COMPLETED', objectCount: '0', url: null })
  })

  test('without the scope fails when it runs', async () => {
    const { state, passing, sent } = await bulk('{ orders { edges { node { id } } } }', { scopes: ['read_products'] })
    await passing(2_000)
    expect(await state()).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', url: null })
    expect(sent).toMatchObject([{ body: { status: 'failed', error_code: 'access_denied' } }])
  })
})

test('five run at once, and a sixth has to wait', async () => {
  const { run, passing } = await bulk(CATALOG)
  for (let i = 0; i < 4; i++) expect((await run()).userErrors).toEqual([])
  const { bulkOperation, userErrors } = await run()
  expect({ bulkOperation, userErrors }).toMatchObject({
    bulkOperation: null,
    userErrors: [{ code: 'OPERATION_IN_PROGRESS' }],
  })
  expect(userErrors[0]?.message).toMatch(
    /^A bulk query operation for this app and shop is already in progress: (gid:\S+, ){4}gid:\S+\.$/,
  )
  await passing(2_000)
  expect((await run()).userErrors).toEqual([])
})

describe('a query Shopify does not run in bulk', () => {
  test.each([
    {
      query: '{ products { nodes { id } } }',
      message: /must select their contents using 'edges' > 'node'.*Invalid connection fields: 'products'\.$/,
    },
    {
      query: '{ node(id: "gid://shopify/Product/0") { id } }',
      message: /^Bulk queries cannot contain a top level `node` field\.$/,
    },
    { query: '{ shop { name } }', message: /^Bulk queries must contain at least one connection\.$/ },
    { query: '{ shop {', message: /^Invalid bulk query: / },
    { query: '{ shop { nmae } }', message: /^Invalid bulk query: / },
    {
      query: 'mutation { productDelete(input: { id: "1" }) { deletedProductId } }',
      message: /^Invalid operation type\. Only `query` operations are supported\.$/,
    },
    {
      query:
        '{ collections { edges { node { id products { edges { node { id variants { edges { node { id metafields { edges { node { id } } } } } } } } } } } } }',
      message: /^Bulk queries cannot contain connections with a nesting depth greater than 2\.$/,
    },
    {
      query: `{ products { edges { node { id variants { edges { node { id } } } metafields { edges { node { id } } }
        collections { edges { node { id } } } media { edges { node { id } } } sellingPlanGroups { edges { node { id } } } } } } }`,
      message: /^Bulk queries cannot contain more than 5 connections\.$/,
    },
    {
      query: '{ products { edges { node { title variants { edges { node { id } } } } } } }',
      message: /^The parent 'node' field for a nested connection must select the 'id' field.*without 'id': products\.$/,
    },
    {
      query: '{ orders { edges { node { id fulfillments { events { edges { node { id } } } } } } } }',
      message: /^Queries that contain a connection field within a list field are not currently supported\.$/,
    },
  ])('$query', async ({ query, message }) => {
    const { started } = await bulk(query)
    expect(started).toMatchObject({
      bulkOperation: null,
      userErrors: [{ field: ['query'], code: 'INVALID' }, ...started.userErrors.slice(1)],
    })
    expect(started.userErrors[0]?.message).toMatch(message)
  })
})
