import { z } from 'zod'
import type { ListingRef } from '../../kernel/channel-order.ts'
import type { ListingSnapshot } from '../../kernel/listing-snapshot.ts'
import type { Page } from '../connector.ts'
import { present } from '../../kernel/assert.ts'
import type { EtsyCalls, Lane } from './call.server.ts'
import { PAGE_OVERLAP, PER_PAGE } from './limits.ts'
import { snapshotsOf } from './translate.ts'
import { type WireListing, wireListings } from './wire.ts'

// One state a call (getListingsByShop). What is sold while this goes on leaves `active` for a later state, and is found.
const STATES = ['active', 'inactive', 'sold_out', 'draft', 'expired'] as const

const place = z.object({ state: z.enum(STATES), offset: z.int().min(0) })
type Place = z.infer<typeof place>

/** A page of all listings of a shop. A listing may come twice when the shop changes meanwhile. */
export async function listingPage(
  etsy: EtsyCalls,
  shopId: string,
  cursor: string | null,
): Promise<Page<ListingSnapshot>> {
  const here: Place = cursor === null ? { state: 'active', offset: 0 } : place.parse(JSON.parse(cursor))
  const query = { ...here, limit: PER_PAGE, sort_on: 'created', sort_order: 'desc', includes: 'Inventory' }
  const read = await etsy.read(wireListings, { lane: 'sweep', path: `shops/${shopId}/listings`, query })
  const { results } = present(read, `Etsy's shop ${shopId}`).value
  const next = following(here, results.length)
  return { rows: results.flatMap(snapshotsOf), next: next && JSON.stringify(next), total: null }
}

// Newest first: a new listing pushes others to the next page; one that leaves the state pulls them to the page before.
function following({ state, offset }: Place, rows: number): Place | null {
  if (rows === PER_PAGE) return { state, offset: offset + PER_PAGE - PAGE_OVERLAP }
  const after = STATES[STATES.indexOf(state) + 1]
  return after ? { state: after, offset: 0 } : null
}

/** What these listings show now; one that Etsy does not have any more is left out. A call for every hundred. */
export async function showListings(etsy: EtsyCalls, refs: ListingRef[]): Promise<ListingSnapshot[]> {
  const ids = [...new Set(refs.map(({ externalId }) => externalId))]
  const found: WireListing[] = []
  for (let from = 0; from < ids.length; from += PER_PAGE) {
    found.push(...(await inventories(etsy, 'read', ids.slice(from, from + PER_PAGE))))
  }
  const keyOf = ({ externalId, variantId }: ListingRef) => `${externalId}/${variantId}`
  const asked = new Set(refs.map(keyOf))
  return found.flatMap(snapshotsOf).filter(({ ref }) => asked.has(keyOf(ref)))
}

/**
 * Listings with their inventories, at most a hundred. "If any single ID is not found, the entire request returns a 404"
 * (specification, getListingsInventoryByListingIds): then each half is asked for by itself, down to the missing one.
 */
export async function inventories(etsy: EtsyCalls, lane: Lane, ids: string[]): Promise<WireListing[]> {
  const query = { listing_ids: ids.join(',') }
  const read = await etsy.read(wireListings, { lane, path: 'listings/batch/inventory', query })
  if (read) return read.value.results
  if (ids.length <= 1) return []
  const half = Math.ceil(ids.length / 2)
  return [...(await inventories(etsy, lane, ids.slice(0, half))), ...(await inventories(etsy, lane, ids.slice(half)))]
}
