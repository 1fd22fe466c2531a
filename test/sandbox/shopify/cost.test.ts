import { Kind, parse, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql'
import { describe, expect, test } from 'vitest'
import { actualCost, costTree, requestedCost, scale } from '#sandbox/shopify/cost.ts'
import { adminSchema } from '#sandbox/shopify/schema.ts'

function treeOf(text: string) {
  const { definitions } = parse(text)
  const fragments = new Map(
    definitions
      .filter((d): d is FragmentDefinitionNode => d.kind === Kind.FRAGMENT_DEFINITION)
      .map((d) => [d.name.value, d]),
  )
  return costTree({ schema: adminSchema().schema, fragments }, definitions[0] as OperationDefinitionNode)
}

test.each([
  [0, 0],
  [1, 1],
  [5, 3],
  [10, 4],
  [20, 5],
  [50, 7],
  [100, 9],
  [250, 11],
])('%i rows of a connection weigh %i, as a real store counted', (rows, weight) => {
  expect(scale(rows)).toBe(weight)
})

describe('what a real store asked for', () => {
  test.each([
    { cost: 3, query: '{ products(first: 1) { nodes { id title tags } } }' },
    {
      cost: 6,
      query: 'query($first: Int!) { locations(first: $first) { nodes { id name isActive } } }',
      variables: { first: 10 },
    },
    {
      cost: 6,
      query: '{ locations(first: 10) { edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }',
    },
    { cost: 13, query: '{ products(first: 250) { nodes { id } pageInfo { hasNextPage endCursor } } }' },
    { cost: 1, query: '{ bulkOperation(id: "gid://shopify/BulkOperation/1") { id status } }' },
    {
      cost: 3,
      query: '{ order(id: "1") { id fulfillments(first: 5) { id trackingInfo(first: 5) { number } } } }',
    },
    {
      cost: 4,
      query: `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id
        ... on Product { title variants(first: 1) { nodes { id title } } } ... on ProductVariant { title product { id } } } }`,
      variables: { ids: ['a', 'b'] },
    },
    {
      cost: 12,
      query: `{ inventoryItem(id: "1") { id inventoryLevels(first: 5) { nodes {
        location { id name } quantities(names: ["available"]) { name quantity } } } } }`,
    },
    {
      cost: 12,
      query: `mutation($i: InventoryMoveQuantitiesInput!) { inventoryMoveQuantities(input: $i) @idempotent(key: "k") {
        inventoryAdjustmentGroup { id createdAt changes { name delta location { id name } } } userErrors { field message } } }`,
    },
    {
      cost: 13,
      query: `mutation($i: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $i) @idempotent(key: "k") {
        inventoryAdjustmentGroup { id changes { name item { id } location { id } } } userErrors { field message } } }`,
    },
    {
      cost: 10,
      query: `mutation($i: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $i) @idempotent(key: "k") {
        inventoryAdjustmentGroup { reason referenceDocumentUri } userErrors { code message } } }`,
    },
    {
      cost: 15,
      query: `mutation($o: OrderCreateOrderInput!) { orderCreate(order: $o) {
        order { id lineItems(first: 5) { nodes { id title quantity } } } userErrors { field message } } }`,
    },
    { cost: 15, query: '{ draftOrders(first: 5) { nodes { id } } draftOrdersCount { count precision } }' },
  ])('$cost points: $query', ({ cost, query, variables = {} }) => {
    expect(requestedCost(treeOf(query), variables)).toBe(cost)
  })

  test('fragments weigh what they hold', () => {
    const query =
      '{ products(first: 5) { ...P } } fragment P on ProductConnection { nodes { id variants(first: 5) { nodes { id } } } }'
    expect(requestedCost(treeOf(query), {})).toBe(2 + 3 * (1 + 5))
  })
})

describe('what the answer came to', () => {
  const levels =
    '{ inventoryItem(id: "1") { id inventoryLevels(first: 5) { nodes { location { id } quantities(names: ["available"]) { quantity } } } } }'
  const level = { location: { id: '1' }, quantities: [{ quantity: 1 }] }

  test.each([
    { data: { inventoryItem: { id: '1', inventoryLevels: { nodes: [level] } } }, cost: 6 },
    { data: { inventoryItem: { id: '1', inventoryLevels: { nodes: [level, level, level, level, level] } } }, cost: 12 },
    { data: { inventoryItem: { id: '1', inventoryLevels: { nodes: [] } } }, cost: 3 },
    { data: { inventoryItem: null }, cost: 1 },
  ])('$cost', ({ data, cost }) => {
    expect(actualCost(treeOf(levels), data)).toBe(cost)
  })

  test('rows asked for as edges count like nodes', () => {
    const query = '{ orders(first: 5) { edges { node { id lineItems(first: 5) { edges { node { id } } } } } } }'
    const node = { id: '1', lineItems: { edges: [{ node: { id: '2' } }] } }
    expect(actualCost(treeOf(query), { orders: { edges: [{ node }] } })).toBe(2 + 1 + 2 + 1)
  })

  test('a mutation that came to nothing still costs its ten', () => {
    const query = 'mutation { productUpdate(product: {}) { product { id } userErrors { message } } }'
    expect(actualCost(treeOf(query), { productUpdate: null })).toBe(10)
  })
})
