import { connectList, type Paging } from '../connection.ts'
import { badRequest, type Context, type Fields } from '../context.ts'
import { list, type ListArguments } from '../listing.ts'
import { present } from '#app/kernel/assert.ts'
import type { AdjustmentGroup, InventoryItem, Level, Location } from '../rows.ts'
import type { SearchKeys } from '../search.ts'
import type { Table } from '../table.ts'
import { isKept, quantity } from '../stock.ts'
import { levelOf, variantsWith } from '../store.ts'
import { numberOf } from '../gid.ts'
import { appOf } from './app.ts'
import { money } from './money.ts'

// A deactivated level keeps its quantities and is hidden unless asked for (2026-04 on).
type Inactive = { includeInactive?: boolean }

export const itemFields: Fields = {
  sku: ({ sku }: InventoryItem) => sku || null,
  variant: ({ variantId }: InventoryItem, _: object, { store }: Context) => store.variants.get(variantId),
  variants: ({ variantId }: InventoryItem, paging: Paging, { store }: Context) =>
    connectList(
      [store.variants.get(variantId)].filter((v) => v !== undefined),
      paging,
    ),
  inventoryLevel: ({ id }: InventoryItem, args: { locationId: string } & Inactive, { store }: Context) =>
    visible(levelOf(store, id, args.locationId), args),
  inventoryLevels: ({ id }: InventoryItem, args: Paging & Inactive & { query?: string }, { store }: Context) =>
    connectList(
      (store.levelsOf.get(id) ?? []).filter((level) => visible(level, args)),
      args,
    ),
  locationsCount: ({ id }: InventoryItem, _: object, { store }: Context) => ({
    count: (store.levelsOf.get(id) ?? []).filter(({ isActive }) => isActive).length,
    precision: 'EXACT',
  }),
  measurement: ({ id, grams }: InventoryItem) => ({
    id: id.replace('InventoryItem', 'InventoryItemMeasurement'),
    weight: { unit: 'GRAMS', value: grams },
    shippingPackage: null,
  }),
  unitCost: ({ unitCost }: InventoryItem, _: object, { store }: Context) =>
    unitCost && money(unitCost, store.facts.currency),
  duplicateSkuCount: ({ sku }: InventoryItem, _: object, { store }: Context) => variantsWith(store, sku).length - 1,
  trackedEditable: () => ({ locked: false, reason: null }),
  countryCodeOfOrigin: () => null,
  provinceCodeOfOrigin: () => null,
  harmonizedSystemCode: () => null,
}

const visible = (level: Level | undefined, { includeInactive }: Inactive): Level | null =>
  level && (level.isActive || includeInactive) ? level : null

export const levelFields: Fields = {
  item: ({ itemId }: Level, _: object, { store }: Context) => store.items.get(itemId),
  location: ({ locationId }: Level, _: object, { store }: Context) => store.locations.get(locationId),
  quantities: (level: Level, { names }: { names: string[] }) => names.map((name) => quantityOf(level, name)),
  canDeactivate: ({ quantities }: Level) => quantities.committed === 0 && quantities.incoming === 0,
  deactivationAlert: () => null,
}

// A sum has no time of its own: `on_hand` came back with updatedAt null (captured).
function quantityOf(level: Level, name: string) {
  const amount = quantity(level, name)
  if (amount === undefined) throw badRequest(`The specified quantity name '${name}' is invalid.`)
  const updatedAt = isKept(name) ? (level.changedAt[name] ?? null) : null
  const id = `gid://shopify/InventoryQuantity/${numberOf(level.id)}?inventory_item_id=${numberOf(level.itemId)}&name=${name}`
  return { id, name, quantity: amount, updatedAt }
}

const LEVEL_KEYS: SearchKeys<Level> = {
  updated_at: { time: (level) => level.updatedAt },
  created_at: { time: (level) => level.createdAt },
  inventory_item_id: { number: (level) => numberOf(level.itemId) },
}

export const locationFields: Fields = {
  address: ({ city, countryCode }: Location) => ({
    address1: null,
    address2: null,
    city,
    country: null,
    countryCode,
    formatted: [city],
    latitude: null,
    longitude: null,
    phone: null,
    province: null,
    provinceCode: null,
    zip: null,
  }),
  isPrimary: ({ id }: Location, _: object, { store }: Context) => store.locations.values().next().value?.id === id,
  shipsInventory: ({ fulfillsOnlineOrders }: Location) => fulfillsOnlineOrders,
  isFulfillmentService: () => false,
  fulfillmentService: () => null,
  hasActiveInventory: ({ id }: Location, _: object, { store }: Context) => (store.levelsAt.get(id)?.size ?? 0) > 0,
  deactivatedAt: ({ isActive, updatedAt }: Location) => (isActive ? null : new Date(updatedAt).toISOString()),
  inventoryLevel: ({ id }: Location, args: { inventoryItemId: string } & Inactive, { store }: Context) =>
    visible(levelOf(store, args.inventoryItemId, id), args),
  inventoryLevels: ({ id }: Location, args: ListArguments & Inactive, { store }: Context) =>
    levelsAt(args, store.levelsAt.get(id)),
}

// The list has no sort key; a poll for what changed since a moment is answered from the log of changes.
function levelsAt(args: ListArguments & Inactive, table: Table<Level> | undefined) {
  const sortKey = args.query?.includes('updated_at') ? 'UPDATED_AT' : 'ID'
  return list(
    { ...args, sortKey },
    {
      table: present(table, 'the levels of a location'),
      type: 'InventoryLevel',
      keys: LEVEL_KEYS,
      byCreation: ['ID'],
      keep: (level) => visible(level, args) !== null,
    },
  )
}

export const groupFields: Fields = {
  changes: (
    { changes }: AdjustmentGroup,
    args: { inventoryItemIds?: string[]; locationIds?: string[]; quantityNames?: string[] },
  ) =>
    changes.filter(
      ({ itemId, locationId, name }) =>
        (args.inventoryItemIds?.includes(itemId) ?? true) &&
        (args.locationIds?.includes(locationId) ?? true) &&
        (args.quantityNames?.includes(name) ?? true),
    ),
  app: (_group: AdjustmentGroup, _: object, { store }: Context) => appOf(store),
  staffMember: () => null,
}

type Change = AdjustmentGroup['changes'][number]

export const changeFields: Fields = {
  item: ({ itemId }: Change, _: object, { store }: Context) => store.items.get(itemId) ?? null,
  location: ({ locationId }: Change, _: object, { store }: Context) => store.locations.get(locationId) ?? null,
  // Null in every captured answer, although the schema promises the quantity.
  quantityAfterChange: () => null,
}
