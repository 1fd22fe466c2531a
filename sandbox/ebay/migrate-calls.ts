import { z } from 'zod'
import { type Answer, problem } from './answer.ts'
import { type SellerCall, parse } from './call.ts'
import { keepItem } from './selling.ts'
import { type Listing, freshId } from './world.ts'

const MOST = 5
const migrate = z.object({
  requests: z
    .array(z.object({ listingId: z.string() }))
    .min(1)
    .max(MOST),
})

/** bulkMigrateListing: hands listings made elsewhere to the Inventory API, one to five. Trading can then no longer revise them. */
export function bulkMigrateListing(call: SellerCall): Answer {
  const parsed = parse(migrate, call.body)
  if ('answer' in parsed) return parsed.answer
  const responses = parsed.value.requests.map(({ listingId }) => migrateOne(call, listingId))
  return { status: responses.every(({ statusCode }) => statusCode === 200) ? 200 : 207, body: { responses } }
}

function migrateOne({ ebay, seller }: SellerCall, listingId: string) {
  const listing = ebay.world.listings.get(listingId)
  const wrong = !listing || listing.userId !== seller.userId ? 'The listing is not yours.' : whyNot(listing)
  if (!listing || wrong) return { listingId, statusCode: 400, errors: [problem(25_718, wrong ?? '')] }
  listing.viaInventory = true
  if (Object.keys(listing.variations[0]?.choices ?? {}).length > 0) listing.groupKey = `group-${listingId}`
  for (const variation of listing.variations) {
    variation.offerId = String(freshId(ebay.world, 'offer'))
    keepItem(ebay, listing, variation)
  }
  const inventoryItems = listing.variations.map(({ sku, offerId }) => ({ sku, offerId: offerId ?? '' }))
  const group = listing.groupKey === null ? {} : { inventoryItemGroupKey: listing.groupKey }
  return { listingId, statusCode: 200, marketplaceId: 'EBAY_US', inventoryItems, ...group }
}

/** The requirements of its documentation. */
function whyNot({ ended, viaInventory, format, variations, businessPolicies }: Listing): string | null {
  if (ended) return 'The listing is not active.'
  if (viaInventory) return 'The listing is looked after by the Inventory API already.'
  if (format === 'AUCTION') return 'An auction cannot be migrated.'
  if (variations.some(({ sku }) => sku === '')) return 'Every variation needs a SKU.'
  if (!businessPolicies) return 'The listing needs business policies, with immediate payment.'
  return null
}
