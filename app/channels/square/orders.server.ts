import { z } from 'zod'
import type { ChannelOrder } from '../../kernel/channel-order.ts'
import type { ChannelPlace, Page } from '../connector.ts'
import type { Lane } from '../lane.ts'
import type { SquareCalls } from './call.server.ts'
import { PLACES_AT_ONCE, SIZES } from './limits.ts'
import { readOrders, wholeOrders } from './returns.server.ts'
import { isSale, isUnshipped, orderOf } from './translate-orders.ts'
import { wireOrderRead, wireOrders, type WireOrder } from './wire.ts'

/**
 * An order as it stands now. Asked for one by which things came back, the one that was sold: it is that one's news. Null
 * for what Square does not know, and for a ticket that is not paid.
 */
export async function readOrder(calls: SquareCalls, externalId: string): Promise<ChannelOrder | null> {
  const path = `orders/${encodeURIComponent(externalId)}`
  const read = await calls.read(wireOrderRead, { lane: 'orders', path })
  if (!read) return null
  const { order } = read.value
  const [source] = order.line_items.length === 0 ? sourcesOf([order]) : []
  const sale = source === undefined ? order : (await readOrders(calls, [source], 'orders'))[0]
  if (!sale || !isSale(sale)) return null
  const [whole] = await wholeOrders(calls, [sale], 'orders')
  return whole ? orderOf(whole) : null
}

const place = z.object({ group: z.int(), cursor: z.string().nullable(), asOf: z.coerce.date() })

type Since = { since: Date; cursor: string | null; places: ChannelPlace[] }

/**
 * Orders changed at or after `since`, at all places, ten at a time. By time of change, so that one that changes while
 * pages are read comes again at the end and none is skipped.
 */
export async function ordersSince(
  calls: SquareCalls,
  { since, cursor, places }: Since,
): Promise<Page<ChannelOrder> & { asOf: Date }> {
  const here = cursor === null ? { group: 0, cursor: null, asOf: null } : place.parse(JSON.parse(cursor))
  const query = {
    filter: { date_time_filter: { updated_at: { start_at: since.toISOString() } } },
    sort: { sort_field: 'UPDATED_AT', sort_order: 'ASC' },
  }
  const page = await search(calls, { query, here, places, lane: 'orders' })
  const asOf = here.asOf ?? page.askedAt
  const rows = await translated(calls, page.orders, 'orders')
  return { rows, next: page.next && JSON.stringify({ ...page.next, asOf }), total: null, asOf }
}

/** What was sold and is still to be handed over or sent, and what came back of it. */
export async function unshippedOrders(
  calls: SquareCalls,
  places: ChannelPlace[],
  cursor: string | null,
): Promise<Page<ChannelOrder>> {
  const here = cursor === null ? { group: 0, cursor: null } : place.parse(JSON.parse(cursor))
  const query = {
    filter: { state_filter: { states: ['OPEN'] } },
    sort: { sort_field: 'CREATED_AT', sort_order: 'ASC' },
  }
  const { orders, next, askedAt } = await search(calls, { query, here, places, lane: 'sweep' })
  const rows = await translated(calls, orders, 'sweep')
  return { rows: rows.filter(isUnshipped), next: next && JSON.stringify({ ...next, asOf: askedAt }), total: null }
}

type Searching = {
  query: unknown
  here: { group: number; cursor: string | null }
  places: ChannelPlace[]
  lane: Lane
}

async function search(calls: SquareCalls, { query, here, places, lane }: Searching) {
  const ids = places.map(({ externalId }) => externalId)
  const group = ids.slice(here.group * PLACES_AT_ONCE, (here.group + 1) * PLACES_AT_ONCE)
  if (group.length === 0) return { orders: [], next: null, askedAt: calls.now() }
  const json = {
    location_ids: group,
    query,
    limit: SIZES.orders,
    ...(here.cursor === null ? {} : { cursor: here.cursor }),
  }
  const read = await calls.read(wireOrders, { lane, method: 'POST', path: 'orders/search', json })
  const more = read?.value.cursor
  const isLast = (here.group + 1) * PLACES_AT_ONCE >= ids.length
  const next = more ? { group: here.group, cursor: more } : isLast ? null : { group: here.group + 1, cursor: null }
  return { orders: read?.value.orders ?? [], next, askedAt: read?.askedAt ?? calls.now() }
}

const sourcesOf = (orders: WireOrder[]): string[] => [
  ...new Set(orders.flatMap(({ returns }) => returns.flatMap(({ source_order_id: id }) => (id ? [id] : [])))),
]

/**
 * The sales among them, and those of which something came back, each whole. One whose goods came back later in the list
 * comes again there: as it was sold, it is older news.
 */
async function translated(calls: SquareCalls, orders: WireOrder[], lane: Lane): Promise<ChannelOrder[]> {
  const sources = new Map((await readOrders(calls, sourcesOf(orders), lane)).map((order) => [order.id, order]))
  const sales = orders.flatMap((order) => {
    const returned = sourcesOf([order]).flatMap((id) => sources.get(id) ?? [])
    return [...returned, ...(order.line_items.length > 0 ? [order] : [])]
  })
  const wholes = await wholeOrders(calls, sales.filter(isSale), lane)
  return wholes.map(orderOf)
}
