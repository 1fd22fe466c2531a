import type { ListingRef } from '../../kernel/channel-order.ts'
import type { ChannelPlace, Page, StockedThing } from '../connector.ts'
import type { Lane } from '../lane.ts'
import type { AdminApi } from './admin-api.server.ts'
import type { Variables } from './cost.ts'
import { LIST_LIMIT, SIZES } from './limits.ts'
import { endOf } from './operation.ts'
import { inTurn, whole } from './read-order.server.ts'
import { typeOf, type Shop } from './shop.ts'
import { thingOf } from './translate-things.ts'
import { MORE_LEVELS, PLACES, THINGS_BY_ID, THINGS_OF_PRODUCT, THINGS_PAGE, type WireThing } from './wire-things.ts'

/** All places, closed ones too: stock may still lie there. */
export async function readPlaces(api: AdminApi): Promise<ChannelPlace[]> {
  const page = async (after: string | null) => {
    const { data } = await api.ask(PLACES, { first: LIST_LIMIT, after }, 'read')
    return data.locations
  }
  const { nodes } = await whole(await page(null), page)
  return nodes.map(({ id, name, isActive, fulfillsOnlineOrders }) => ({
    externalId: id,
    name,
    sellsOnline: fulfillsOnlineOrders,
    active: isActive,
  }))
}

/** A page of everything the shop keeps stock of; gift cards are left out, so that a page may be short. */
export async function readThingsPage(api: AdminApi, shop: Shop, cursor: string | null): Promise<Page<StockedThing>> {
  const variables = { first: SIZES.things, after: cursor, levels: SIZES.levels }
  const { data } = await api.ask(THINGS_PAGE, variables, 'sweep')
  const context = { ...shop, currency: data.shop.currencyCode, lane: 'sweep' as const }
  const rows = await translated(api, data.inventoryItems.nodes, context)
  return { rows, next: endOf(data.inventoryItems), total: data.productVariantsCount?.count ?? null }
}

/** The things these ids name: an inventory item's itself, a product's all of its variants. What is gone is missing. */
export async function readThings(api: AdminApi, shop: Shop, refs: ListingRef[]): Promise<StockedThing[]> {
  const ids = [...new Set(refs.map(({ externalId }) => externalId))]
  const products = ids.filter((id) => typeOf(id) === 'Product')
  const items = ids.filter((id) => typeOf(id) === 'InventoryItem')
  const chunks = Array.from({ length: Math.ceil(items.length / LIST_LIMIT) }, (_, n) =>
    items.slice(n * LIST_LIMIT, (n + 1) * LIST_LIMIT),
  )
  const byId = await inTurn(chunks, async (chunk) => {
    const { data } = await api.ask(THINGS_BY_ID, { ids: chunk, levels: SIZES.levels }, 'read')
    const there = data.nodes.filter((node) => node !== null)
    return translated(api, there, { ...shop, currency: data.shop.currencyCode, lane: 'read' })
  })
  const byProduct = await inTurn(products, (id) => readProduct(api, shop, id))
  return [...byId, ...byProduct].flat()
}

async function readProduct(api: AdminApi, shop: Shop, id: string): Promise<StockedThing[]> {
  const things: StockedThing[] = []
  let after: string | null = null
  do {
    const variables: Variables = { id, first: SIZES.things, after, levels: SIZES.levels }
    const { data } = await api.ask(THINGS_OF_PRODUCT, variables, 'read')
    const variants = data.product?.variants
    const items = variants?.nodes.map(({ inventoryItem }) => inventoryItem) ?? []
    things.push(...(await translated(api, items, { ...shop, currency: data.shop.currencyCode, lane: 'read' })))
    after = variants ? endOf(variants) : null
  } while (after !== null)
  return things
}

type Translating = Shop & { currency: string; lane: Lane }

async function translated(api: AdminApi, wires: WireThing[], context: Translating): Promise<StockedThing[]> {
  const things = await inTurn(wires, async (wire) => {
    const inventoryLevels = await whole(wire.inventoryLevels, async (after) => {
      const { data } = await api.ask(MORE_LEVELS, { id: wire.id, first: SIZES.rest, after }, context.lane)
      return data.inventoryItem?.inventoryLevels ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }
    })
    return thingOf({ ...wire, inventoryLevels }, context)
  })
  return things.filter((thing) => thing !== null)
}
