import { describe, expect, it } from 'vitest'
import { STOCK_STATES, type Balance } from '#app/kernel/stock-state.ts'
import { available, type StockAtLocation } from '#app/pool/available.ts'

const NOTHING: Balance = Object.fromEntries(STOCK_STATES.map((state) => [state, 0])) as Balance
const at = (name: string, sellable: boolean, balance: Partial<Balance>): StockAtLocation => ({
  name,
  sellable,
  balance: { ...NOTHING, ...balance },
})
const ETSY = { name: 'Etsy', maximumShown: 999 }

describe('what a channel may show', () => {
  it.each(STOCK_STATES.filter((state) => state !== 'available'))('is nothing of what is %s', (state) => {
    const stock = [at('Safe', true, { [state]: 3 })]
    expect(available(stock, ETSY).quantity).toBe(0)
    expect(available([at('Safe', true, { available: 1, [state]: 3 })], ETSY).quantity).toBe(1)
  })
  it.each([
    ['nothing anywhere', [], 0],
    ['one place that sells', [at('Safe', true, { available: 3 })], 3],
    ['two places that sell', [at('Safe', true, { available: 3 }), at('Window', true, { available: 2 })], 5],
    ['a place that does not sell', [at('Safe', true, { available: 3 }), at('Bench', false, { available: 2 })], 3],
    ['exactly what the channel can show', [at('Safe', true, { available: 999 })], 999],
    [
      'more than the channel can show',
      [at('Safe', true, { available: 998 }), at('Window', true, { available: 9 })],
      999,
    ],
  ])('counts %s', (_, stock, expected) => {
    expect(available(stock, ETSY).quantity).toBe(expected)
  })
  it('has no end where the channel knows none', () => {
    expect(available([at('Safe', true, { available: 5_000 })], { name: 'Shopify', maximumShown: null }).quantity).toBe(
      5_000,
    )
  })
  it('explains itself in steps that add up', () => {
    const stock = [
      at('Safe', true, { available: 1_200, reserved: 2 }),
      at('Bench', false, { available: 4, in_work: 1 }),
    ]
    const { quantity, steps } = available(stock, ETSY)
    expect(steps.reduce((sum, step) => sum + step.quantity, 0)).toBe(quantity)
    expect(steps).toEqual([
      { sentence: '1200 for sale in Safe', quantity: 1_200 },
      { sentence: '2 in Safe reserved for orders', quantity: 0 },
      { sentence: '4 in Bench, not a place that sells', quantity: 0 },
      { sentence: '1 in Bench in work', quantity: 0 },
      { sentence: 'Etsy shows at most 999', quantity: -201 },
    ])
  })
})
