import { z } from 'zod'
import { isRefusal } from '#app/kernel/refusal.ts'
import { type Answer, fail, notFound, ok } from './answer.ts'
import { type Call, list, page, parse } from './call.ts'
import { shopOf } from './etsy.ts'
import { writtenInventory } from './inventory-form.ts'
import { inventoryFrom } from './inventory-write.ts'
import { acknowledged, write } from './lagged-write.ts'
import { NOTHING_LEFT } from './listing-state.ts'
import { totalQuantity } from './stock-of-listing.ts'
import { type Reader, wireInventory, wireListing, wireListingWith } from './wire-listing.ts'
import type { Listing } from './world.ts'

const states = z.enum(['active', 'inactive', 'sold_out', 'draft', 'expired'])
const listQuery = z.object({ ...page, state: states.default('active'), includes: list })

const readerOf = ({ etsy, seller }: Call, { shopId }: Listing): Reader => ({
  shop: shopOf(etsy, shopId),
  owner: seller?.shopId === shopId,
})

/** getListingsByShop: newest first, one state per call. */
export function getListingsByShop(call: Call): Answer {
  const query = parse(listQuery, call.query)
  if ('answer' in query) return query.answer
  const { state, limit, offset, includes } = query.value
  const shop = shopOf(call.etsy, call.ids[0]!)
  const ids = shop.byState[state]
  const end = Math.max(0, ids.length - offset)
  const listings = ids.slice(Math.max(0, end - limit), end).reverse()
  const reader = { shop, owner: true }
  const results = listings.map((id) =>
    wireListingWith(call.etsy.world.listings.get(id)!, reader, includes.includes('Inventory')),
  )
  return ok({ count: ids.length, results })
}

/** A listing this caller may see: her own in any state, others' while they are on sale. */
function visible(call: Call, listingId: number): Listing | undefined {
  const listing = call.etsy.world.listings.get(listingId)
  return listing && (listing.state === 'active' || readerOf(call, listing).owner) ? listing : undefined
}

/** getListing. */
export function getListing(call: Call): Answer {
  const listing = visible(call, call.ids[0]!)
  return listing ? ok(wireListingWith(listing, readerOf(call, listing), false)) : notFound()
}

const idsQuery = z.object({ listing_ids: list, includes: list })

function several(call: Call, inventory: boolean): { listings: Listing[]; missing: boolean } | { answer: Answer } {
  const query = parse(idsQuery, call.query)
  if ('answer' in query) return query
  const ids = query.value.listing_ids.map(Number)
  if (ids.length === 0) return { answer: fail(400, 'Missing input parameter: [listing_ids]') }
  if (ids.length > 100) return { answer: fail(400, 'A maximum of 100 listing IDs can be requested at once') }
  if (!ids.every((id) => Number.isInteger(id) && id > 0)) {
    return { answer: fail(400, "Expected int value for 'listing_ids'") }
  }
  const listings = ids.map((id) => visible(call, id)).filter((listing) => listing !== undefined)
  return { listings, missing: inventory && listings.length < ids.length }
}

/** getListingsByListingIds: unknown ids are left out. */
export function getListings(call: Call): Answer {
  const found = several(call, false)
  if ('answer' in found) return found.answer
  const results = found.listings.map((listing) => wireListingWith(listing, readerOf(call, listing), false))
  return ok({ count: results.length, results })
}

/** getListingsInventoryByListingIds: one id that is not found, and the whole request is 404 (specification). */
export function getInventories(call: Call): Answer {
  const found = several(call, true)
  if ('answer' in found) return found.answer
  if (found.missing) return notFound()
  const results = found.listings.map((listing) => wireListingWith(listing, readerOf(call, listing), true))
  return ok({ count: results.length, results })
}

const inventoryQuery = z.object({ includes: z.literal('Listing').optional(), show_deleted: z.string().optional() })

/** getListingInventory. */
export function getInventory(call: Call): Answer {
  const query = parse(inventoryQuery, call.query)
  if ('answer' in query) return query.answer
  const listing = visible(call, call.ids[0]!)
  if (!listing) return notFound()
  const reader = readerOf(call, listing)
  const inventory = wireInventory(listing.inventory, reader)
  return ok(query.value.includes ? { ...inventory, listing: wireListing(listing, reader.shop) } : inventory)
}

/** updateListingInventory: the products sent are, from now on, the listing's products. */
export function putInventory(call: Call): Answer {
  const listing = owned(call, call.ids[0]!)
  if ('answer' in listing) return listing.answer
  const body = parse(writtenInventory, call.body)
  if ('answer' in body) return body.answer
  const reader = readerOf(call, listing)
  const target = { world: call.etsy.world, before: acknowledged(call.etsy, listing), currency: reader.shop.currency }
  const inventory = inventoryFrom(body.value, target)
  if (isRefusal(inventory)) return fail(400, inventory.sentence)
  write(call.etsy, { listingId: listing.listingId, inventory })
  return ok(wireInventory(inventory, reader))
}

/** Fields of updateListing the stand-in knows; quantity is not among Etsy's own any more. */
const listingForm = z.strictObject({
  state: z.enum(['active', 'inactive']).optional(),
  title: z.string().min(1).max(140).optional(),
  description: z.string().min(1).optional(),
  should_auto_renew: z.enum(['true', 'false']).optional(),
})

/** updateListing: form-encoded, so a JSON body is as good as none. */
export function patchListing(call: Call): Answer {
  const listing = owned(call, call.ids[1]!)
  if ('answer' in listing) return listing.answer
  if (listing.shopId !== call.ids[0]) return notFound()
  if (!call.form) return fail(400, 'Expected a form-encoded body')
  const body = parse(listingForm, call.body)
  if ('answer' in body) return body.answer
  const { state, title, description, should_auto_renew } = body.value
  if (state === 'active' && listing.state !== 'sold_out' && totalQuantity(acknowledged(call.etsy, listing)) === 0) {
    return fail(400, NOTHING_LEFT)
  }
  if (title) listing.title = title
  if (description) listing.description = description
  if (should_auto_renew) listing.autoRenew = should_auto_renew === 'true'
  if (state) write(call.etsy, { listingId: listing.listingId, state })
  return ok({ ...wireListing(listing, shopOf(call.etsy, listing.shopId)), ...(state && { state }) })
}

function owned({ etsy, seller }: Call, listingId: number): Listing | { answer: Answer } {
  const listing = etsy.world.listings.get(listingId)
  if (!listing) return { answer: notFound() }
  if (listing.shopId === seller?.shopId) return listing
  return { answer: fail(403, `User ${seller?.userId} is not the owner of listing ${listingId}`) }
}

const images = z.object({
  variation_images: z.array(
    z.object({ property_id: z.int().min(1), value_id: z.int().min(1), image_id: z.int().min(1) }),
  ),
})

/** updateVariationImages: replaces them all; only one property may carry images. */
export function postVariationImages(call: Call): Answer {
  const listing = owned(call, call.ids[1]!)
  if ('answer' in listing) return listing.answer
  const body = parse(images, call.body)
  if ('answer' in body) return body.answer
  const given = body.value.variation_images
  if (new Set(given.map((image) => image.property_id)).size > 1) {
    return fail(400, 'Variation images can only be associated with one property')
  }
  if (given.some((image) => textOf(listing, image.value_id) === undefined)) {
    return fail(400, 'Unknown property or value')
  }
  listing.variationImages = given
  return getVariationImages(call)
}

/** getListingVariationImages. */
export function getVariationImages(call: Call): Answer {
  const listing = visible(call, call.ids[1]!)
  if (!listing) return notFound()
  const results = listing.variationImages.map((image) => ({ ...image, value: textOf(listing, image.value_id) ?? null }))
  return ok({ count: results.length, results })
}

function textOf({ inventory }: Listing, valueId: number): string | undefined {
  const values = inventory.products.flatMap((product) => product.values)
  return values.find((value) => value.valueIds.includes(valueId))?.values[0]
}
