import { describe, expect, it } from 'vitest'
import { seeded } from '#sandbox/jeweler/chance.ts'
import {
  BOX,
  BOXED,
  categoryOf,
  enoughFor,
  goodsOf,
  listingsOf,
  offeredOf,
  PAIR,
  PLACES,
  productsOf,
  sellableOf,
  SETS,
  totalOf,
} from '../../bench/simulate/shop.ts'

const goods = goodsOf(seeded(1))
const named = (sku: string) => goods.find((good) => good.sku === sku)

describe('the shop of the simulation', () => {
  it('is the same for the same luck, and another for another', () => {
    expect(goodsOf(seeded(1))).toEqual(goods)
    expect(goodsOf(seeded(2))).not.toEqual(goods)
  })
  it('has no SKU twice, and all that sets, boxes and pairs are made of', () => {
    const skus = goods.map(({ sku }) => sku)
    expect(new Set(skus).size).toBe(skus.length)
    const parts = SETS.flatMap((set) => set.parts.map(({ sku }) => sku))
    expect([...parts, ...BOXED, BOX, PAIR].filter((sku) => !skus.includes(sku))).toEqual([])
  })
  it('has one of each piece there is one of, where it sells', () => {
    const pieces = goods.filter(({ unique }) => unique)
    expect(pieces.map(totalOf).every((n) => n === 1)).toBe(true)
    expect(pieces.map(sellableOf).every((n) => n === 1)).toBe(true)
  })
  it('offers elsewhere what lies where it sells, and what can be made', () => {
    const good = { sku: 'A', style: 'A', size: null, unique: false, stock: [2, 1, 4] }
    expect([sellableOf(good), totalOf(good), offeredOf(good)]).toEqual([3, 7, 3])
    expect(offeredOf({ ...good, capacity: 2 })).toBe(5)
    expect(PLACES.map(({ sells }) => sells)).toEqual([true, true, false])
  })
  it.each([
    [{ A: 3, B: 5 }, 2],
    [{ A: 1, B: 9 }, 1],
    [{ A: 9, B: 1 }, 0],
    [{ A: -1, B: 9 }, 0],
  ])('has as many sets as the scarcest part is enough for: of %j, %i', (left, sets) => {
    const parts = [
      { sku: 'A', needs: 1 },
      { sku: 'B', needs: 2 },
    ]
    const set = { sku: 'SET', style: 'Set', parts, computedThere: false }
    expect(enoughFor(set, (sku) => (sku === 'A' ? left.A : left.B))).toBe(sets)
  })
  it('lists each thing and each set on both channels, a set without a number of its own on Shopify', () => {
    const onShopify = productsOf(goods).flatMap(({ variants }) => variants)
    const onEtsy = listingsOf(goods).flatMap(({ products }) => products)
    const all = [...goods, ...SETS].map(({ sku }) => sku).sort()
    expect(onShopify.map(({ sku }) => sku).sort()).toEqual(all)
    expect(onEtsy.map(({ sku }) => sku).sort()).toEqual(all)
    const sets = onShopify.filter(({ sku }) => SETS.some((set) => set.sku === sku))
    expect(sets.every(({ tracked, requiresComponents }) => tracked === false || requiresComponents)).toBe(true)
  })
  it('calls what comes in sizes rings', () => {
    expect([categoryOf({ size: '52' }), categoryOf({ size: null })]).toEqual(['Rings', null])
    expect(named('Signet-54')?.size).toBe('54')
  })
})
