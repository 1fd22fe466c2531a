import { z } from 'zod'
import { moment, operationsIn, pageOf } from './operation.ts'

// An inventory item is what Shopify keeps stock of. Several variants may share one since 2026-01: the first names it.
const DOCUMENT = `#graphql
  query Places($first: Int!, $after: String) {
    locations(first: $first, after: $after, includeInactive: true, includeLegacy: true) {
      nodes { id name isActive fulfillsOnlineOrders }
      pageInfo { hasNextPage endCursor }
    }
  }

  query ThingsPage($first: Int!, $after: String, $levels: Int!) {
    shop { currencyCode }
    productVariantsCount(limit: null) { count }
    inventoryItems(first: $first, after: $after) {
      nodes { ...Thing }
      pageInfo { hasNextPage endCursor }
    }
  }

  query ThingsById($ids: [ID!]!, $levels: Int!) {
    shop { currencyCode }
    nodes(ids: $ids) { ...Thing }
  }

  query ThingsOfProduct($id: ID!, $first: Int!, $after: String, $levels: Int!) {
    shop { currencyCode }
    product(id: $id) {
      variants(first: $first, after: $after) {
        nodes { inventoryItem { ...Thing } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }

  query MoreLevels($id: ID!, $first: Int!, $after: String) {
    inventoryItem(id: $id) {
      inventoryLevels(first: $first, after: $after) {
        nodes { ...Level }
        pageInfo { hasNextPage endCursor }
      }
    }
  }

  fragment Thing on InventoryItem {
    id
    sku
    tracked
    variants(first: 1) {
      nodes {
        legacyResourceId
        title
        price
        inventoryPolicy
        requiresComponents
        selectedOptions { name value }
        product { legacyResourceId title productType status tags isGiftCard }
      }
    }
    inventoryLevels(first: $levels) {
      nodes { ...Level }
      pageInfo { hasNextPage endCursor }
    }
  }

  fragment Level on InventoryLevel {
    updatedAt
    location { id isActive fulfillsOnlineOrders }
    quantities(
      names: ["available", "committed", "reserved", "incoming", "damaged", "safety_stock", "quality_control"]
    ) { name quantity updatedAt }
  }
`

const level = z.object({
  updatedAt: moment,
  location: z.object({ id: z.string(), isActive: z.boolean(), fulfillsOnlineOrders: z.boolean() }),
  quantities: z.array(z.object({ name: z.string(), quantity: z.int(), updatedAt: moment.nullable() })),
})
export type WireLevel = z.infer<typeof level>

const variant = z.object({
  legacyResourceId: z.string(),
  title: z.string(),
  price: z.string(),
  inventoryPolicy: z.enum(['DENY', 'CONTINUE']),
  requiresComponents: z.boolean(),
  selectedOptions: z.array(z.object({ name: z.string(), value: z.string() })),
  product: z.object({
    legacyResourceId: z.string(),
    title: z.string(),
    productType: z.string(),
    status: z.enum(['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED']),
    tags: z.array(z.string()),
    isGiftCard: z.boolean(),
  }),
})

const thing = z.object({
  id: z.string(),
  sku: z.string().nullable(),
  tracked: z.boolean(),
  variants: z.object({ nodes: z.array(variant) }).nullable(),
  inventoryLevels: pageOf(level),
})
export type WireThing = z.infer<typeof thing>

const shop = z.object({ currencyCode: z.string() })
const place = z.object({ id: z.string(), name: z.string(), isActive: z.boolean(), fulfillsOnlineOrders: z.boolean() })

// What is not there any more is null; what is there but no inventory item (a product's id) comes without fields.
const thingOrNot = z.union([thing, z.object({}).transform(() => null), z.null()])

const operation = operationsIn(DOCUMENT)

export const PLACES = operation('Places', z.object({ locations: pageOf(place) }))

export const THINGS_PAGE = operation(
  'ThingsPage',
  z.object({ shop, productVariantsCount: z.object({ count: z.int() }).nullable(), inventoryItems: pageOf(thing) }),
)

export const THINGS_BY_ID = operation('ThingsById', z.object({ shop, nodes: z.array(thingOrNot) }))

export const THINGS_OF_PRODUCT = operation(
  'ThingsOfProduct',
  z.object({ shop, product: z.object({ variants: pageOf(z.object({ inventoryItem: thing })) }).nullable() }),
)

export const MORE_LEVELS = operation(
  'MoreLevels',
  z.object({ inventoryItem: z.object({ inventoryLevels: pageOf(level) }).nullable() }),
)
