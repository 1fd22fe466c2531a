import { MOST_SHOWN } from './limits.ts'
import { offeringOf, productsOf } from './translate.ts'
import type { WireListing, WireProduct } from './wire.ts'

/** The quantity every variation of a listing is to have, by product id. */
export type Quantities = Map<number, number>

export type Wanted = { product: WireProduct; quantity: number }

/** One number of pieces, and the variations that have it in common. `untold`: for some of them none is wanted. */
type Group = { wanted: number | null; kept: number; untold: boolean; enabled: boolean }

/**
 * What a listing's quantities become: those wanted, as far as Etsy takes them, and the rest as it is. Where variations
 * share one quantity, the scarcest decides, since any of them could be bought that often; and if nothing is known of
 * one of them, it is not raised.
 */
export function quantitiesAfter(listing: WireListing, wanted: Wanted[]): Quantities {
  const asked = new Map(wanted.map(({ product, quantity }) => [product.product_id, quantity]))
  const groups = new Map<string, Group>()
  for (const product of productsOf(listing)) {
    const key = stockKey(listing, product)
    groups.set(key, withProduct(groups.get(key), { listing, product, quantity: asked.get(product.product_id) }))
  }
  const level = levelThatFits([...groups.values()])
  const quantityOf = (product: WireProduct) => after(groups.get(stockKey(listing, product)), level)
  return new Map(productsOf(listing).map((product) => [product.product_id, quantityOf(product)]))
}

function after(group: Group | undefined, level: number): number {
  if (!group) return 0
  if (group.wanted === null) return group.kept
  return Math.min(group.wanted, level, group.untold ? group.kept : MOST_SHOWN)
}

/**
 * Variations with the same key have one quantity in common: that of the properties `quantity_on_property` names. Where
 * it is empty, the whole listing has one.
 */
function stockKey({ inventory }: WireListing, { product_id, property_values }: WireProduct): string {
  const deciding = property_values.filter(({ property_id }) => inventory?.quantity_on_property.includes(property_id))
  if (deciding.length === property_values.length) return String(product_id)
  return deciding.map(({ property_id, values }) => `${property_id}:${values.join()}`).join('|')
}

/** True when another variation has the same pieces. */
export const sharesQuantity = (listing: WireListing, product: WireProduct): boolean =>
  productsOf(listing).some((other) => other !== product && stockKey(listing, other) === stockKey(listing, product))

type One = { listing: WireListing; product: WireProduct; quantity: number | undefined }

function withProduct(group: Group | undefined, { listing, product, quantity }: One): Group {
  const offering = offeringOf(product)
  const before = group?.wanted ?? null
  return {
    wanted: quantity === undefined ? before : Math.min(before ?? MOST_SHOWN, quantity),
    // A listing cannot be zeroed (open-api issue 560): one that went off sale because nothing was left still carries
    // its old quantities, and what nobody speaks of must not come back with them.
    kept: listing.state === 'active' ? (offering?.quantity ?? 0) : 0,
    untold: (group?.untold ?? false) || quantity === undefined,
    enabled: (group?.enabled ?? false) || (offering?.is_enabled ?? false),
  }
}

/** The height to which the wanted quantities must be cut, largest first, so that the listing keeps to its maximum. */
function levelThatFits(groups: Group[]): number {
  const counted = groups.filter(({ enabled }) => enabled)
  const total = (level: number) => counted.reduce((sum, group) => sum + after(group, level), 0)
  let level = MOST_SHOWN
  while (level > 0 && total(level) > MOST_SHOWN) level--
  return level
}
