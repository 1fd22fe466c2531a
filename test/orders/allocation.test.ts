import { describe, expect, it } from 'vitest'
import { type Allocated, deal, pick, type Waiting } from '#app/orders/allocation.ts'

const RING = 7
const wants = (line: number, quantity: number, ...sources: [number, number][]): Waiting => ({
  line,
  itemId: RING,
  quantity,
  sources: sources.map(([locationId, n]) => ({ locationId, quantity: n })),
})
const from = (...taken: [number, number][]) =>
  taken.map(([locationId, quantity]) => ({ itemId: RING, locationId, quantity }))
const said = (dealt: Allocated[]) =>
  dealt.map(({ line, locationId, quantity }) => `line ${line}: ${quantity} from ${locationId}`).toSorted()

describe('what was taken for an order', () => {
  it.each<[string, [number, number][], Waiting[], string[]]>([
    ['goes to the line that waits', [[1, 2]], [wants(0, 2)], ['line 0: 2 from 1']],
    [
      'goes first to the line that names the place',
      [
        [1, 1],
        [2, 1],
      ],
      [wants(0, 1), wants(1, 1, [1, 1])],
      ['line 0: 1 from 2', 'line 1: 1 from 1'],
    ],
    [
      'goes to the lines in their order when there is too little',
      [[1, 2]],
      [wants(0, 1), wants(1, 2)],
      ['line 0: 1 from 1', 'line 1: 1 from 1'],
    ],
    [
      'comes from several places for one line',
      [
        [1, 1],
        [2, 1],
      ],
      [wants(0, 3)],
      ['line 0: 1 from 1', 'line 0: 1 from 2'],
    ],
    ['is said once for a line and place', [[1, 3]], [wants(0, 3, [1, 1])], ['line 0: 3 from 1']],
  ])('%s', (_, taken, waiting, expected) => {
    expect(said(deal(from(...taken), waiting))).toEqual(expected)
  })
  it('is all dealt out and no line gets more than it waits for, in every small world', () => {
    for (let world = 0; world < 3 ** 6; world += 1) {
      const digit = (n: number) => Math.floor(world / 3 ** n) % 3
      const waiting = [wants(0, digit(0), [1, digit(2)]), wants(1, digit(1), [2, digit(3)])]
      const wanted = digit(0) + digit(1)
      const one = Math.min(digit(4), wanted)
      const two = Math.min(digit(5), wanted - one)
      const dealt = deal(from([1, one], [2, two]), waiting)
      const sum = (of: Allocated[]) => of.reduce((n, { quantity }) => n + quantity, 0)
      expect(sum(dealt)).toBe(one + two)
      for (const { line, quantity } of waiting)
        expect(sum(dealt.filter((d) => d.line === line))).toBeLessThanOrEqual(quantity)
      expect(dealt.every(({ quantity }) => quantity > 0)).toBe(true)
    }
  })
  it('of more than the lines wait for is a mistake', () => {
    expect(() => deal(from([1, 2]), [wants(0, 1)])).toThrow('dealt out')
  })
  it('of one item never goes to a line of another', () => {
    expect(() => deal([{ itemId: 8, locationId: 1, quantity: 1 }], [wants(0, 1)])).toThrow('dealt out')
  })
})

describe('what a line gives back or ships', () => {
  const places = [
    { locationId: 1, quantity: 2 },
    { locationId: 2, quantity: 1 },
  ]
  it.each([
    [0, []],
    [1, [{ locationId: 1, quantity: 1 }]],
    [2, [{ locationId: 1, quantity: 2 }]],
    [
      3,
      [
        { locationId: 1, quantity: 2 },
        { locationId: 2, quantity: 1 },
      ],
    ],
  ])('%i pieces come from where they lie', (quantity, expected) => {
    expect(pick(places, quantity)).toEqual(expected)
  })
  it('is never more than it holds', () => {
    expect(() => pick(places, 4)).toThrow('no more than it holds')
  })
})
