import { at, childrenOf, type Element, tag, textAt, type Xml } from '#app/kernel/xml.ts'
import { type Ebay, iso, now } from './ebay.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { endListing } from './selling.ts'
import { countRevision, revise, settle, statusOf } from './stock.ts'
import type { Listing, SellerState, Variation } from './world.ts'

/** A call of the Trading API: who asks, and its request. */
export type TradingCall = { ebay: Ebay; seller: SellerState; request: Element }

/** What is answered, less what every answer has. */
export type TradingAnswer = { ack: 'Success' | 'Warning' | 'PartialFailure' | 'Failure'; content: Xml[] }

export const tradingError = (code: number, message: string, about?: string): Xml =>
  tag('Errors', [
    tag('ShortMessage', message),
    tag('LongMessage', message),
    tag('ErrorCode', code),
    tag('SeverityCode', 'Error'),
    about === undefined ? null : tag('ErrorParameters', tag('Value', about), { ParamID: 'ItemID' }),
    tag('ErrorClassification', 'RequestError'),
  ])

export const failure = (code: number, message: string): TradingAnswer => ({
  ack: 'Failure',
  content: [tradingError(code, message)],
})

const success = (...content: Xml[]): TradingAnswer => ({ ack: 'Success', content })

const price = (minor: number, currency: string, name: string) =>
  tag(name, (minor / 100).toFixed(2), { currencyID: currency })

const listingsOf = ({ ebay, seller }: TradingCall): Listing[] =>
  seller.listingIds.flatMap((id) => ebay.world.listings.get(id) ?? [])

const hasVariations = ({ variations }: Listing) => Object.keys(variations[0]?.choices ?? {}).length > 0

const specificsOf = ({ choices }: Variation) =>
  tag(
    'VariationSpecifics',
    Object.entries(choices).map(([name, value]) => tag('NameValueList', [tag('Name', name), tag('Value', value)])),
  )

/** `Quantity` is everything there ever was: what is available and what is sold. */
function variationsOf({ variations }: Listing, currency: string): Xml {
  const rows = variations.map((variation) =>
    tag('Variation', [
      variation.sku === '' ? null : tag('SKU', variation.sku),
      price(variation.price, currency, 'StartPrice'),
      tag('Quantity', variation.available + variation.sold),
      tag('SellingStatus', tag('QuantitySold', variation.sold)),
      specificsOf(variation),
    ]),
  )
  return tag('Variations', rows)
}

/** ItemType, as GetItem and GetSellerList have it. */
function itemOf(ebay: Ebay, listing: Listing, { currency }: SellerState): Xml {
  const [first] = listing.variations
  const auction = listing.format === 'AUCTION'
  const sum = (of: (variation: Variation) => number) => listing.variations.reduce((total, one) => total + of(one), 0)
  return tag('Item', [
    tag('ItemID', listing.listingId),
    tag('Title', listing.title),
    first?.sku && !hasVariations(listing) ? tag('SKU', first.sku) : null,
    tag('ListingType', auction ? 'Chinese' : 'FixedPriceItem'),
    tag('ListingDuration', auction ? 'Days_7' : 'GTC'),
    tag('Currency', currency),
    price(first?.price ?? 0, currency, 'StartPrice'),
    tag('Quantity', auction ? 1 : sum(({ available, sold }) => available + sold)),
    tag('ListingDetails', [
      tag('StartTime', iso(listing.startedAt)),
      tag('EndTime', iso(listing.endsAt)),
      tag('ViewItemURL', `https://www.ebay.com/itm/${listing.listingId}`),
    ]),
    tag('SellingStatus', [
      tag('BidCount', listing.bids),
      price(first?.price ?? 0, currency, 'CurrentPrice'),
      tag(
        'QuantitySold',
        sum(({ sold }) => sold),
      ),
      tag('ListingStatus', statusOf(ebay, listing) === 'ENDED' ? 'Completed' : 'Active'),
    ]),
    hasVariations(listing) ? variationsOf(listing, currency) : null,
  ])
}

export function getItem(call: TradingCall): TradingAnswer {
  const listing = own(call, textAt(call.request, 'ItemID'))
  if (!listing) return failure(17, 'Item cannot be accessed: it is invalid, or not yours.')
  return success(itemOf(call.ebay, listing, call.seller))
}

function own({ ebay, seller }: TradingCall, id: string | null): Listing | undefined {
  const listing = ebay.world.listings.get(id ?? '')
  return listing?.userId === seller.userId ? listing : undefined
}

const MOST_ENTRIES = 200

function pageOf<T>(rows: T[], asked: Element | undefined): { rows: T[]; result: Xml } | null {
  const entries = Number(textAt(asked, 'EntriesPerPage') ?? 25)
  const page = Number(textAt(asked, 'PageNumber') ?? 1)
  if (!(entries >= 1 && entries <= MOST_ENTRIES) || !(page >= 1)) return null
  const result = tag('PaginationResult', [
    tag('TotalNumberOfPages', Math.ceil(rows.length / entries)),
    tag('TotalNumberOfEntries', rows.length),
  ])
  return { rows: rows.slice((page - 1) * entries, page * entries), result }
}

/** GetSellerList: listings that end in a span of at most 120 days; GTC listings end, to be renewed, every month. */
export function getSellerList(call: TradingCall): TradingAnswer {
  const { request, ebay, seller } = call
  const from = Date.parse(textAt(request, 'EndTimeFrom') ?? '')
  const to = Date.parse(textAt(request, 'EndTimeTo') ?? '')
  if (!(to - from <= 120 * 86_400_000))
    return failure(55, 'The date range must be given, and not be longer than 120 days.')
  const ending = listingsOf(call).filter(({ endsAt }) => endsAt >= from && endsAt <= to)
  const sort = textAt(request, 'Sort')
  if (sort) ending.sort((a, b) => (sort === '2' ? a.endsAt - b.endsAt : b.endsAt - a.endsAt))
  const page = pageOf(ending, at(request, 'Pagination'))
  if (!page) return failure(37, 'EntriesPerPage must be between 1 and 200.')
  return success(
    page.result,
    tag(
      'ItemArray',
      page.rows.map((listing) => itemOf(ebay, listing, seller)),
    ),
  )
}

/** GetMyeBaySelling, its ActiveList: `QuantityAvailable` is what can be bought. */
export function getMyeBaySelling(call: TradingCall): TradingAnswer {
  const active = listingsOf(call).filter(({ ended }) => !ended)
  const page = pageOf(active, at(call.request, 'ActiveList', 'Pagination'))
  if (!page) return failure(37, 'EntriesPerPage must be between 1 and 200.')
  const rows = page.rows.map((listing) => {
    const available = listing.format === 'AUCTION' ? 1 : listing.variations.reduce((sum, one) => sum + one.available, 0)
    const { xml } = itemOf(call.ebay, listing, call.seller)
    return { xml: xml.replace('</Item>', `${tag('QuantityAvailable', available).xml}</Item>`) }
  })
  return success(tag('ActiveList', [tag('ItemArray', rows), page.result]))
}

const MOST_REVISED = 4

type Revised = { done: Xml } | { error: Xml }

/**
 * ReviseInventoryStatus, one to four. What is asked for is what is available from now on; what is answered is the total,
 * with what was sold before.
 */
export function reviseInventoryStatus(call: TradingCall): TradingAnswer {
  const asked = childrenOf(call.request, 'InventoryStatus')
  if (asked.length === 0 || asked.length > MOST_REVISED)
    return failure(21_916_735, 'Between 1 and 4 InventoryStatus are allowed.')
  const partial = call.ebay.settings.switches.tradingPartial
  const doomed = asked.map((status) => whyNot(call, status)).find((error) => error !== null)
  if (doomed && !partial) return { ack: 'Failure', content: [doomed] }
  const results = asked.map((status) => reviseOne(call, status))
  const content = results.map((result) => ('done' in result ? result.done : result.error))
  const failed = results.filter((result) => 'error' in result).length
  return { ack: failed === 0 ? 'Success' : failed === results.length ? 'Failure' : 'PartialFailure', content }
}

function variationIn(listing: Listing, sku: string | null): Variation | undefined {
  return hasVariations(listing)
    ? listing.variations.find((one) => one.sku !== '' && one.sku === sku)
    : listing.variations[0]
}

function whyNot(call: TradingCall, status: Element): Xml | null {
  const id = textAt(status, 'ItemID') ?? ''
  const no = (code: number, message: string) => tradingError(code, message, id)
  const listing = own(call, id)
  if (!listing) return no(17, 'Item cannot be accessed: it is invalid, or not yours.')
  if (listing.ended) return no(291, 'You are not allowed to revise ended listings.')
  if (listing.format === 'AUCTION') return no(21_916_750, 'The quantity of an auction cannot be revised.')
  if (listing.viaInventory)
    return no(21_919_474, 'This listing is looked after by the Inventory API and cannot be revised here.')
  if (!variationIn(listing, textAt(status, 'SKU'))) return no(21_916_664, 'The listing has no variation with this SKU.')
  if (!(Number(textAt(status, 'Quantity')) >= 0)) return no(515, 'The quantity is invalid.')
  return null
}

function reviseOne(call: TradingCall, status: Element): Revised {
  const error = whyNot(call, status)
  const listing = own(call, textAt(status, 'ItemID'))
  const variation = listing && variationIn(listing, textAt(status, 'SKU'))
  if (error || !listing || !variation) return { error: error ?? tradingError(17, 'Item cannot be accessed.') }
  if (!countRevision(call.ebay, listing)) {
    return { error: tradingError(21_919_144, 'This listing was revised 250 times today.', listing.listingId) }
  }
  const available = Number(textAt(status, 'Quantity'))
  revise(call.ebay, { offer: { listingId: listing.listingId, variationId: variation.variationId, available } })
  const content = [
    tag('ItemID', listing.listingId),
    tag('SKU', variation.sku),
    tag('Quantity', available + variation.sold),
  ]
  return { done: tag('InventoryStatus', content) }
}

export function endFixedPriceItem(call: TradingCall): TradingAnswer {
  const listing = own(call, textAt(call.request, 'ItemID'))
  if (!listing) return failure(17, 'Item cannot be accessed: it is invalid, or not yours.')
  const ended = endListing(call.ebay, listing)
  return isRefusal(ended) ? failure(1047, ended.sentence) : success(tag('EndTime', iso(now(call.ebay))))
}

export function getUserPreferences({ seller }: TradingCall): TradingAnswer {
  return success(tag('OutOfStockControlPreference', seller.outOfStockControl))
}

export function setUserPreferences({ ebay, seller, request }: TradingCall): TradingAnswer {
  settle(ebay)
  const wanted = textAt(request, 'OutOfStockControlPreference')
  if (wanted !== null) seller.outOfStockControl = wanted === 'true'
  return success()
}
