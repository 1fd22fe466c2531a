import type { Random } from '#app/kernel/clock.ts'
import { uniquePieces, type Unique } from './one-of-one.ts'
import type { Product, Stock, Variant } from './shop.ts'
import { onePiece, spread } from './stock.ts'
import * as styles from './styles.ts'
import type { Metal, Style } from './styles.ts'

type Choice = { values: string[]; suffix: string; priceFactor: number; gramsFactor: number }

/** What is made again and again, then the 40 pieces there is one of. */
export function orderlyProducts(random: Random): Product[] {
  const made = [
    ...styles.RINGS.map((s) => product(random, s, rings(s))),
    ...styles.CHAINS.map((s) => product(random, s, lengths('Necklace', styles.CHAIN_LENGTHS))),
    ...styles.BRACELETS.map((s) => product(random, s, lengths('Bracelet', styles.BRACELET_LENGTHS))),
    ...styles.EARRINGS.map((s) => product(random, s, plain('Earrings', s))),
    ...styles.PENDANTS.map((s) => product(random, s, plain('Pendant', s))),
    ...styles.SMALL_PIECES.map((s) => product(random, s, plain('Accessory', s))),
    ...styles.SETS.map((s) => product(random, s, { ...plain('Set', s), pieces: [1, 3] })),
  ]
  return [...made, ...uniquePieces().map((piece) => unique(piece, onePiece(random)))]
}

type Plan = { type: string; options: string[]; choices: Choice[]; pieces: readonly [number, number] }

const BARE: Choice = { values: [], suffix: '', priceFactor: 1, gramsFactor: 1 }

function rings(style: Style): Plan {
  const sizes = style.metals ? styles.TWO_METAL_RING_SIZES : styles.RING_SIZES
  const bySize = sizes.map((size): Choice => ({ ...BARE, values: [size], suffix: `-${size.replace('.', '')}` }))
  const choices = metals(style).flatMap((metal) => bySize.map((size) => both(metal, size)))
  return { type: 'Ring', options: [...metalOption(style), 'Ring size'], choices, pieces: [0, 4] }
}

function lengths(type: string, values: readonly string[]): Plan {
  const shortest = Number.parseFloat(values[0] ?? '1')
  const choices = values.map((length): Choice => {
    const factor = Number.parseFloat(length) / shortest
    return { values: [length], suffix: `-${length.replace(/\D/g, '')}`, priceFactor: factor, gramsFactor: factor }
  })
  return { type, options: ['Length'], choices, pieces: [1, 9] }
}

function plain(type: string, style: Style): Plan {
  return { type, options: metalOption(style), choices: metals(style), pieces: [1, 7] }
}

function metals({ metals }: Style): Choice[] {
  const byMetal = metals?.map((m: Metal): Choice => ({ ...BARE, ...m, values: [m.name], suffix: `-${m.suffix}` }))
  return byMetal ?? [BARE]
}

const metalOption = (style: Style) => (style.metals ? ['Metal'] : [])

function both(a: Choice, b: Choice): Choice {
  return {
    values: [...a.values, ...b.values],
    suffix: a.suffix + b.suffix,
    priceFactor: a.priceFactor * b.priceFactor,
    gramsFactor: a.gramsFactor * b.gramsFactor,
  }
}

function product(random: Random, style: Style, { type, options, choices, pieces }: Plan): Product {
  const variants = choices.map((choice): Variant => {
    // Whole dollars: a jeweler's tags have no cents.
    const priceCents = Math.round((style.priceCents * choice.priceFactor) / 100) * 100
    const grams = Math.round(style.grams * choice.gramsFactor * 10) / 10
    return variant(style.core + choice.suffix, {
      choice: choice.values,
      priceCents,
      grams,
      stock: spread(random, pieces),
    })
  })
  const description = `${style.title}. Made in our workshop and sent insured, in a box.`
  return {
    core: style.core,
    title: style.title,
    type,
    description,
    options,
    variants,
    oneOfOne: false,
    giftCard: false,
  }
}

function unique({ core, title, type, priceCents, grams }: Unique, stock: Stock[]): Product {
  const description = `${title}. One of a kind: when it is sold it is gone.`
  const only = variant(core, { choice: [], priceCents, grams: Math.round(grams * 100) / 100, stock })
  return { core, title, type, description, options: [], variants: [only], oneOfOne: true, giftCard: false }
}

type VariantFacts = Pick<Variant, 'choice' | 'priceCents' | 'grams' | 'stock'>

/** An ordinary variant: tracked, and not sold when there is none. */
export function variant(sku: string, facts: VariantFacts): Variant {
  return { sku, tracked: true, continueSelling: false, ...facts }
}
