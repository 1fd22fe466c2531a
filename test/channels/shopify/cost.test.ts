import { parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { costOf, type Variables } from '#app/channels/shopify/cost.ts'
import { API_VERSION, SINGLE_QUERY_POINTS, SIZES } from '#app/channels/shopify/limits.ts'
import type { Operation } from '#app/channels/shopify/operation.ts'
import { ORDER_SIZES } from '#app/channels/shopify/read-order.server.ts'
import * as moves from '#app/channels/shopify/wire-moves.ts'
import * as orders from '#app/channels/shopify/wire-orders.ts'
import * as things from '#app/channels/shopify/wire-things.ts'
import { prepare } from '#sandbox/shopify/document.ts'
import { requestedCost } from '#sandbox/shopify/cost.ts'
import { API_VERSION as SANDBOX_VERSION } from '#sandbox/shopify/schema.ts'

const rest = { id: 'x', first: SIZES.rest, after: null }
const ALL: [Operation<unknown>, Variables][] = [
  [things.PLACES, { first: 250, after: null }],
  [things.THINGS_PAGE, { first: SIZES.things, after: null, levels: SIZES.levels }],
  [things.THINGS_BY_ID, { ids: ['x'], levels: SIZES.levels }],
  [things.THINGS_OF_PRODUCT, { id: 'x', first: SIZES.things, after: null, levels: SIZES.levels }],
  [things.MORE_LEVELS, rest],
  [orders.ORDERS_PAGE, { query: '', sortKey: 'ID', first: SIZES.orders, after: null, ...ORDER_SIZES }],
  [orders.ONE_ORDER, { id: 'x', ...ORDER_SIZES }],
  [orders.MORE_LINES, rest],
  [orders.MORE_PARCELS, { ...rest, first: SIZES.parcels, lines: SIZES.lines }],
  [orders.MORE_OF_PARCEL, rest],
  [orders.MORE_OF_REFUND, rest],
  [moves.MOVE_QUANTITIES, {}],
  [moves.ADJUST_QUANTITIES, {}],
]

/** What Shopify would ask for, with its own types at hand; a document it does not take fails the test. */
function requested({ text }: Operation<unknown>, variables: Variables): number {
  const prepared = prepare(text)
  if (Array.isArray(prepared)) throw new Error(prepared.map(({ message }) => message).join(' '))
  return requestedCost(prepared.cost, variables)
}

describe('the cost of a call, known before it is made', () => {
  it.each(ALL.map(([operation, variables]) => ({ name: operation.name, operation, variables })))(
    'is what Shopify will ask for $name, and never more than one query may cost',
    ({ operation, variables }) => {
      const cost = operation.cost(variables)
      expect(cost).toBe(requested(operation, variables))
      expect(cost).toBeLessThanOrEqual(SINGLE_QUERY_POINTS)
    },
  )

  it('grows with the logarithm of the rows of a connection', () => {
    const cost = costOf(parse('query ($n: Int!) { orders(first: $n) { nodes { id } pageInfo { hasNextPage } } }'))
    expect([0, 1, 10, 50, 100, 250].map((n) => cost({ n }) - 2)).toEqual([0, 1, 4, 7, 9, 11])
  })

  it('is for a list one, whatever its length', () => {
    expect(costOf(parse('{ order(id: 1) { refunds(first: 250) { id } } }'))({})).toBe(2)
  })

  it('is for a count and a mutation ten each', () => {
    expect(costOf(parse('{ productsCount { count } }'))({})).toBe(10)
    expect(costOf(parse('mutation { a { id } b { id } }'))({})).toBe(20)
  })
})

it('one version of the Admin API is spoken everywhere', () => {
  expect(API_VERSION).toBe(SANDBOX_VERSION)
})
