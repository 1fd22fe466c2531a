import { z } from 'zod'
import { present } from '../../kernel/assert.ts'
import type { ChannelOrder } from '../../kernel/channel-order.ts'
import type { Page } from '../connector.ts'
import type { EbayCalls, Lane } from './call.server.ts'
import { OLDEST_ORDER_MS, ORDERS_PER_PAGE } from './limits.ts'
import { isUnderWay, orderOf, type Parcels } from './translate.ts'
import { type WireOrder, wireOrder, wireOrders, wireParcels } from './wire.ts'

const PATH = '/sell/fulfillment/v1/order'

/** An order as it stands now; null when this seller has none of that id. */
export async function order(ebay: EbayCalls, externalId: string): Promise<ChannelOrder | null> {
  const path = `${PATH}/${encodeURIComponent(externalId)}`
  const read = await ebay.read(wireOrder, { api: 'fulfillment', lane: 'orders', path })
  return read && withParcels(ebay, 'orders', read.value)
}

async function withParcels(ebay: EbayCalls, lane: Lane, one: WireOrder): Promise<ChannelOrder> {
  return orderOf(one, isUnderWay(one) ? await parcelsOf(ebay, lane, one.orderId) : undefined)
}

async function parcelsOf(ebay: EbayCalls, lane: Lane, orderId: string): Promise<Parcels> {
  const path = `${PATH}/${encodeURIComponent(orderId)}/shipping_fulfillment`
  const read = await ebay.read(wireParcels, { api: 'fulfillment', lane, path })
  const counts = new Map<string, number>()
  for (const { lineItemId, quantity } of read?.value.fulfillments.flatMap(({ lineItems }) => lineItems) ?? []) {
    counts.set(lineItemId, (counts.get(lineItemId) ?? 0) + quantity)
  }
  return counts
}

/** Orders changed at or after `since`. */
export async function ordersSince(
  ebay: EbayCalls,
  { since, cursor }: { since: Date; cursor: string | null },
): Promise<Page<ChannelOrder> & { asOf: Date }> {
  const by = {
    lane: 'orders' as const,
    field: 'lastmodifieddate',
    rest: '',
    timeOf: (row: WireOrder) => row.lastModifiedDate,
  }
  return pageOf(ebay, by, { since, cursor })
}

/** Orders that are still to be shipped, oldest first. */
export async function unshippedOrders(ebay: EbayCalls, cursor: string | null): Promise<Page<ChannelOrder>> {
  const since = new Date(ebay.clock.now().getTime() - OLDEST_ORDER_MS)
  const by = {
    lane: 'sweep' as const,
    field: 'creationdate',
    rest: ',orderfulfillmentstatus:{NOT_STARTED|IN_PROGRESS}',
    timeOf: (row: WireOrder) => row.creationDate,
  }
  const { rows, next, total } = await pageOf(ebay, by, { since, cursor })
  return { rows: rows.filter(({ lines }) => lines.some((line) => line.currentQuantity > line.shipped)), next, total }
}

/** The time a list goes by, and what else is asked of it. */
type By = { lane: Lane; field: string; rest: string; timeOf: (row: WireOrder) => Date }

const place = z.object({
  from: z.coerce.date(),
  to: z.union([z.null(), z.coerce.date()]),
  offset: z.int().min(0),
  asOf: z.coerce.date(),
  total: z.int(),
})
type Place = z.infer<typeof place>

type Window = { from: Date; to: Date | null; offset: number }

/**
 * A page of orders, oldest first. In which order eBay lists them is nowhere promised, and an offset would skip what
 * moves up when others leave; so each page is a span of time that holds no more than one page, and is sorted here.
 */
async function pageOf(ebay: EbayCalls, by: By, { since, cursor }: { since: Date; cursor: string | null }) {
  const here = cursor === null ? null : place.parse(JSON.parse(cursor))
  const begun = ebay.clock.now()
  let window: Window = here ?? { from: since, to: null, offset: 0 }
  let first: Date | null = here?.asOf ?? null
  for (;;) {
    const { value, askedAt } = await ask(ebay, by, window)
    first ??= askedAt
    const narrower = value.total - window.offset > ORDERS_PER_PAGE ? narrowed(window, value.total, begun) : null
    if (narrower) {
      window = narrower
      continue
    }
    const sorted = value.orders.toSorted((a, b) => by.timeOf(a).getTime() - by.timeOf(b).getTime())
    const next = following(window, value.total, { asOf: first, total: here?.total ?? value.total })
    const rows: ChannelOrder[] = []
    for (const one of sorted) rows.push(await withParcels(ebay, by.lane, one))
    return { rows, next: next && JSON.stringify(next), total: next?.total ?? here?.total ?? value.total, asOf: first }
  }
}

async function ask(ebay: EbayCalls, { lane, field, rest }: By, { from, to, offset }: Window) {
  const filter = `${field}:[${from.toISOString()}..${to?.toISOString() ?? ''}]${rest}`
  const query = { filter, limit: ORDERS_PER_PAGE, offset }
  return present(await ebay.read(wireOrders, { api: 'fulfillment', lane, path: PATH, query }), 'eBay’s list of orders')
}

// A little less than what would just fit, if they came evenly.
const ROOM = 0.8

/** A shorter span; null when it is a millisecond already: then its rows are counted. */
function narrowed({ from, to }: Window, total: number, now: Date): Window | null {
  const end = to ?? new Date(Math.max(now.getTime(), from.getTime() + 1))
  const span = end.getTime() - from.getTime()
  if (span < 1) return null
  const shorter = Math.min(span - 1, Math.floor((span * ORDERS_PER_PAGE * ROOM) / total))
  return { from, to: new Date(from.getTime() + shorter), offset: 0 }
}

/** Where the next page begins: at the end of this one, which both include. */
function following({ from, to, offset }: Window, total: number, kept: Pick<Place, 'asOf' | 'total'>): Place | null {
  const seen = offset + ORDERS_PER_PAGE
  if (total > seen) return { from, to, offset: seen, ...kept }
  if (to === null) return null
  const next = to.getTime() > from.getTime() ? to : new Date(from.getTime() + 1)
  return { from: next, to: null, offset: 0, ...kept }
}
