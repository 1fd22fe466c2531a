import { describe, expect, it } from 'vitest'
import {
  type Conversion,
  conversionProblem,
  type Convertible,
  CONVERTIBLE_STATES,
  type Pieces,
} from '#app/pool/conversion.ts'

const item = (id: number, said: Partial<Convertible> = {}): Convertible => ({
  id,
  name: `Thing ${id}`,
  kind: 'replenishable',
  deleted: false,
  halfOf: null,
  inTheWorld: 0,
  ...said,
})

const ITEMS = new Map(
  [
    item(1),
    item(2),
    item(3),
    item(10, { kind: 'one_of_one', inTheWorld: 1 }),
    item(11, { kind: 'one_of_one' }),
    item(12, { kind: 'one_of_one', inTheWorld: 1 }),
    item(20, { kind: 'bundle' }),
    item(21, { deleted: true }),
    item(30),
    item(31, { halfOf: 30 }),
    item(33, { halfOf: 3 }),
  ].map((one) => [one.id, one]),
)

const of = (itemId: number, quantity = 1, state: Pieces['state'] = 'available'): Pieces => ({
  itemId,
  quantity,
  locationId: 1,
  state,
})
const problem = (kind: Conversion['kind'], takes: Pieces[], makes: Pieces[]) =>
  conversionProblem({ kind, takes, makes }, ITEMS)?.code

describe('pieces become others', () => {
  it.each<[string, Conversion]>([
    ['a ring resized into another size', { kind: 'resized', takes: [of(1)], makes: [of(2)] }],
    ['a piece that is one of a kind, resized', { kind: 'resized', takes: [of(10)], makes: [of(11)] }],
    ['two sets broken', { kind: 'set broken', takes: [of(1, 2)], makes: [of(2, 2), of(3, 4)] }],
    ['a set broken into two of one thing', { kind: 'set broken', takes: [of(1)], makes: [of(2, 2)] }],
    ['a unique set broken into what is not', { kind: 'set broken', takes: [of(10)], makes: [of(2), of(11)] }],
    ['a set made', { kind: 'set made', takes: [of(2), of(3, 2)], makes: [of(1)] }],
    ['a unique set made of what is not', { kind: 'set made', takes: [of(2), of(3)], makes: [of(11)] }],
    ['a pair broken', { kind: 'pair broken', takes: [of(30)], makes: [of(31, 1, 'damaged')] }],
    ['a pair made whole', { kind: 'pair made whole', takes: [of(31, 1, 'damaged')], makes: [of(30)] }],
  ])('%s', (_, { kind, takes, makes }) => {
    expect(problem(kind, takes, makes)).toBeUndefined()
  })
})

describe('what is refused', () => {
  it.each<[string, string, Conversion]>([
    ['an item that is not there', 'unknown-item', { kind: 'resized', takes: [of(99)], makes: [of(2)] }],
    ['one that was deleted', 'unknown-item', { kind: 'resized', takes: [of(1)], makes: [of(21)] }],
    ['no pieces', 'quantity', { kind: 'resized', takes: [of(1, 0)], makes: [of(2, 0)] }],
    ['half a piece', 'quantity', { kind: 'resized', takes: [of(1, 0.5)], makes: [of(2, 0.5)] }],
    ['fewer than none', 'quantity', { kind: 'resized', takes: [of(1, -1)], makes: [of(2, -1)] }],
    ['more than anybody has', 'quantity', { kind: 'resized', takes: [of(1, 1e7)], makes: [of(2, 1e7)] }],
    ['nothing', 'quantity', { kind: 'resized', takes: [], makes: [] }],
    ['into itself', 'twice', { kind: 'resized', takes: [of(1)], makes: [of(1)] }],
    ['a set that has no stock of its own', 'bundle', { kind: 'set broken', takes: [of(20)], makes: [of(1), of(2)] }],
    ['more than there were', 'uneven', { kind: 'resized', takes: [of(1)], makes: [of(2, 2)] }],
    ['one into several by resizing', 'uneven', { kind: 'resized', takes: [of(1)], makes: [of(2), of(3)] }],
    ['two sets into three rings', 'uneven', { kind: 'set broken', takes: [of(1, 2)], makes: [of(2, 3), of(3, 2)] }],
    ['a set of one piece', 'uneven', { kind: 'set made', takes: [of(2)], makes: [of(1)] }],
    ['two kinds of set at a time', 'one-set', { kind: 'set broken', takes: [of(1), of(2)], makes: [of(3, 2)] }],
    ['a second of one of a kind', 'second', { kind: 'resized', takes: [of(10)], makes: [of(12)] }],
    ['two at once of one of a kind', 'second', { kind: 'set made', takes: [of(1, 2), of(2, 2)], makes: [of(11, 2)] }],
    ['a unique piece into a common one', 'identity', { kind: 'resized', takes: [of(10)], makes: [of(1)] }],
    ['a common piece into a unique one', 'identity', { kind: 'resized', takes: [of(1)], makes: [of(11)] }],
    ['a unique piece into a common set', 'identity', { kind: 'set made', takes: [of(10), of(2)], makes: [of(1)] }],
    [
      'a common set that held a unique piece',
      'identity',
      { kind: 'set broken', takes: [of(1)], makes: [of(11), of(2)] },
    ],
    ['a pair into what is not its half', 'not-its-half', { kind: 'pair broken', takes: [of(30)], makes: [of(1)] }],
    ['a pair of another half', 'not-its-half', { kind: 'pair made whole', takes: [of(33)], makes: [of(30)] }],
    ['a half, resized', 'half', { kind: 'resized', takes: [of(31)], makes: [of(1)] }],
  ])('%s: %s', (_, code, { kind, takes, makes }) => {
    expect(problem(kind, takes, makes)).toBe(code)
  })
  it('pieces that an order or a client waits for, or that are on the way', () => {
    const states = [
      'available',
      'reserved',
      'held',
      'in_work',
      'quality_check',
      'damaged',
      'safety_stock',
      'incoming',
    ] as const
    const refused = states.filter((state) => problem('resized', [of(1, 1, state)], [of(2)]) === 'not-free')
    expect(refused).toEqual(['reserved', 'held', 'incoming'])
    expect(CONVERTIBLE_STATES).toEqual(states.filter((state) => !refused.some((one) => one === state)))
  })
})
