import type { Product, Stock } from './shop.ts'
import { variant } from './products.ts'

/**
 * What every real catalog has somewhere: a SKU given twice, none given at all, a service nobody counts, a piece sold
 * on when there is none, a gift card. An app that reads the catalog has to ask a person about them.
 */
export function awkwardProducts(): Product[] {
  return [equalSkus(), blankSkus(), untracked(), sellsOn(), giftCard()]
}

const common = { oneOfOne: false, giftCard: false, description: '' }
const inSafe = (available: number): Stock[] => [{ place: 'Safe', available }]

function equalSkus(): Product {
  const bead = { priceCents: 3_600, grams: 3.2 }
  return {
    ...common,
    core: 'M531',
    title: 'Evil Eye Bead Bracelet',
    type: 'Bracelet',
    options: ['Color'],
    variants: [
      variant('M531', { ...bead, choice: ['Blue'], stock: inSafe(6) }),
      variant('M531', { ...bead, choice: ['Green'], stock: inSafe(4) }),
    ],
  }
}

function blankSkus(): Product {
  const tray = { priceCents: 2_800, grams: 140 }
  return {
    ...common,
    core: '',
    title: 'Ceramic Ring Dish',
    type: 'Accessory',
    options: ['Color'],
    variants: [
      variant('', { ...tray, choice: ['White'], stock: inSafe(5) }),
      variant('', { ...tray, choice: ['Sage'], stock: inSafe(3) }),
    ],
  }
}

function untracked(): Product {
  const engraving = variant('SV-ENGRAVE', { choice: [], priceCents: 2_500, grams: 0, stock: [] })
  return {
    ...common,
    core: 'SV-ENGRAVE',
    title: 'Engraving, up to 20 Letters',
    type: 'Service',
    options: [],
    variants: [{ ...engraving, tracked: false }],
  }
}

function sellsOn(): Product {
  const made = variant('N541', { choice: [], priceCents: 16_500, grams: 2.4, stock: inSafe(1) })
  return {
    ...common,
    core: 'N541',
    title: 'Name Necklace, Made to Order in Three Weeks',
    type: 'Necklace',
    options: [],
    variants: [{ ...made, continueSelling: true }],
  }
}

function giftCard(): Product {
  const card = variant('GIFT-100', { choice: ['$100'], priceCents: 10_000, grams: 0, stock: [] })
  return {
    ...common,
    core: 'GIFT-100',
    title: 'Gift Card',
    type: 'Gift card',
    options: ['Denominations'],
    variants: [{ ...card, tracked: false }],
    giftCard: true,
  }
}
