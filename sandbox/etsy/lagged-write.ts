import { type Etsy, now } from './etsy.ts'
import { activate, deactivate, endListings } from './listing-state.ts'
import type { LaggedWrite } from './world.ts'

export type Write =
  Omit<Extract<LaggedWrite, { inventory: unknown }>, 'dueAt'> | Omit<Extract<LaggedWrite, { state: unknown }>, 'dueAt'>

/** Lets a write take effect: at once, or `writeLagMs` later when Etsy is slow to show it. */
export function write(etsy: Etsy, change: Write): void {
  const lag = etsy.settings.switches.writeLagMs
  if (lag === 0 && etsy.world.lagged.length === 0) return apply(etsy, change)
  const dueAt = Math.max(now(etsy) + lag, etsy.world.lagged.at(-1)?.dueAt ?? 0)
  etsy.world.lagged.push({ ...change, dueAt })
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

function apply(etsy: Etsy, change: Write): void {
  const listing = etsy.world.listings.get(change.listingId)
  if (!listing) return
  if ('state' in change) return void (change.state === 'active' ? activate(etsy, listing) : deactivate(etsy, listing))
  listing.inventory = change.inventory
  listing.modifiedAt = now(etsy)
  if (etsy.settings.switches.inventoryWriteUnlinksImages) listing.variationImages = []
  else listing.variationImages = listing.variationImages.filter((image) => stillThere(change.inventory.products, image))
}

type Images = { property_id: number; value_id: number }
type Products = Extract<LaggedWrite, { inventory: unknown }>['inventory']['products']

const stillThere = (products: Products, { property_id, value_id }: Images): boolean =>
  products.some(({ values }) => values.some((v) => v.propertyId === property_id && v.valueIds.includes(value_id)))
