import { z } from 'zod'
import { type Answer, ok } from './answer.ts'
import { type Call, pageOf, parse, positionIn, time } from './call.ts'
import { rfc3339 } from './square.ts'
import type { Item, Merchant, Variation, World } from './world.ts'

const TYPES = ['ITEM', 'ITEM_VARIATION'] as const
type ObjectType = (typeof TYPES)[number]

const PER_PAGE = 100
/** More is ignored, as nothing was said (schema SearchCatalogObjectsRequest, `limit`). */
const MOST_PER_PAGE = 1_000

const search = z.object({
  object_types: z.array(z.string()).default([...TYPES]),
  include_deleted_objects: z.boolean().default(false),
  include_related_objects: z.boolean().default(false),
  begin_time: time.optional(),
  limit: z.number().optional(),
  cursor: z.string().optional(),
  query: z
    .object({
      exact_query: z.object({ attribute_name: z.literal('sku'), attribute_value: z.string() }).optional(),
      set_query: z.object({ attribute_name: z.literal('sku'), attribute_values: z.array(z.string()) }).optional(),
    })
    .optional(),
})

/** POST /v2/catalog/search: by type, and variations by SKU. */
export function searchCatalog({ square, merchant, body }: Call): Answer {
  const parsed = parse(search, body)
  if ('answer' in parsed) return parsed.answer
  const { cursor, limit = PER_PAGE, ...asked } = parsed.value
  const about = `search ${JSON.stringify(asked)}`
  const from = positionIn(cursor, about)
  if (typeof from !== 'number') return from
  const { exact_query: exact, set_query: set } = asked.query ?? {}
  const skus = exact ? [exact.attribute_value] : set?.attribute_values
  const all = objectsOf(square.world, merchant, asked.object_types).filter(
    (one) =>
      (asked.include_deleted_objects || !one.deleted) &&
      one.updatedAt > (asked.begin_time ?? 0) &&
      (!skus || ('sku' in one && skus.includes(one.sku))),
  )
  const { rows, next } = pageOf(all, { from, limit: limit > 0 && limit <= MOST_PER_PAGE ? limit : PER_PAGE, about })
  const related = asked.include_related_objects ? { related_objects: relatedTo(square.world, rows) } : {}
  return ok({
    objects: rows.map((one) => wireObject(square.world, one)),
    ...related,
    ...next,
    latest_time: rfc3339(merchant.catalogVersion),
  })
}

/** GET /v2/catalog/list: pages of a hundred. */
export function listCatalog({ square, merchant, query }: Call): Answer {
  const types = query.types ? query.types.split(',').map((type) => type.toUpperCase()) : [...TYPES]
  const about = `list ${types.join()}`
  const from = positionIn(query.cursor, about)
  if (typeof from !== 'number') return from
  const all = objectsOf(square.world, merchant, types).filter(({ deleted }) => !deleted)
  const { rows, next } = pageOf(all, { from, limit: PER_PAGE, about })
  return ok({ objects: rows.map((one) => wireObject(square.world, one)), ...next })
}

const retrieve = z.object({
  object_ids: z.array(z.string()).max(1_000),
  include_related_objects: z.boolean().nullish(),
  include_deleted_objects: z.boolean().nullish(),
})

/** POST /v2/catalog/batch-retrieve: what is not there is missing from the answer. */
export function batchObjects({ square, merchant, body }: Call): Answer {
  const parsed = parse(retrieve, body)
  if ('answer' in parsed) return parsed.answer
  const { object_ids: ids, include_deleted_objects: deletedToo, include_related_objects: related } = parsed.value
  const { items, variations } = square.world
  const found = ids.flatMap((id): (Item | Variation)[] => {
    const one = items.get(id) ?? variations.get(id)
    return one?.merchantId === merchant.merchantId && (deletedToo || !one.deleted) ? [one] : []
  })
  return ok({
    objects: found.map((one) => wireObject(square.world, one)),
    ...(related ? { related_objects: relatedTo(square.world, found) } : {}),
  })
}

function objectsOf({ items, variations }: World, { merchantId }: Merchant, types: string[]): (Item | Variation)[] {
  const of = (type: ObjectType) => types.length === 0 || types.includes(type)
  return [...(of('ITEM') ? items.values() : []), ...(of('ITEM_VARIATION') ? variations.values() : [])].filter(
    (one) => one.merchantId === merchantId,
  )
}

/** The items of variations. */
function relatedTo(world: World, rows: (Item | Variation)[]) {
  const ids = new Set(rows.flatMap((one) => ('sku' in one ? [one.itemId] : [])))
  return [...ids].flatMap((id) => {
    const item = world.items.get(id)
    return item ? [wireItem(world, item)] : []
  })
}

const wireObject = (world: World, one: Item | Variation) =>
  'sku' in one ? wireVariation(world, one) : wireItem(world, one)

const common = ({ version, updatedAt, deleted }: Item | Variation) => ({
  updated_at: rfc3339(updatedAt),
  version,
  is_deleted: deleted,
  present_at_all_locations: true,
})

function wireItem(world: World, item: Item) {
  const variations = item.variationIds.flatMap((id) => {
    const variation = world.variations.get(id)
    return variation && !variation.deleted ? [wireVariation(world, variation)] : []
  })
  return {
    type: 'ITEM',
    id: item.itemId,
    ...common(item),
    item_data: {
      name: item.name,
      description: item.description,
      product_type: 'REGULAR',
      is_archived: item.archived,
      variations,
    },
  }
}

/** `sku` and `track_inventory` are left out where the seller has not said them. */
function wireVariation({ merchants }: World, one: Variation) {
  return {
    type: 'ITEM_VARIATION',
    id: one.variationId,
    ...common(one),
    item_variation_data: {
      item_id: one.itemId,
      name: one.name,
      ...(one.sku === '' ? {} : { sku: one.sku }),
      pricing_type: 'FIXED_PRICING',
      price_money: { amount: one.price, currency: merchants.get(one.merchantId)?.currency ?? 'USD' },
      ...(one.tracked ? { track_inventory: true } : {}),
      sellable: true,
      stockable: true,
    },
  }
}
