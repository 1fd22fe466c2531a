import { describe, expect, it } from 'vitest'
import type { HistoryEvent } from '../../bench/replay/history.ts'
import { openingOf, Truth } from '../../bench/replay/truth.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const event = (kind: 'sale' | 'cancel', quantity: number, sku = 'R1'): HistoryEvent => ({
  at: at(0),
  channel: 'etsy',
  orderId: '1',
  kind,
  lines: [{ sku, quantity }],
})

describe('what is really there', () => {
  const open = (quantity: number) => new Truth<string>(new Map([['R1', quantity]]), 2_000)

  it('is less by what was sold, on whichever channel', () => {
    const truth = open(5)
    truth.sell('R1', { channel: 'etsy', at: at(0), quantity: 2, ref: 'a' })
    truth.sell('R1', { channel: 'pos', at: at(0), quantity: 1, ref: 'b' })
    expect(truth.left('R1')).toBe(2)
  })

  it('is known to the selling channel at once, and to the others when the latency has passed', () => {
    const truth = open(5)
    truth.sell('R1', { channel: 'etsy', at: at(10), quantity: 2, ref: 'a' })
    const known = (channel: string, second: number) => truth.known('R1', { channel, at: at(second) })
    expect([known('etsy', 10), known('pos', 10), known('pos', 11), known('pos', 12)]).toEqual([3, 5, 5, 3])
  })

  it.each([
    { opening: 3, before: 0, sold: 2, oversold: 0 },
    { opening: 3, before: 2, sold: 2, oversold: 1 },
    { opening: 3, before: 5, sold: 2, oversold: 2 },
    { opening: 0, before: 0, sold: 4, oversold: 4 },
  ])(
    'counts $oversold pieces sold twice when $sold are sold of $opening after $before',
    ({ opening, before, sold, oversold }) => {
      const truth = open(opening)
      if (before > 0) truth.sell('R1', { channel: 'pos', at: at(0), quantity: before, ref: 'a' })
      expect(truth.sell('R1', { channel: 'etsy', at: at(1), quantity: sold, ref: 'b' })).toBe(oversold)
    },
  )

  it('gets back the newest pieces first, and nothing for what was sold before the file began', () => {
    const truth = open(9)
    truth.sell('R1', { channel: 'etsy', at: at(0), quantity: 2, ref: 'old' })
    truth.sell('R1', { channel: 'pos', at: at(1), quantity: 1, ref: 'new' })
    const back = truth.cancel('R1', { at: at(2), quantity: 5 })
    expect(back).toEqual([
      { ref: 'new', channel: 'pos', quantity: 1 },
      { ref: 'old', channel: 'etsy', quantity: 2 },
    ])
    expect(truth.left('R1')).toBe(9)
    expect(truth.cancel('R1', { at: at(3), quantity: 1 })).toEqual([])
  })
})

describe('the opening stock', () => {
  const history = [event('sale', 3), event('cancel', 2), event('sale', 4), event('cancel', 9), event('sale', 1)]

  it('is the least that covers the net sales at every moment', () => {
    expect(openingOf(history, 'auto')).toEqual(new Map([['R1', 5]]))
  })
  it('is half of that, rounded down', () => {
    expect(openingOf(history, 'half')).toEqual(new Map([['R1', 2]]))
  })
  it('is the same number for all items when one is given', () => {
    expect(openingOf([event('sale', 3), event('sale', 1, 'r1')], 7)).toEqual(
      new Map([
        ['R1', 7],
        ['r1', 7],
      ]),
    )
  })
})
