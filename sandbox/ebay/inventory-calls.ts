import { z } from 'zod'
import { type Answer, fail, noContent, ok, problem } from './answer.ts'
import { type SellerCall, paging, parse } from './call.ts'
import { countRevision, revise } from './stock.ts'
import { type InventoryItem, itemKey, type Offer } from './world.ts'
import { wireItem, wireOffer } from './wire-inventory.ts'

const itemsOf = ({ ebay, seller }: SellerCall): InventoryItem[] =>
  [...ebay.world.items.values()].filter(({ userId }) => userId === seller.userId)

function offerOf({ ebay, seller }: SellerCall, offerId: string): Offer | undefined {
  const place = ebay.world.offers.get(offerId)
  const listing = place && ebay.world.listings.get(place.listingId)
  const variation = listing?.variations.find(({ variationId }) => variationId === place?.variationId)
  return listing?.userId === seller.userId && variation ? { listing, variation, offerId } : undefined
}

const offersOf = (call: SellerCall, sku: string): Offer[] =>
  (call.ebay.world.offersOfSku.get(itemKey(call.seller.userId, sku)) ?? []).flatMap((id) => offerOf(call, id) ?? [])

const notFoundItem = (sku: string) => problem(25_710, `We didn't find the entity you are requesting: ${sku}`)

/** getInventoryItems: `offset` counts pages. */
export function getInventoryItems(call: SellerCall): Answer {
  const parsed = parse(z.object(paging), call.query)
  if ('answer' in parsed) return parsed.answer
  const { limit, offset } = parsed.value
  const all = itemsOf(call)
  const inventoryItems = all.slice(offset * limit, (offset + 1) * limit).map(wireItem)
  return ok({
    href: '/sell/inventory/v1/inventory_item',
    inventoryItems,
    limit,
    size: inventoryItems.length,
    total: all.length,
  })
}

export function getInventoryItem(call: SellerCall): Answer {
  const { sku = '' } = call.path
  const item = call.ebay.world.items.get(itemKey(call.seller.userId, sku))
  return item ? ok(wireItem(item)) : { status: 404, body: { errors: [notFoundItem(sku)] } }
}

const LOCALE = /^[a-z]{2}-[A-Z]{2}$/

const replacement = z.object({
  availability: z
    .object({ shipToLocationAvailability: z.object({ quantity: z.int().min(0).optional() }).optional() })
    .optional(),
  product: z
    .object({ title: z.string().optional(), aspects: z.record(z.string(), z.array(z.string())).optional() })
    .optional(),
})

/** createOrReplaceInventoryItem: what is left out of the body is lost, the quantity too. */
export function putInventoryItem(call: SellerCall): Answer {
  // A wrong language is not told in a sentence (hendt/ebay-api issue 157).
  if (!LOCALE.test(call.headers.get('content-language') ?? ''))
    return fail(500, 25_001, 'A system error has occurred. Internal error')
  const parsed = parse(replacement, call.body)
  if ('answer' in parsed) return parsed.answer
  const { ebay, seller, path } = call
  const { availability, product } = parsed.value
  const sku = path.sku ?? ''
  const known = ebay.world.items.get(itemKey(seller.userId, sku))
  ebay.world.items.set(itemKey(seller.userId, sku), {
    userId: seller.userId,
    sku,
    title: product?.title ?? '',
    aspects: product?.aspects ?? {},
    quantity: availability?.shipToLocationAvailability?.quantity ?? 0,
    groupKeys: known?.groupKeys ?? [],
  })
  return known ? noContent() : { status: 201, body: {} }
}

const MOST = 25

const bulkGet = z.object({
  requests: z
    .array(z.object({ sku: z.string().min(1) }))
    .min(1)
    .max(MOST),
})

export function bulkGetInventoryItem(call: SellerCall): Answer {
  const parsed = parse(bulkGet, call.body)
  if ('answer' in parsed) return parsed.answer
  const responses = parsed.value.requests.map(({ sku }) => {
    const item = call.ebay.world.items.get(itemKey(call.seller.userId, sku))
    return item
      ? { sku, statusCode: 200, inventoryItem: wireItem(item) }
      : { sku, statusCode: 404, errors: [notFoundItem(sku)] }
  })
  return multi(responses)
}

/** 200 when all went well, 207 when not; each has its own status. */
const multi = (responses: { statusCode: number }[]): Answer => ({
  status: responses.every(({ statusCode }) => statusCode === 200) ? 200 : 207,
  body: { responses },
})

const quantity = z.int().min(0)
const bulkUpdate = z.object({
  requests: z
    .array(
      z.object({
        sku: z.string().optional(),
        shipToLocationAvailability: z.object({ quantity }).optional(),
        offers: z
          .array(z.object({ offerId: z.string(), availableQuantity: quantity.optional() }))
          .max(MOST)
          .default([]),
      }),
    )
    .min(1)
    .max(MOST),
})

type Update = z.infer<typeof bulkUpdate>['requests'][number]

/** bulkUpdatePriceQuantity. One bad SKU leaves the others alone. */
export function bulkUpdatePriceQuantity(call: SellerCall): Answer {
  const parsed = parse(bulkUpdate, call.body)
  if ('answer' in parsed) return parsed.answer
  const { requests } = parsed.value
  if (requests.length > call.ebay.settings.switches.skusPerUpdate) {
    return fail(400, 25_760, 'Only one SKU (one product) can be updated per call.')
  }
  return multi(requests.flatMap((update) => updateOne(call, update)))
}

type Updated = { statusCode: number; sku?: string; offerId?: string; errors?: unknown[] }

function updateOne(call: SellerCall, { sku, shipToLocationAvailability, offers }: Update): Updated[] {
  const { ebay, seller } = call
  const named = sku === undefined ? {} : { sku }
  const key = itemKey(seller.userId, sku ?? '')
  if (shipToLocationAvailability && !ebay.world.items.has(key)) {
    return [{ ...named, statusCode: 404, errors: [notFoundItem(sku ?? '')] }]
  }
  const updated = offers.map(({ offerId, availableQuantity }): Updated => {
    const offer = offerOf(call, offerId)
    const refused = whyNot(call, { offer, sku, availableQuantity })
    if (refused) return { ...named, offerId, ...refused }
    if (offer && availableQuantity !== undefined) {
      const { listing, variation } = offer
      const item = shipToLocationAvailability && { item: { key, quantity: shipToLocationAvailability.quantity } }
      revise(ebay, {
        offer: { listingId: listing.listingId, variationId: variation.variationId, available: availableQuantity },
        ...item,
      })
    }
    return { ...named, offerId, statusCode: 200 }
  })
  if (updated.length > 0) return updated
  if (shipToLocationAvailability) revise(ebay, { item: { key, quantity: shipToLocationAvailability.quantity } })
  return [{ ...named, statusCode: 200 }]
}

type Wish = { offer: Offer | undefined; sku: string | undefined; availableQuantity: number | undefined }

function whyNot(
  { ebay }: SellerCall,
  { offer, sku, availableQuantity }: Wish,
): { statusCode: number; errors: unknown[] } | null {
  const no = (statusCode: number, errorId: number, message: string) => ({
    statusCode,
    errors: [problem(errorId, message)],
  })
  if (!offer) return no(404, 25_713, 'This Offer is not available.')
  const { listing, variation } = offer
  if (sku !== undefined && sku !== variation.sku)
    return no(400, 25_702, 'The SKU and the offer do not belong together.')
  if (listing.ended) return no(400, 25_730, 'The offer is not published: its listing has ended.')
  if (listing.format === 'AUCTION' && availableQuantity !== 1)
    return no(400, 25_745, 'The quantity of an auction must be 1.')
  if (!countRevision(ebay, listing))
    return no(400, 25_794, 'This listing was revised 250 times today; it can be revised again tomorrow.')
  return null
}

const offersQuery = z.object({
  ...paging,
  sku: z.string().min(1, 'is required'),
  format: z.string().optional(),
  marketplace_id: z.string().optional(),
})

/** getOffers: of one SKU; there is no list of all. An auction and a fixed price of the same SKU are two. */
export function getOffers(call: SellerCall): Answer {
  const parsed = parse(offersQuery, call.query)
  if ('answer' in parsed) return parsed.answer
  const { sku, format, limit } = parsed.value
  const offers = offersOf(call, sku).filter(({ listing }) => !format || listing.format === format)
  if (offers.length === 0) return fail(404, 25_713, 'This Offer is not available.')
  const rows = offers.map((offer) => wireOffer(call.ebay, offer))
  return ok({ href: '/sell/inventory/v1/offer', limit, offers: rows, size: rows.length, total: rows.length })
}

export function getOffer(call: SellerCall): Answer {
  const offer = offerOf(call, call.path.offerId ?? '')
  return offer ? ok(wireOffer(call.ebay, offer)) : fail(404, 25_713, 'This Offer is not available.')
}
