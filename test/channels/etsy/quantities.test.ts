import { expect, test } from 'vitest'
import { quantitiesAfter } from '#app/channels/etsy/quantities.ts'
import { productsOf } from '#app/channels/etsy/translate.ts'
import { wireListing } from '#app/channels/etsy/wire.ts'

type Variation = { size: string; metal: string; has: number; enabled?: boolean }

const SIZE = 100
const METAL = 52

function listing(variations: Variation[], told: { on?: number[]; state?: string } = {}) {
  const products = variations.map(({ size, metal, has, enabled = true }, i) => ({
    product_id: i + 1,
    offerings: [{ quantity: has, is_enabled: enabled, price: { amount: 1, divisor: 1, currency_code: 'USD' } }],
    property_values: [
      { property_id: SIZE, values: [size] },
      { property_id: METAL, values: [metal] },
    ],
  }))
  const inventory = { products, quantity_on_property: told.on ?? [SIZE, METAL] }
  return wireListing.parse({ listing_id: 1, state: told.state ?? 'active', inventory })
}

/** Quantities after telling some of the variations, by position; undefined tells nothing. */
function after(variations: Variation[], wanted: (number | undefined)[], told = {}): number[] {
  const read = listing(variations, told)
  const products = productsOf(read)
  const asked = wanted.flatMap((quantity, i) => (quantity === undefined ? [] : [{ product: products[i]!, quantity }]))
  const result = quantitiesAfter(read, asked)
  return products.map(({ product_id }) => result.get(product_id)!)
}

const each = (...has: number[]): Variation[] => has.map((n, i) => ({ size: String(50 + i), metal: 'Gold', has: n }))
const GRID: Variation[] = [
  { size: '54', metal: 'Gold', has: 4 },
  { size: '54', metal: 'Silver', has: 4 },
  { size: '56', metal: 'Gold', has: 6 },
]

test.each([
  ['one is told, the others stay', each(2, 3, 4), [undefined, 7, undefined], [2, 7, 4]],
  ['more than Etsy can show of one', each(1), [5_000], [999]],
  ['the largest is cut first', each(1, 1, 1), [900, 100, 50], [849, 100, 50]],
  ['two equal ones are cut alike', each(1, 1), [700, 700], [499, 499]],
  ['those nobody told keep theirs, and the rest is cut', each(1, 600), [900, undefined], [399, 600]],
  ['no room is left at all', each(1, 999), [5, undefined], [0, 999]],
  ['exactly full is not cut', each(1, 1), [900, 99], [900, 99]],
])('%s', (_, variations, wanted, expected) => {
  expect(after(variations, wanted)).toEqual(expected)
})

test('a variation that is switched off takes no room', () => {
  const off = { ...each(0, 999)[1]!, enabled: false }
  expect(after([...each(1), off], [400, undefined])).toEqual([400, 999])
})

test.each([
  ['by size alone: both metals of a size have one number', [SIZE], [3, undefined, undefined], [3, 3, 6]],
  ['what was not told of all that share it is not raised', [SIZE], [9, undefined, 9], [4, 4, 9]],
  ['the scarcest of them decides', [SIZE], [5, 2, undefined], [2, 2, 6]],
  ['nothing of one is nothing of all that share with it', [SIZE], [0, 9, 6], [0, 0, 6]],
  ['one number for the whole listing', [], [8, 5, 9], [5, 5, 5]],
])('shared quantities, %s', (_, on, wanted, expected) => {
  expect(after(GRID, wanted, { on })).toEqual(expected)
})

test('a shared quantity counts once towards what Etsy can show', () => {
  expect(after(GRID, [900, 900, 900], { on: [] })).toEqual([900, 900, 900])
})

test.each(['inactive', 'sold_out'])('of a listing that is %s, what nobody speaks of is nothing', (state) => {
  expect(after(each(2, 3), [undefined, 1], { state })).toEqual([0, 1])
})
