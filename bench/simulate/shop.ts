import type { Random } from '#app/kernel/clock.ts'
import type { ListingSeed } from '#sandbox/etsy/shop-manager.ts'
import { pick, whole } from '#sandbox/jeweler/chance.ts'
import type { ProductSeed, StockSeed, VariantSeed } from '#sandbox/shopify/seed.ts'

/** Something the shop sells. Stock lies at the places in their order; the last of them does not sell. */
export type Good = {
  sku: string
  style: string
  size: string | null
  unique: boolean
  stock: number[]
  /** it is made to order: so many beyond the stock can be promised */
  capacity?: number
  /** a rule may keep some of it back from Shopify */
  keptBack?: boolean
}

/** Sold as one, and has no stock of its own. Shopify computes its number from the parts, or keeps none. */
export type MadeSet = { sku: string; style: string; parts: { sku: string; needs: number }[]; computedThere: boolean }

export const PLACES = [
  { name: 'Safe', sells: true },
  { name: 'Window', sells: true },
  { name: 'Workshop', sells: false },
]

const STYLES = ['Signet', 'Halo', 'Band', 'Solitaire', 'Eternity', 'Trilogy']
const SIZES = ['52', '54', '56']
const UNIQUE_PIECES = 8
const OTHERS = 14
const KEPT_BACK_FROM = 9
const MADE_TO_ORDER = 2

/** It comes in pairs. */
export const PAIR = 'THING-6'
/** Two things that are packed into a box, which is a thing of its own. */
export const BOXED = ['THING-4', 'THING-5']
export const BOX = 'THING-7'

/** What is sold in sets. */
export const SETS: MadeSet[] = [
  {
    sku: 'SET-1',
    style: 'Bridal set',
    parts: [
      { sku: 'Signet-54', needs: 1 },
      { sku: 'Band-54', needs: 2 },
    ],
    computedThere: true,
  },
  {
    sku: 'SET-2',
    style: 'Gift set',
    parts: [
      { sku: 'Band-54', needs: 1 },
      { sku: 'THING-2', needs: 1 },
    ],
    computedThere: false,
  },
  {
    sku: 'SET-3',
    style: 'Set with a piece there is one of',
    parts: [
      { sku: 'ONE-8', needs: 1 },
      { sku: 'THING-3', needs: 1 },
    ],
    computedThere: true,
  },
]

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
    keptBack: n >= KEPT_BACK_FROM,
  }))
  const made: Good[] = Array.from({ length: MADE_TO_ORDER }, (_, n) => ({
    sku: `MADE-${n + 1}`,
    style: `Made ${n + 1}`,
    size: null,
    unique: false,
    stock: [whole(random, 0, 2), 0, 0],
    capacity: whole(random, 1, 4),
  }))
  return [...rings, ...unique, ...others, ...made].map((good) => (isPart(good) ? withMore(good) : good))
}

const isPart = ({ sku, unique }: Good) => !unique && SETS.some(({ parts }) => parts.some((part) => part.sku === sku))
// Or sets would hardly ever be sold.
const withMore = (good: Good): Good => ({
  ...good,
  stock: good.stock.map((pieces, n) => (n === 0 ? pieces + 3 : pieces)),
})

/** Pieces that lie where they are for sale. */
export const sellableOf = ({ stock }: Pick<Good, 'stock'>): number =>
  stock.reduce((sum, pieces, n) => sum + (PLACES[n]?.sells ? pieces : 0), 0)
/** What can be sold of it elsewhere than on Shopify, which shows only what lies there. */
export const offeredOf = (good: Good): number => sellableOf(good) + (good.capacity ?? 0)
/** How many sets the parts are enough for. */
export const enoughFor = ({ parts }: MadeSet, left: (sku: string) => number): number =>
  Math.min(...parts.map(({ sku, needs }) => Math.floor(Math.max(0, left(sku)) / needs)))
/** What the app is told that it is. */
export const categoryOf = ({ size }: { size: string | null }): string | null => (size === null ? null : 'Rings')
export const totalOf = ({ stock }: Good): number => stock.reduce((sum, pieces) => sum + pieces, 0)

export function productsOf(goods: Good[]): ProductSeed[] {
  const things = [...Map.groupBy(goods, ({ style }) => style)].map(([title, variants]) => ({
    title,
    tags: variants.some(({ unique }) => unique) ? ['one-of-a-kind'] : [],
    ...(variants[0]?.size ? { options: ['Size'] } : {}),
    variants: variants.map(variantOf),
  }))
  return [...things, ...SETS.map(productOfSet)]
}

function productOfSet({ sku, style, computedThere }: MadeSet): ProductSeed {
  const how = computedThere ? { requiresComponents: true } : { tracked: false }
  return { title: style, tags: [], variants: [{ sku, price: '900.00', ...how }] }
}

function variantOf({ sku, size, stock }: Good): VariantSeed {
  const levels = PLACES.map(({ name }, n): StockSeed => ({ location: name, available: stock[n] ?? 0 }))
  return { sku, price: '120.00', ...(size ? { choice: [size] } : {}), stock: levels }
}

export function listingsOf(goods: Good[]): ListingSeed[] {
  const left = (sku: string) =>
    goods.filter((good) => good.sku === sku).reduce((sum, good) => sum + sellableOf(good), 0)
  const sets = SETS.map((set): ListingSeed => {
    const product = { sku: set.sku, quantity: enoughFor(set, left), priceCents: 90_000 }
    return { title: set.style, products: [product] }
  })
  const things = [...Map.groupBy(goods, ({ style }) => style)].map(([title, variants]) => ({
    title,
    ...(variants[0]?.size ? { variations: ['Ring size'] } : {}),
    products: variants.map((good) => ({
      sku: good.sku,
      quantity: offeredOf(good),
      priceCents: 13_000,
      ...(good.size ? { choice: [good.size] } : {}),
    })),
  }))
  return [...things, ...sets]
}
