import { type Etsy, now } from './etsy.ts'
import { activate, deactivate, endListings } from './listing-state.ts'
import type { Inventory, LaggedWrite, Listing, Product, VariationImage } from './world.ts'

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

/** A write Etsy has accepted: of a listing's inventory, or of its state. */
export type Write = Without<LaggedWrite, 'dueAt'>

/** Lets a write take effect: at once, or `writeLagMs` later when Etsy is slow to show it. */
export function write(etsy: Etsy, change: Write): void {
  const lag = etsy.settings.switches.writeLagMs
  if (lag === 0 && etsy.world.lagged.length === 0) return apply(etsy, change)
  // Behind those that wait already, even when the lag has just been shortened: Etsy does not reorder writes.
  etsy.world.lagged.push({ ...change, dueAt: now(etsy) + lag })
}

/** Brings the world up to the present: call it before anything is read or done. */
export function settle(etsy: Etsy): void {
  const { lagged } = etsy.world
  for (let first = lagged[0]; first && first.dueAt <= now(etsy); first = lagged[0]) {
    lagged.shift()
    apply(etsy, first)
  }
  endListings(etsy)
}

/** A listing's inventory as last acknowledged, whether it shows yet or not. */
export function acknowledged({ world }: Etsy, { listingId, inventory }: Listing): Inventory {
  const last = world.lagged.findLast((change) => change.listingId === listingId && 'inventory' in change)
  return last && 'inventory' in last ? last.inventory : inventory
}

function apply(etsy: Etsy, change: Write): void {
  const listing = etsy.world.listings.get(change.listingId)
  if (!listing) return
  if ('state' in change) return void (change.state === 'active' ? activate(etsy, listing) : deactivate(etsy, listing))
  listing.inventory = change.inventory
  listing.modifiedAt = now(etsy)
  if (etsy.settings.switches.inventoryWriteUnlinksImages) listing.variationImages = []
  else listing.variationImages = listing.variationImages.filter((image) => stillThere(change.inventory.products, image))
}

const stillThere = (products: Product[], { property_id, value_id }: VariationImage): boolean =>
  products.some(({ values }) => values.some((v) => v.propertyId === property_id && v.valueIds.includes(value_id)))
