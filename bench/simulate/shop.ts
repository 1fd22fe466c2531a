import type { Random } from '#app/kernel/clock.ts'
import type { ListingSeed } from '#sandbox/etsy/shop-manager.ts'
import { pick, whole } from '#sandbox/jeweler/chance.ts'
import type { ProductSeed, StockSeed, VariantSeed } from '#sandbox/shopify/seed.ts'

/** Something the shop sells. Stock lies at the places in their order; the last of them does not sell. */
export type Good = { sku: string; style: string; size: string | null; unique: boolean; stock: number[] }

export const PLACES = [
  { name: 'Safe', sells: true },
  { name: 'Window', sells: true },
  { name: 'Workshop', sells: false },
]

const STYLES = ['Signet', 'Halo', 'Band', 'Solitaire', 'Eternity', 'Trilogy']
const SIZES = ['52', '54', '56']
const UNIQUE_PIECES = 8
const OTHERS = 14

/** What a jeweler's shop has: rings in sizes, pieces there is one of, and other things, mostly few of each. */
export function goodsOf(random: Random): Good[] {
  const few = () => [whole(random, 0, 4), whole(random, 0, 2), whole(random, 0, 1)]
  const rings = STYLES.flatMap((style) =>
    SIZES.map((size) => ({ sku: `${style}-${size}`, style, size, unique: false, stock: few() })),
  )
  const unique = Array.from({ length: UNIQUE_PIECES }, (_, n) => {
    const at = pick(random, [0, 1])
    return { sku: `ONE-${n + 1}`, style: `Piece ${n + 1}`, size: null, unique: true, stock: [1 - at, at, 0] }
  })
  const others = Array.from({ length: OTHERS }, (_, n) => ({
    sku: `THING-${n + 1}`,
    style: `Thing ${n + 1}`,
    size: null,
    unique: false,
    stock: few().map((pieces) => pieces * whole(random, 1, 4)),
  }))
  return [...rings, ...unique, ...others]
}

export const sellableOf = ({ stock }: Good): number =>
  stock.reduce((sum, pieces, n) => sum + (PLACES[n]?.sells ? pieces : 0), 0)
export const totalOf = ({ stock }: Good): number => stock.reduce((sum, pieces) => sum + pieces, 0)

export function productsOf(goods: Good[]): ProductSeed[] {
  return [...Map.groupBy(goods, ({ style }) => style)].map(([title, variants]) => ({
    title,
    tags: variants.some(({ unique }) => unique) ? ['one-of-a-kind'] : [],
    ...(variants[0]?.size ? { options: ['Size'] } : {}),
    variants: variants.map(variantOf),
  }))
}

function variantOf({ sku, size, stock }: Good): VariantSeed {
  const levels = PLACES.map(({ name }, n): StockSeed => ({ location: name, available: stock[n] ?? 0 }))
  return { sku, price: '120.00', ...(size ? { choice: [size] } : {}), stock: levels }
}

export function listingsOf(goods: Good[]): ListingSeed[] {
  return [...Map.groupBy(goods, ({ style }) => style)].map(([title, variants]) => ({
    title,
    ...(variants[0]?.size ? { variations: ['Ring size'] } : {}),
    products: variants.map((good) => ({
      sku: good.sku,
      quantity: sellableOf(good),
      priceCents: 13_000,
      ...(good.size ? { choice: [good.size] } : {}),
    })),
  }))
}
