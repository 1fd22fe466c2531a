import { z } from 'zod'
import type { ChannelOrder } from '../../kernel/channel-order.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Page, StockedConnector } from '../connector.ts'
import { openAdminApi, type AdminApi, type ShopifyDeps } from './admin-api.server.ts'
import { draftOrders } from './draft-orders.server.ts'
import { CAPABILITIES, SIZES } from './limits.ts'
import { mirror } from './mirror.server.ts'
import { endOf } from './operation.ts'
import type { OrderTaker } from '../order-desk.ts'
import { orderTaker } from './order-taker.server.ts'
import { inTurn, ORDER_SIZES, readOrder, wholeOrder } from './read-order.server.ts'
import { readPlaces, readThings, readThingsPage } from './read-things.server.ts'
import { gid, SHOPIFY_ADMIN, typeOf, type Shop } from './shop.ts'
import { isUnshipped, orderOf } from './translate-orders.ts'
import { ORDERS_PAGE } from './wire-orders.ts'

/**
 * A Shopify store (`shop`: "name.myshopify.com"). Ids are Shopify's global ids: an inventory item's is a thing's, with
 * no variation; places and orders have theirs. `adminOrigin` is where its admin is opened, for links.
 */
export function openShopify(options: {
  shop: string
  adminOrigin?: string
  deps: ShopifyDeps
}): StockedConnector & OrderTaker {
  const { shop: domain, adminOrigin = SHOPIFY_ADMIN, deps } = options
  const shop: Shop = { domain, adminOrigin }
  const api = openAdminApi(domain, deps)
  return {
    capabilities: CAPABILITIES,
    places: () => readPlaces(api),
    things: (cursor) => readThingsPage(api, shop, cursor),
    thingsOf: (refs) => readThings(api, shop, refs),
    listings: (cursor) => readThingsPage(api, shop, cursor),
    show: (refs) => readThings(api, shop, refs),
    async order(externalId) {
      const id = /^\d+$/.test(externalId) ? gid('Order', externalId) : externalId
      // Shopify answers an id of another kind with an error, as if we had made a mistake.
      const wire = typeOf(id) === 'Order' ? await readOrder(api, id, 'orders') : null
      return wire && orderOf(wire, shop)
    },
    ordersSince: (since, cursor) => ordersSince({ api, shop, clock: deps.clock }, since, cursor),
    unshipped: (cursor) => unshipped(api, shop, cursor),
    mirror: (change) => mirror(api, change),
    asides: draftOrders(api),
    ...orderTaker(api, shop),
  }
}

const pageCursor = z.object({ asOf: z.iso.datetime(), after: z.string() })

type Reading = { api: AdminApi; shop: Shop; clock: Clock }

/**
 * Orders changed since a moment, in the order of their changes, so that one that changes while pages are read comes
 * again at the end and none is skipped. Shopify knows whole seconds, and its search lags by seconds: polls must overlap.
 */
async function ordersSince(
  { api, shop, clock }: Reading,
  since: Date,
  cursor: string | null,
): Promise<Page<ChannelOrder> & { asOf: Date }> {
  const started = clock.now()
  const last = cursor === null ? null : pageCursor.parse(JSON.parse(cursor))
  const query = `updated_at:>='${since.toISOString().slice(0, 19)}Z'`
  const variables = { query, sortKey: 'UPDATED_AT', first: SIZES.orders, after: last?.after ?? null, ...ORDER_SIZES }
  const { data, at } = await api.ask(ORDERS_PAGE, variables, 'orders')
  const asOf = last ? new Date(last.asOf) : (at ?? started)
  const rows = await inTurn(data.orders.nodes, async (wire) => orderOf(await wholeOrder(api, wire, 'orders'), shop))
  const after = endOf(data.orders)
  const next = after === null ? null : JSON.stringify({ asOf: asOf.toISOString(), after })
  return { rows, next, total: null, asOf }
}

/** Archiving an order closes it but leaves its pieces committed: what counts is what is still to be sent. */
async function unshipped(api: AdminApi, shop: Shop, cursor: string | null): Promise<Page<ChannelOrder>> {
  const query = '-fulfillment_status:fulfilled AND -status:cancelled'
  const variables = { query, sortKey: 'ID', first: SIZES.orders, after: cursor, ...ORDER_SIZES }
  const { data } = await api.ask(ORDERS_PAGE, variables, 'orders')
  const orders = await inTurn(data.orders.nodes, async (wire) => orderOf(await wholeOrder(api, wire, 'orders'), shop))
  return { rows: orders.filter(isUnshipped), next: endOf(data.orders), total: null }
}
