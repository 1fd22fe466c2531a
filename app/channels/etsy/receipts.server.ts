import { z } from 'zod'
import { present } from '../../kernel/assert.ts'
import type { ChannelOrder } from '../../kernel/channel-order.ts'
import type { Page } from '../connector.ts'
import type { Ask, EtsyCalls } from './call.server.ts'
import { PAGE_OVERLAP, PER_PAGE } from './limits.ts'
import { orderOf } from './translate.ts'
import { type WireReceipt, wireReceipt, wireReceipts } from './wire.ts'

// The earliest time the API takes, in seconds: the year 2000 (specification, `min_created`).
const BEGINNING = 946_684_800

const place = z.object({ from: z.int(), offset: z.int().min(0), asOf: z.coerce.date(), total: z.int() })

/** Where to read on: receipts of the second `from` and later, less the first `offset` of them. */
type Place = z.infer<typeof place>

const secondOf = (time: Date): number => Math.max(BEGINNING, Math.floor(time.getTime() / 1000))

const receiptsOf = (shopId: string): string => `shops/${shopId}/receipts`

/** An order as it stands now; null when this shop has no such receipt. */
export async function receipt(etsy: EtsyCalls, shopId: string, externalId: string): Promise<ChannelOrder | null> {
  const read = await etsy.read(wireReceipt, { lane: 'orders', path: `${receiptsOf(shopId)}/${externalId}` })
  return read && orderOf(read.value)
}

type Since = { since: Date; cursor: string | null }

/** Orders changed at or after `since`, which counts in whole seconds (getShopReceipts, `min_last_modified`). */
export async function receiptsSince(
  etsy: EtsyCalls,
  shopId: string,
  { since, cursor }: Since,
): Promise<Page<ChannelOrder> & { asOf: Date }> {
  const { rows, ...page } = await pageOf(etsy, cursor, {
    ask: ({ from }) => ({ min_last_modified: from ?? secondOf(since), sort_on: 'updated' }),
    timeOf: (row) => row.updated_timestamp,
    at: { lane: 'orders', path: receiptsOf(shopId) },
  })
  return { ...page, rows: rows.map(orderOf) }
}

/** Orders that are still to be shipped, those whose payment is being processed too, oldest first. */
export async function unshippedReceipts(
  etsy: EtsyCalls,
  shopId: string,
  cursor: string | null,
): Promise<Page<ChannelOrder>> {
  const { rows, next, total } = await pageOf(etsy, cursor, {
    ask: ({ from }) => ({
      min_created: from ?? BEGINNING,
      was_shipped: false,
      was_canceled: false,
      sort_on: 'created',
    }),
    timeOf: (row) => row.created_timestamp,
    at: { lane: 'sweep', path: receiptsOf(shopId) },
  })
  // One that was refunded in full is neither shipped nor cancelled to Etsy.
  const due = rows.map(orderOf).filter(({ lines }) => lines.some((line) => line.currentQuantity > line.shipped))
  return { rows: due, next, total }
}

type Paging = {
  /** `from` is undefined on the first page. */
  ask: (place: { from: number | undefined }) => NonNullable<Ask['query']>
  /** The time that the list is sorted by. */
  timeOf: (row: WireReceipt) => number
  at: Pick<Ask, 'lane' | 'path'>
}

async function pageOf(etsy: EtsyCalls, cursor: string | null, { ask, timeOf, at }: Paging) {
  const here = cursor === null ? null : place.parse(JSON.parse(cursor))
  const offset = here?.offset ?? 0
  const query = { ...ask({ from: here?.from }), sort_order: 'asc', limit: PER_PAGE, offset }
  const { value, askedAt } = present(await etsy.read(wireReceipts, { ...at, query }), `Etsy's ${at.path}`)
  const { asOf, total } = here ?? { asOf: askedAt, total: value.count }
  const next = following(value.results.map(timeOf), { from: here?.from ?? 0, offset, asOf, total })
  return { rows: value.results, next, total, asOf }
}

/**
 * What to ask for after a page with these times. A change moves an order to the end of the list and all behind it up
 * by one, which an offset would skip. So a page begins again at the last second of the one before; an offset is used
 * only inside a second that has more than a page, and overlaps there.
 */
function following(times: number[], here: Place): string | null {
  const last = times.at(-1)
  if (last === undefined || times.length < PER_PAGE) return null
  const later = last > here.from
  const offset = later ? 0 : here.offset + PER_PAGE - PAGE_OVERLAP
  return JSON.stringify({ ...here, from: last, offset })
}
