import { z } from 'zod'
import { present } from '../../kernel/assert.ts'
import type { ListingRef } from '../../kernel/channel-order.ts'
import type { ListingSnapshot } from '../../kernel/listing-snapshot.ts'
import { at, childrenOf, tag, textAt } from '../../kernel/xml.ts'
import type { Page } from '../connector.ts'
import type { EbayCalls } from './call.server.ts'
import { LIST_SPAN_MS, LISTINGS_PER_PAGE } from './limits.ts'
import { look, seenItem } from './look.server.ts'
import { keyOf, type Notes } from './notes.ts'
import { tradingItem } from './wire-trading.ts'

const place = z.object({ from: z.coerce.date(), page: z.int().min(1), to: z.coerce.date() })
type Place = z.infer<typeof place>

/**
 * A page of everything that is live, wherever it was made: the Inventory API has no list of listings and does not see
 * what was made elsewhere, so the Trading API is asked. A listing is good till cancelled, and "ends", to be renewed, each
 * month. A page begins at the last end of the page before, so that what ends meanwhile moves nothing out of sight.
 */
export async function listingPage(
  ebay: EbayCalls,
  notes: Notes,
  cursor: string | null,
): Promise<Page<ListingSnapshot>> {
  const here = cursor === null ? beginning(ebay.clock.now()) : place.parse(JSON.parse(cursor))
  const read = await ebay.readTrading({
    lane: 'sweep',
    name: 'GetSellerList',
    content: [
      tag('EndTimeFrom', here.from.toISOString()),
      tag('EndTimeTo', here.to.toISOString()),
      tag('Sort', 2),
      tag('IncludeVariations', true),
      tag('GranularityLevel', 'Fine'),
      tag('Pagination', [tag('EntriesPerPage', LISTINGS_PER_PAGE), tag('PageNumber', here.page)]),
    ],
  })
  const { value } = present(read, 'eBay’s list of a seller’s listings')
  const items = childrenOf(at(value, 'ItemArray'), 'Item').map(tradingItem)
  const seen = items
    .filter(({ active }) => active)
    .flatMap((item) => item.variations.map((variation) => seenItem(item, variation)))
  await keepNew(notes, seen)
  const total = Number(textAt(value, 'PaginationResult', 'TotalNumberOfEntries') ?? NaN)
  const next = items.length < LISTINGS_PER_PAGE ? null : following(here, items.at(-1)?.endsAt ?? here.to)
  return {
    rows: seen.map(({ snapshot }) => snapshot),
    next: next && JSON.stringify(next),
    total: cursor === null && total >= 0 ? total : null,
  }
}

const beginning = (now: Date): Place => ({ from: now, page: 1, to: new Date(now.getTime() + LIST_SPAN_MS - 1_000) })

// Pages are counted only inside one moment at which more than a page of them end.
const following = ({ from, page, to }: Place, last: Date): Place =>
  last.getTime() > from.getTime() ? { from: last, page: 1, to } : { from, page: page + 1, to }

type Listed = ReturnType<typeof seenItem>[]

/** Which API looks after one of them is found out when it is written for the first time. */
async function keepNew(notes: Notes, seen: Listed): Promise<void> {
  const known = new Map(
    (await notes.of(seen.map(({ snapshot }) => snapshot.ref))).map((note) => [keyOf(note.ref), note]),
  )
  const fresh = seen.filter(({ snapshot, sku }) => known.get(keyOf(snapshot.ref))?.sku !== sku)
  const rows = fresh.map(({ snapshot, sku, manner }) => ({
    ref: snapshot.ref,
    sku,
    manner: manner === 'auction' ? manner : null,
  }))
  if (rows.length > 0) await notes.keep(rows)
}

/** What these listings show now; one that has ended, or is not there any more, is left out. */
export async function showListings(ebay: EbayCalls, notes: Notes, refs: ListingRef[]): Promise<ListingSnapshot[]> {
  if (refs.length === 0) return []
  const seen = await look({ ebay, notes, lane: 'read' }, refs)
  return refs.flatMap((ref) => seen.get(keyOf(ref))?.snapshot ?? [])
}
