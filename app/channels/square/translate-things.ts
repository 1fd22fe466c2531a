import type { ChannelLevel, ChannelPlace, StockedThing } from '../connector.ts'
import type { StockState } from '../../kernel/stock-state.ts'
import type { WireCatalog, WireCount, WireVariation } from './wire.ts'

// What Square says of things, in our words. Pure.

/** The name Square gives a variation that is the only one of its item. */
const ONLY_ONE = 'Regular'

export type Known = { items: Map<string, ItemOf>; counts: WireCount[]; places: ChannelPlace[] }

type ItemOf = { name: string; archived: boolean }

export const itemsIn = ({ related_objects: related }: WireCatalog): Map<string, ItemOf> =>
  new Map(
    related.flatMap((one) =>
      'item_data' in one
        ? [[one.id, { name: one.item_data.name ?? '', archived: one.item_data.is_archived ?? false }]]
        : [],
    ),
  )

export const variationsIn = ({ objects }: WireCatalog): WireVariation[] =>
  objects.flatMap((one) => ('item_variation_data' in one ? [one] : []))

/** A variation with what is in stock of it at each place. */
export function thingOf({ id, is_deleted, item_variation_data: data }: WireVariation, known: Known): StockedThing {
  const item = known.items.get(data.item_id ?? '')
  const levels = levelsOf(known.counts.filter((count) => count.catalog_object_id === id))
  const name = data.name ?? ''
  const open = new Set(known.places.flatMap(({ externalId, active }) => (active ? [externalId] : [])))
  const isGone = Boolean(is_deleted) || (item?.archived ?? false)
  const variant = name === ONLY_ONE ? '' : name
  return {
    ref: { externalId: id, variantId: '' },
    sku: data.sku ?? '',
    title: item?.name ?? name,
    variant,
    attributes: variant === '' ? {} : { Variation: variant },
    status: isGone ? 'inactive' : 'active',
    // Below zero at one shop takes nothing from what another has.
    shown: isGone
      ? 0
      : levels.reduce((sum, level) => sum + (open.has(level.externalLocationId) ? forSale(level) : 0), 0),
    priceMinor: data.price_money?.amount ?? null,
    currency: data.price_money?.currency ?? null,
    url: null,
    tracked: data.track_inventory ?? false,
    // A till sells on, and that is its shortfall; nobody has promised anything.
    continueSelling: false,
    bundleParent: false,
    archived: item?.archived ?? false,
    oneOfOne: false,
    levels,
  }
}

const forSale = ({ quantities }: ChannelLevel): number => Math.max(0, quantities.available ?? 0)

// Its other states are no longer in the shop, or not known to be.
const STATES: Record<string, StockState> = { IN_STOCK: 'available', RESERVED_FOR_SALE: 'reserved' }

/** A number below zero stays below zero: what it means is not for a connector to say. Parts of a unit are none. */
function levelsOf(counts: WireCount[]): ChannelLevel[] {
  const byPlace = Map.groupBy(
    counts.filter(({ state }) => state in STATES),
    ({ location_id }) => location_id,
  )
  return [...byPlace].map(([externalLocationId, here]) => ({
    externalLocationId,
    quantities: Object.fromEntries(here.map(({ state, quantity }) => [STATES[state] ?? state, Math.floor(quantity)])),
    updatedAt: new Date(Math.max(...here.map(({ calculated_at }) => calculated_at.getTime()))),
  }))
}
