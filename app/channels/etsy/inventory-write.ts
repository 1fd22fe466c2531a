import type { IUpdateListingInventoryPayload } from 'etsy-ts'
import type { SetQuantity, WriteOutcome } from '../connector.ts'
import { MOST_SHOWN } from './limits.ts'
import { type Quantities, quantitiesAfter, sharesQuantity } from './quantities.ts'
import { offeringOf, productsOf, shownOf, variantIdOf } from './translate.ts'
import type { WireListing, WireProduct } from './wire.ts'

export type Step =
  { is: 'inventory'; body: IUpdateListingInventoryPayload } | { is: 'state'; state: 'active' | 'inactive' }

/** The calls that make a listing show what it is told, in order, and what becomes of each change if all are taken. */
export type Plan = { steps: Step[]; outcomes: WriteOutcome[] }

/** A change and the variation it is about; undefined when the listing has no such variation any more. */
type Asked = { change: SetQuantity; product: WireProduct | undefined }

/**
 * Plans the write of one listing from what was just read of it. Writes nothing when any of the changes expected
 * something else. A draft or an expired listing is not written either: to bring it back costs its owner a fee, and is
 * for a person to decide.
 */
export function planListing(listing: WireListing, changes: SetQuantity[]): Plan {
  const asked = changes.map((change) => ({ change, product: productFor(listing, change) }))
  if (asked.some((one) => surprises(listing, one)))
    return { steps: [], outcomes: asked.map((one) => changed(listing, one)) }
  const { state } = listing
  if (state === 'draft' || state === 'expired') return { steps: [], outcomes: asked.map((one) => shut(state, one)) }
  const wanted = asked.flatMap(({ change, product }) => (product ? [{ product, quantity: change.quantity }] : []))
  const target = quantitiesAfter(listing, wanted)
  const offered = wanted.some(({ product }) => offers(product, target))
  return { steps: stepsTo(listing, target, offered), outcomes: asked.map((one) => written(listing, one, target)) }
}

const productFor = (listing: WireListing, { ref }: SetQuantity): WireProduct | undefined =>
  productsOf(listing).find((product) => variantIdOf(product.property_values) === ref.variantId)

const isEnabled = (product: WireProduct): boolean => offeringOf(product)?.is_enabled ?? false

const offers = (product: WireProduct, target: Quantities): boolean =>
  isEnabled(product) && (target.get(product.product_id) ?? 0) > 0

const surprises = (listing: WireListing, { change: { expected }, product }: Asked): boolean =>
  expected !== null && product !== undefined && expected !== shownOf(listing, product)

const outcome = ({ change, product }: Asked, rest: Omit<WriteOutcome, 'listingId'>): WriteOutcome =>
  product
    ? { listingId: change.listingId, ...rest }
    : { listingId: change.listingId, outcome: 'rejected', reason: 'dead', shown: null }

const changed = (listing: WireListing, one: Asked): WriteOutcome =>
  outcome(one, {
    outcome: 'changed',
    reason: surprises(listing, one) ? null : 'another variation of the listing showed something else than expected',
    shown: one.product ? shownOf(listing, one.product) : null,
  })

const SHUT = { draft: 'it is a draft on Etsy', expired: 'it has expired on Etsy, and renewing it costs a fee' }

const shut = (state: keyof typeof SHUT, one: Asked): WriteOutcome =>
  one.change.quantity > 0
    ? outcome(one, { outcome: 'rejected', reason: SHUT[state], shown: 0 })
    : outcome(one, { outcome: 'accepted', reason: null, shown: 0 })

function written(listing: WireListing, one: Asked, target: Quantities): WriteOutcome {
  const { change, product } = one
  const shown = product && isEnabled(product) ? (target.get(product.product_id) ?? 0) : 0
  const reason = product && shown < change.quantity ? whyLess(listing, product) : null
  return outcome(one, { outcome: 'accepted', reason, shown })
}

function whyLess(listing: WireListing, product: WireProduct): string {
  if (!isEnabled(product)) return 'its seller has switched it off on Etsy'
  if (sharesQuantity(listing, product)) return 'on Etsy it shares one quantity with other variations'
  return `Etsy shows at most ${MOST_SHOWN} pieces of a listing`
}

/**
 * Off sale when nothing is left, since a write of zeros is refused (open-api issues 395, 501 and 560). `inactive` comes
 * back for free and is written while nobody sees it; `sold_out` comes back for a fee and with a quantity of 1
 * (specification, updateListing, `state`), so that it is written afterwards.
 */
function stepsTo(listing: WireListing, target: Quantities, offered: boolean): Step[] {
  const products = productsOf(listing)
  const inventory: Step = { is: 'inventory', body: bodyOf(listing, target) }
  const same = products.every((product) => target.get(product.product_id) === offeringOf(product)?.quantity)
  if (listing.state === 'active') {
    const empty = !products.some((product) => offers(product, target))
    return empty ? [{ is: 'state', state: 'inactive' }] : same ? [] : [inventory]
  }
  if (!offered) return []
  const activate: Step = { is: 'state', state: 'active' }
  if (listing.state !== 'sold_out') return same ? [activate] : [inventory, activate]
  // Which of several variations gets the 1 is not documented.
  const [only, ...others] = products
  return others.length === 0 && only && target.get(only.product_id) === 1 ? [activate] : [activate, inventory]
}

/**
 * The whole products array with its quantities: what is left out would be deleted (open-api issue 337). Prices go as
 * floats, and ids that only a read has are stripped (issues 159 and 393).
 */
function bodyOf(listing: WireListing, target: Quantities): IUpdateListingInventoryPayload {
  const { inventory } = listing
  return {
    products: productsOf(listing).map((product) => writtenProduct(product, target.get(product.product_id) ?? 0)),
    price_on_property: inventory?.price_on_property,
    quantity_on_property: inventory?.quantity_on_property,
    sku_on_property: inventory?.sku_on_property,
    readiness_state_on_property: inventory?.readiness_state_on_property ?? [],
  }
}

type WrittenProduct = IUpdateListingInventoryPayload['products'][number]

const writtenProduct = (product: WireProduct, quantity: number): WrittenProduct => ({
  sku: product.sku ?? '',
  property_values: product.property_values.map(({ property_id, property_name, scale_id, value_ids, values }) => ({
    property_id,
    value_ids,
    values,
    scale_id: scale_id ?? null,
    ...(property_name && { property_name }),
  })),
  offerings: product.offerings
    .filter((offering) => !offering.is_deleted)
    .map(({ price, is_enabled, readiness_state_id }) => ({
      price: price.amount / price.divisor,
      quantity,
      is_enabled,
      readiness_state_id: readiness_state_id ?? null,
    })),
})

/**
 * True when writing what was read could lose the processing profile. A read of many listings may leave it out: it is
 * there "only when the listing is active and of type physical, and the endpoint is either shop-scoped or a
 * single-listing request" (specification, `readiness_state_id`).
 */
export const mayLackProfile = (listing: WireListing): boolean =>
  listing.state === 'active' &&
  listing.listing_type !== 'download' &&
  productsOf(listing).some((product) => !offeringOf(product)?.readiness_state_id)
