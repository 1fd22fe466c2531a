import { describe, expect, it } from 'vitest'
import { STOCK_STATES, type Balance } from '#app/kernel/stock-state.ts'
import { available } from '#app/pool/available.ts'
import type { ChannelFacts, Terms } from '#app/pool/terms.ts'
import type { StockAtLocation, Supply } from '#app/pool/supply.ts'

const NOTHING: Balance = Object.fromEntries(STOCK_STATES.map((state) => [state, 0])) as Balance
const PLACES = ['Safe', 'Window', 'Bench']
const at = (name: string, sellable: boolean, balance: Partial<Balance>): StockAtLocation => ({
  id: PLACES.indexOf(name) + 1,
  name,
  sellable,
  balance: { ...NOTHING, ...balance },
})
const stocked = (stock: StockAtLocation[]): Supply => ({ kind: 'stock', stock })
const NOON = new Date('2026-03-10T12:00:00Z')
const on = (facts: ChannelFacts, more: Partial<Terms> = {}): Terms => ({ rules: [], facts, at: NOON, ...more })
const ETSY = on({ name: 'Etsy', maximumShown: 999 })

describe('what a channel may show', () => {
  it.each(STOCK_STATES.filter((state) => state !== 'available'))('is nothing of what is %s', (state) => {
    const stock = [at('Safe', true, { [state]: 3 })]
    expect(available(stocked(stock), ETSY).quantity).toBe(0)
    expect(available(stocked([at('Safe', true, { available: 1, [state]: 3 })]), ETSY).quantity).toBe(1)
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
    expect(available(stocked(stock), ETSY).quantity).toBe(expected)
  })
  it('has no end where the channel knows none', () => {
    expect(
      available(stocked([at('Safe', true, { available: 5_000 })]), on({ name: 'Shopify', maximumShown: null }))
        .quantity,
    ).toBe(5_000)
  })
  it('explains itself in steps that add up', () => {
    const stock = [
      at('Safe', true, { available: 1_200, reserved: 2 }),
      at('Bench', false, { available: 4, in_work: 1 }),
    ]
    const { quantity, steps } = available(stocked(stock), ETSY)
    expect(steps.reduce((sum, step) => sum + step.quantity, 0)).toBe(quantity)
    expect(steps).toEqual([
      { sentence: '1200 for sale in Safe', quantity: 1_200, link: 'location/1' },
      { sentence: '2 in Safe reserved for orders', quantity: 0, link: 'location/1' },
      { sentence: '4 in Bench, not a place that sells', quantity: 0, link: 'location/3' },
      { sentence: '1 in Bench in work', quantity: 0, link: 'location/3' },
      { sentence: 'Etsy shows at most 999', quantity: -201, link: null },
    ])
  })
})

describe('a bundle', () => {
  const bundle = (...components: [name: string, needs: number, available: number][]): Supply => ({
    kind: 'bundle',
    components: components.map(([name, needs, n]) => ({ name, needs, stock: [at('Safe', true, { available: n })] })),
  })
  it.each([
    ['as many as its scarcest part', bundle(['ring', 1, 5], ['chain', 1, 2]), 2],
    ['none when a part is missing', bundle(['ring', 1, 5], ['chain', 1, 0]), 0],
    ['whole ones only', bundle(['stud', 2, 5]), 2],
    ['as many as two parts that are equally scarce', bundle(['ring', 1, 2], ['chain', 2, 5]), 2],
  ])('is %s', (_, supply, expected) => {
    const { quantity, steps } = available(supply, ETSY)
    expect(quantity).toBe(expected)
    expect(steps.reduce((sum, step) => sum + step.quantity, 0)).toBe(expected)
  })
  it('names the part that is scarcest by its number, and the others beside it', () => {
    expect(available(bundle(['ring', 1, 5], ['stud', 2, 5]), ETSY).steps).toEqual([
      { sentence: '5 of ring for sale, 1 in each: enough for 5', quantity: 0, link: null },
      { sentence: '5 of stud for sale, 2 in each: enough for 2', quantity: 2, link: null },
    ])
  })
})

describe('what is made to order', () => {
  const made = (taken: number, ready = 0): Supply => ({
    kind: 'made_to_order',
    stock: [at('Safe', true, { available: ready })],
    capacity: 5,
    taken,
    leadDays: 21,
  })
  it.each([
    ['its capacity', made(0), 5],
    ['what is left of it', made(3), 2],
    ['nothing beyond it', made(7), 0],
    ['what lies ready beside it', made(4, 2), 3],
  ])('is for sale up to %s', (_, supply, expected) => {
    expect(available(supply, ETSY).quantity).toBe(expected)
  })
  it('says how long it takes', () => {
    expect(available(made(3), ETSY).steps.at(-1)).toEqual({
      sentence: '2 of 5 more can be made, each in 21 days',
      quantity: 2,
      link: null,
    })
  })
})
