import { expect, test } from 'vitest'
import { etsyMoney, fromFloat } from '#sandbox/etsy/money.ts'
import { addStock, totalQuantity } from '#sandbox/etsy/stock-of-listing.ts'
import type { Inventory } from '#sandbox/etsy/world.ts'

/** Sizes 6 and 7 in two metals, `quantities` in the order 6 gold, 6 silver, 7 gold, 7 silver. */
function grid(quantityOn: number[], quantities: number[], off: number[] = []): Inventory {
  const pairs = ['6', '7'].flatMap((size) => ['gold', 'silver'].map((metal) => [size, metal] as const))
  const value = (propertyId: number, text: string) => ({
    propertyId,
    name: '',
    scaleId: null,
    valueIds: [1],
    values: [text],
  })
  const products = pairs.map(([size, metal], i) => ({
    productId: i + 1,
    offeringId: i + 1,
    sku: `${size}-${metal}`,
    values: [value(513, size), value(514, metal)],
    quantity: quantities[i]!,
    price: 1,
    enabled: !off.includes(i),
    readinessStateId: null,
  }))
  return { products, priceOn: [], quantityOn, skuOn: [], readinessOn: [] }
}

const quantitiesOf = ({ products }: Inventory) => products.map((product) => product.quantity)

test.each<[string, Inventory, number]>([
  ['every variation has its own', grid([513, 514], [1, 2, 3, 4]), 10],
  ['each size has one', grid([513], [2, 2, 3, 3]), 5],
  ['each metal has one', grid([514], [2, 4, 2, 4]), 6],
  ['there is one in common', grid([], [4, 4, 4, 4]), 4],
  ['one is not offered', grid([513, 514], [1, 2, 3, 4], [3]), 6],
  ['a size is offered in one metal', grid([513], [2, 2, 3, 3], [0]), 5],
  ['a size is not offered at all', grid([513], [2, 2, 3, 3], [0, 1]), 3],
  ['nothing is offered', grid([], [4, 4, 4, 4], [0, 1, 2, 3]), 0],
])('the quantity of a listing where %s', (_, inventory, total) => {
  expect(totalQuantity(inventory)).toBe(total)
})

test.each<[string, number[], number[]]>([
  ['its own', [513, 514], [4, 5, 5, 5]],
  ['its size’s', [513], [4, 4, 5, 5]],
  ['its metal’s', [514], [4, 5, 4, 5]],
  ['everybody’s', [], [4, 4, 4, 4]],
])('a piece sold is taken from a quantity that is %s', (_, quantityOn, expected) => {
  const inventory = grid(quantityOn, [5, 5, 5, 5])
  addStock(inventory, inventory.products[0]!, -1)
  expect(quantitiesOf(inventory)).toEqual(expected)
})

test('no quantity falls below nothing', () => {
  const inventory = grid([], [1, 1, 1, 1])
  addStock(inventory, inventory.products[0]!, -3)
  expect(quantitiesOf(inventory)).toEqual([0, 0, 0, 0])
})

test.each([
  ['USD', 19.99, 1_999, 100],
  ['USD', 0.29, 29, 100],
  ['JPY', 1_500, 1_500, 1],
  ['KWD', 1.234, 1_234, 1_000],
])('%s %d is %i of its smallest unit', (currency, price, amount, divisor) => {
  expect(fromFloat(price, currency)).toBe(amount)
  expect(etsyMoney(amount, currency)).toEqual({ amount, divisor, currency_code: currency })
})
