import type { ListingRef } from '../../kernel/channel-order.ts'
import type { ListingSnapshot } from '../../kernel/listing-snapshot.ts'
import { money } from '../../kernel/money.ts'
import { tag, at } from '../../kernel/xml.ts'
import type { EbayCalls, Lane } from './call.server.ts'
import { choicesIn, variantIdOf } from './choices.ts'
import { SKUS_AT_ONCE } from './limits.ts'
import { keyOf, type Manner, type Note, type Notes } from './notes.ts'
import { tradingItem, type TradingItem, type TradingVariation } from './wire-trading.ts'
import { type WireItem, wireItems, type WireOffer, wireOffers } from './wire.ts'

/** A listing as it is now, and how to write to it. */
export type Seen = { snapshot: ListingSnapshot; manner: Manner; sku: string; offerId: string | null }

export type Looking = { ebay: EbayCalls; notes: Notes; lane: Lane }

/**
 * What these listings show now, by `keyOf`; what is not there, or has ended, is missing. What the Inventory API looks
 * after is read there; all else, and what is not known yet, by the Trading API, whose budget is small.
 */
export async function look(looking: Looking, refs: ListingRef[]): Promise<Map<string, Seen>> {
  const notes = new Map((await looking.notes.of(refs)).map((note) => [keyOf(note.ref), note]))
  const byOffer = refs.flatMap((ref) => {
    const note = notes.get(keyOf(ref))
    return note && note.sku !== '' && (note.manner === null || note.manner === 'inventory')
      ? [{ ref, sku: note.sku }]
      : []
  })
  const seen = await offered(looking, byOffer)
  const rest = refs.filter((ref) => !seen.has(keyOf(ref)))
  for (const [key, one] of await traded(looking, rest, { notes, tried: new Set(byOffer.map(({ ref }) => keyOf(ref))) }))
    seen.set(key, one)
  await keepNotes(looking, notes, seen)
  return seen
}

async function keepNotes({ notes }: Looking, known: Map<string, Note>, seen: Map<string, Seen>): Promise<void> {
  const fresh = [...seen].flatMap(([key, { snapshot, sku, manner }]) => {
    const note = known.get(key)
    return note?.sku === sku && note.manner === manner ? [] : [{ ref: snapshot.ref, sku, manner }]
  })
  if (fresh.length > 0) await notes.keep(fresh)
}

type BySku = { ref: ListingRef; sku: string }

/** Those of them that have an offer: one call for each SKU, and one for the items of each 25. */
async function offered(looking: Looking, wanted: BySku[]): Promise<Map<string, Seen>> {
  const skus = [...new Set(wanted.map(({ sku }) => sku))]
  if (skus.length === 0) return new Map()
  const [offers, items] = await Promise.all([offersOf(looking, skus), itemsOf(looking, skus)])
  const seen = wanted.flatMap(({ ref, sku }): [string, Seen][] => {
    const offer = offers
      .get(sku)
      ?.find(({ listing, format }) => listing?.listingId === ref.externalId && format === 'FIXED_PRICE')
    return offer && isThere(offer) ? [[keyOf(ref), seenOffer(ref, offer, items.get(sku))]] : []
  })
  return new Map(seen)
}

async function offersOf({ ebay, lane }: Looking, skus: string[]): Promise<Map<string, WireOffer[]>> {
  const rows = skus.map(async (sku): Promise<[string, WireOffer[]]> => {
    const read = await ebay.read(wireOffers, {
      api: 'inventory',
      lane,
      path: '/sell/inventory/v1/offer',
      query: { sku },
    })
    return [sku, read?.value.offers ?? []]
  })
  return new Map(await Promise.all(rows))
}

async function itemsOf({ ebay, lane }: Looking, skus: string[]): Promise<Map<string, WireItem>> {
  const found = new Map<string, WireItem>()
  const path = '/sell/inventory/v1/bulk_get_inventory_item'
  for (let from = 0; from < skus.length; from += SKUS_AT_ONCE) {
    const json = { requests: skus.slice(from, from + SKUS_AT_ONCE).map((sku) => ({ sku })) }
    const read = await ebay.read(wireItems, { api: 'inventory', lane, method: 'POST', path, json })
    for (const { sku, inventoryItem } of read?.value.responses ?? []) if (inventoryItem) found.set(sku, inventoryItem)
  }
  return found
}

const GONE = ['ENDED', 'EBAY_ENDED', 'NOT_LISTED']
const isThere = ({ listing }: WireOffer): boolean => !GONE.includes(listing?.listingStatus ?? 'ACTIVE')

/** A buyer can buy no more than the offer has, and no more than the item behind it has. */
function seenOffer(ref: ListingRef, offer: WireOffer, item: WireItem | undefined): Seen {
  const { sku, offerId, availableQuantity = 0, pricingSummary, listing } = offer
  const status = listing?.listingStatus ?? 'ACTIVE'
  const behind = item?.availability?.shipToLocationAvailability?.quantity ?? (item ? 0 : availableQuantity)
  const price = pricingSummary?.price
  const snapshot: ListingSnapshot = {
    ref,
    sku,
    title: item?.product?.title ?? sku,
    attributes: choicesIn(ref.variantId),
    status: status === 'ACTIVE' ? 'active' : status === 'OUT_OF_STOCK' ? 'sold_out' : 'inactive',
    shown: status === 'ACTIVE' ? Math.min(availableQuantity, behind) : 0,
    priceMinor: price ? money(price.value, price.currency).minor : null,
    currency: price?.currency ?? null,
    url: `https://www.ebay.com/itm/${ref.externalId}`,
  }
  return { snapshot, manner: 'inventory', sku, offerId }
}

type Before = { notes: Map<string, Note>; tried: Set<string> }

/** Those of them that are live listings: a call for each listing, and for its offer where it may have one. */
async function traded(looking: Looking, refs: ListingRef[], { notes, tried }: Before): Promise<Map<string, Seen>> {
  const ids = [...new Set(refs.map(({ externalId }) => externalId))]
  const items = new Map(
    (await Promise.all(ids.map((id) => itemWith(looking, id)))).flatMap((item) =>
      item ? [[item.listingId, item]] : [],
    ),
  )
  const seen = new Map<string, Seen>()
  for (const ref of refs) {
    const item = items.get(ref.externalId)
    const variation = item?.variations.find(({ choices }) => variantIdOf(choices) === ref.variantId)
    if (item?.active && variation) seen.set(keyOf(ref), seenItem(item, variation))
  }
  // What was known to be Trading's stays so until a revise is turned away; what was tried by its offer has none.
  const unclear = [...seen].filter(
    ([key, { manner, sku }]) => manner === 'trading' && sku !== '' && !tried.has(key) && !notes.get(key)?.manner,
  )
  const offers = await offered(
    looking,
    unclear.map(([, { snapshot, sku }]) => ({ ref: snapshot.ref, sku })),
  )
  return new Map([...seen, ...offers])
}

async function itemWith({ ebay, lane }: Looking, listingId: string): Promise<TradingItem | null> {
  const read = await ebay.readTrading({
    lane,
    name: 'GetItem',
    content: [tag('ItemID', listingId), tag('DetailLevel', 'ReturnAll')],
  })
  const item = read && at(read.value, 'Item')
  return item ? tradingItem(item) : null
}

/** A listing's variation as the Trading API has it. */
export function seenItem(item: TradingItem, { sku, choices, available, price }: TradingVariation): Seen {
  const { listingId, title, url, currency, auction } = item
  const snapshot: ListingSnapshot = {
    ref: { externalId: listingId, variantId: variantIdOf(choices) },
    sku,
    title: auction ? `${title} (auction)` : title,
    attributes: choices,
    status: available > 0 ? 'active' : 'sold_out',
    shown: available,
    priceMinor: price !== null && currency !== null ? money(price, currency).minor : null,
    currency,
    url,
  }
  return { snapshot, manner: auction ? 'auction' : 'trading', sku, offerId: null }
}
