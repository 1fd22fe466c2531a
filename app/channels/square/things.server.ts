import { present } from '../../kernel/assert.ts'
import type { ListingRef } from '../../kernel/channel-order.ts'
import type { ChannelPlace, Page, StockedThing } from '../connector.ts'
import type { Lane } from '../lane.ts'
import type { SquareCalls } from './call.server.ts'
import { SIZES } from './limits.ts'
import { itemsIn, thingOf, variationsIn } from './translate-things.ts'
import { type WireCatalog, type WireCount, wireCatalog, wireCounts, wireLocations } from './wire.ts'

/** All places of the business, closed ones too: stock may still lie there. */
export async function readPlaces(calls: SquareCalls, lane: Lane = 'read'): Promise<ChannelPlace[]> {
  const { value } = present(await calls.read(wireLocations, { lane, path: 'locations' }), 'The places of a business')
  return value.locations.map(({ id, name, status }) => {
    const active = status === 'ACTIVE'
    return { externalId: id, name: name ?? id, sellsOnline: active, active }
  })
}

/** A page of everything that is sold; resumable at any cursor that was given. */
export async function readThingsPage(
  calls: SquareCalls,
  places: ChannelPlace[],
  cursor: string | null,
): Promise<Page<StockedThing>> {
  const json = {
    object_types: ['ITEM_VARIATION'],
    include_related_objects: true,
    limit: SIZES.things,
    ...(cursor === null ? {} : { cursor }),
  }
  const ask = { lane: 'sweep' as const, method: 'POST' as const, path: 'catalog/search', json }
  const { value } = present(await calls.read(wireCatalog, ask), 'The library')
  const rows = await withCounts(calls, { catalog: value, places, lane: 'sweep' })
  return { rows, next: value.cursor ?? null, total: null }
}

/** The things these ids name, as they are now. What is gone is missing. */
export async function readThings(
  calls: SquareCalls,
  places: ChannelPlace[],
  refs: ListingRef[],
): Promise<StockedThing[]> {
  const ids = [...new Set(refs.map(({ externalId }) => externalId))]
  const things: StockedThing[] = []
  for (let from = 0; from < ids.length; from += SIZES.things) {
    const json = { object_ids: ids.slice(from, from + SIZES.things), include_related_objects: true }
    const ask = { lane: 'read' as const, method: 'POST' as const, path: 'catalog/batch-retrieve', json }
    const { value } = present(await calls.read(wireCatalog, ask), 'The library')
    things.push(...(await withCounts(calls, { catalog: value, places, lane: 'read' })))
  }
  return things
}

type Catalog = { catalog: WireCatalog; places: ChannelPlace[]; lane: Lane }

async function withCounts(calls: SquareCalls, { catalog, places, lane }: Catalog): Promise<StockedThing[]> {
  const variations = variationsIn(catalog)
  const ids = variations.map(({ id }) => id)
  const counts = ids.length > 0 ? await readCounts(calls, ids, lane) : []
  const items = itemsIn(catalog)
  return variations.map((variation) => thingOf(variation, { items, counts, places }))
}

async function readCounts(calls: SquareCalls, ids: string[], lane: Lane): Promise<WireCount[]> {
  const counts: WireCount[] = []
  let cursor: string | undefined
  do {
    const json = {
      catalog_object_ids: ids,
      states: ['IN_STOCK', 'RESERVED_FOR_SALE'],
      limit: SIZES.counts,
      ...(cursor === undefined ? {} : { cursor }),
    }
    const ask = { lane, method: 'POST' as const, path: 'inventory/counts/batch-retrieve', json }
    const { value } = present(await calls.read(wireCounts, ask), 'Counts')
    counts.push(...value.counts)
    cursor = value.cursor
  } while (cursor !== undefined)
  return counts
}
