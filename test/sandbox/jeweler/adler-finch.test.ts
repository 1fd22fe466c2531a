import { describe, expect, it } from 'vitest'
import { adlerFinch, northlight } from '#sandbox/jeweler/adler-finch.ts'
import { type Jeweler, sellableOnline, type Variant } from '#sandbox/jeweler/shop.ts'

const SEEDS = [1, 2, 3, 77]
const variants = (shop: Jeweler) => shop.products.flatMap((p) => p.variants)

/** Variants by SKU, those whose SKU names one variant alone. */
function bySku(shop: Jeweler): Map<string, Variant> {
  const groups = Map.groupBy(variants(shop), (v) => v.sku)
  return new Map(
    [...groups].flatMap(([sku, [first, second]]) => (first && !second && sku !== '' ? [[sku, first]] : [])),
  )
}

const waiting = (shop: Jeweler, sku: string) =>
  shop.openOrders.flatMap((o) => o.lines).reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0)

describe('the jeweler of the demo', () => {
  it('is the same shop to the last piece for the same seed, and another for another', () => {
    expect(adlerFinch(5)).toEqual(adlerFinch(5))
    expect(adlerFinch(5)).not.toEqual(adlerFinch(6))
  })

  describe.each(SEEDS)('with seed %i', (seed) => {
    const shop = adlerFinch(seed)

    it('has about 300 items, 40 of them one of one, of which there is a single piece', () => {
      expect(variants(shop).length).toBeGreaterThanOrEqual(290)
      expect(variants(shop).length).toBeLessThanOrEqual(310)
      const unique = shop.products.filter((p) => p.oneOfOne)
      expect(unique).toHaveLength(40)
      const pieces = unique.flatMap((p) => p.variants.flatMap((v) => v.stock))
      expect(pieces.map((s) => s.available + (s.quality_control ?? 0))).toEqual(Array(40).fill(1))
    })

    it('gives every variant its style core and each choice its value', () => {
      for (const product of shop.products)
        for (const { sku, choice } of product.variants) {
          expect(sku.startsWith(product.core)).toBe(true)
          expect(choice).toHaveLength(product.options.length)
        }
    })

    it('has the awkward few on purpose, and no others', () => {
      const all = variants(shop)
      const repeated = all.map((v) => v.sku).filter((sku, i, skus) => skus.indexOf(sku) !== i)
      expect(repeated).toEqual(['M531', ''])
      expect(all.filter((v) => !v.tracked).map((v) => v.sku)).toEqual(['SV-ENGRAVE', 'GIFT-100'])
      expect(all.filter((v) => v.continueSelling).map((v) => v.sku)).toEqual(['N541'])
      expect(shop.products.filter((p) => p.giftCard)).toHaveLength(1)
    })

    it('has stock at all four places and in every state', () => {
      const stock = variants(shop).flatMap((v) => v.stock)
      expect(new Set(stock.map((s) => s.place))).toEqual(new Set(['Safe', 'Shop window', 'Bench', 'Consignment']))
      for (const state of ['quality_control', 'damaged', 'reserved', 'safety_stock', 'incoming'] as const)
        expect(
          stock.some((s) => (s[state] ?? 0) > 0),
          state,
        ).toBe(true)
      expect(stock.every((s) => s.available >= 0)).toBe(true)
    })

    it('takes its waiting orders from pieces that lie in the safe', () => {
      expect(shop.openOrders).toHaveLength(5)
      const inSafe = (v: Variant | undefined) => v?.stock.find((s) => s.place === 'Safe')?.available ?? 0
      for (const { sku, quantity } of shop.openOrders.flatMap((o) => o.lines))
        expect(inSafe(bySku(shop).get(sku))).toBeGreaterThan(quantity)
    })
  })
})

describe('its shop on Etsy', () => {
  describe.each(SEEDS)('with seed %i', (seed) => {
    const shop = adlerFinch(seed)
    const { listings, openReceipts } = shop.etsy
    const fromShop = listings.filter((l) => l.core !== undefined)

    it('has 120 listings, each with something to sell and none sold twice on Shopify', () => {
      expect(listings).toHaveLength(120)
      expect(listings.every((l) => l.products.some((p) => p.quantity > 0))).toBe(true)
      expect(new Set(fromShop.map((l) => l.core)).size).toBe(fromShop.length)
    })

    it('mostly has the SKUs of Shopify; a few listings have their own or none', () => {
      const known = bySku(shop)
      const first = (l: (typeof listings)[number]) => l.products[0]?.sku ?? ''
      expect(fromShop.filter((l) => first(l) === '')).toHaveLength(6)
      expect(fromShop.filter((l) => first(l).startsWith('ETSY-'))).toHaveLength(7)
      expect(fromShop.filter((l) => known.has(first(l)) || first(l) === 'M531').length).toBe(fromShop.length - 13)
    })

    it('shows what Shopify can sell online, but for eight old numbers and a sale not yet taken out of Shopify', () => {
      const known = bySku(shop)
      const differences = listings.flatMap((listing) =>
        listing.products.flatMap((p) => {
          const variant = known.get(p.sku)
          const off = variant ? p.quantity - sellableOnline(shop, variant) + waiting(shop, p.sku) : 0
          return off === 0 ? [] : [off]
        }),
      )
      expect(differences.filter((off) => off > 0)).toHaveLength(8)
      expect(differences.filter((off) => off < 0)).toEqual([-1])
      expect(openReceipts.map((r) => r.takenOut)).toEqual([true, false])
    })

    it('never shows two of a piece there is only one of', () => {
      const unique = new Set(shop.products.filter((p) => p.oneOfOne).map((p) => p.core))
      const shown = listings.filter((l) => unique.has(l.core ?? '')).flatMap((l) => l.products)
      expect(shown.length).toBeGreaterThan(20)
      expect(shown.every((p) => p.quantity === 1)).toBe(true)
    })
  })
})

describe('the second jeweler', () => {
  it('has the dozen products that two shops may have in common, and nothing waiting', () => {
    const shop = northlight(1)
    expect([shop.store, shop.products.length, shop.openOrders, shop.etsy.listings]).toEqual(['northlight', 12, [], []])
  })
})
