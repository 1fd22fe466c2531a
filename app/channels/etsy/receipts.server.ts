import { z } from 'zod'
import { present } from '../../kernel/assert.ts'
import type { ChannelOrder } from '../../kernel/channel-order.ts'
import type { Page } from '../connector.ts'
import type { EtsyCalls } from './call.server.ts'
import { PAGE_OVERLAP, PER_PAGE } from './limits.ts'
import { orderOf } from './translate.ts'
import { wireReceipt, wireReceipts } from './wire.ts'

// The earliest time the API takes, in seconds: the year 2000 (specification, `min_created`).
const BEGINNING = 946_684_800

const place = z.object({ from: z.int(), offset: z.int().min(0), asOf: z.coerce.date(), total: z.int() })

/** Where to read on: receipts of the second `from` and later, less the first `offset` of them. */
type Place = z.infer<typeof place>

/** An order as it stands now; null when this shop has no such receipt. */
export async function receipt(etsy: EtsyCalls, shopId: string, externalId: string): Promise<ChannelOrder | null> {
  const read = await etsy.read(wireReceipt, { lane: 'orders', path: `shops/${shopId}/receipts/${externalId}` })
  return read && orderOf(read.value)
}

/** Orders changed at or after `since`, which counts in whole seconds (getShopReceipts, `min_last_modified`). */
export async function receiptsSince(
  etsy: EtsyCalls,
  shopId: string,
  { since, cursor }: { since: Date; cursor: string | null },
): Promise<Page<ChannelOrder> & { asOf: Date }> {
  const here = placeOf(cursor, since)
  const query = {
    min_last_modified: here.from,
    sort_on: 'updated',
    sort_order: 'asc',
    limit: PER_PAGE,
    offset: here.offset,
  }
  const read = present(
    await etsy.read(wireReceipts, { lane: 'orders', path: `shops/${shopId}/receipts`, query }),
    `Etsy's shop ${shopId}`,
  )
  const asOf = cursor === null ? read.askedAt : here.asOf
  const total = cursor === null ? read.value.count : here.total
  const next = following(
    { ...here, asOf, total },
    read.value.results.map((row) => row.updated_timestamp),
  )
  return { rows: read.value.results.map(orderOf), next, total, asOf }
}

/** Orders that are still to be shipped, those whose payment is being processed too, oldest first. */
export async function unshippedReceipts(
  etsy: EtsyCalls,
  shopId: string,
  cursor: string | null,
): Promise<Page<ChannelOrder>> {
  const here = placeOf(cursor, new Date(0))
  const query = { min_created: here.from, sort_on: 'created', sort_order: 'asc', limit: PER_PAGE, offset: here.offset }
  const which = { was_shipped: false, was_canceled: false, ...query }
  const read = await etsy.read(wireReceipts, { lane: 'sweep', path: `shops/${shopId}/receipts`, query: which })
  const { results, count } = present(read, `Etsy's shop ${shopId}`).value
  const total = cursor === null ? count : here.total
  const next = following(
    { ...here, total },
    results.map((row) => row.created_timestamp),
  )
  // One that was refunded in full is neither shipped nor cancelled to Etsy.
  const due = results.map(orderOf).filter(({ lines }) => lines.some((line) => line.currentQuantity > line.shipped))
  return { rows: due, next, total }
}

function placeOf(cursor: string | null, since: Date): Place {
  if (cursor !== null) return place.parse(JSON.parse(cursor))
  return { from: Math.max(BEGINNING, Math.floor(since.getTime() / 1000)), offset: 0, asOf: since, total: 0 }
}

/**
 * What to ask for after a page with these times. A change moves an order to the end of the list and all behind it up
 * by one, which an offset would skip. So a page begins again at the last second of the one before; an offset is used
 * only inside a second that has more than a page, and overlaps there.
 */
function following(here: Place, times: number[]): string | null {
  const last = times.at(-1)
  if (last === undefined || times.length < PER_PAGE) return null
  const later = last > here.from
  const offset = later ? 0 : here.offset + PER_PAGE - PAGE_OVERLAP
  return JSON.stringify({ ...here, from: later ? last : here.from, offset })
}
