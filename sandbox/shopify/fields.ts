import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql'
import { accessDenied } from './access.ts'
import { notInSandbox, type Context, type Fields, type Mutations } from './context.ts'
import * as app from './fields/app.ts'
import * as catalog from './fields/catalog.ts'
import { draftFields, draftLineFields } from './fields/draft-orders.ts'
import * as inventory from './fields/inventory.ts'
import * as orders from './fields/orders.ts'
import { numberOf, typeOfGid } from './gid.ts'
import { activate } from './mutations/activate.ts'
import { adjustQuantities } from './mutations/adjust-quantities.ts'
import { bulkMutations } from './mutations/bulk-query.ts'
import { draftMutations } from './mutations/draft-orders.ts'
import { createFulfillment } from './mutations/fulfillment-create.ts'
import { moveQuantities } from './mutations/move-quantities.ts'
import { createOrder } from './mutations/order-create.ts'
import { orderMutations } from './mutations/orders.ts'
import { productMutations } from './mutations/products.ts'
import { setQuantities } from './mutations/set-quantities.ts'
import { subscriptionMutations } from './mutations/webhook-subscriptions.ts'
import { queryFields } from './roots.ts'

/** Fields that are more than the row's property of the same name. */
const FIELDS: Record<string, Fields> = {
  QueryRoot: queryFields,
  Product: catalog.productFields,
  ProductVariant: catalog.variantFields,
  InventoryItem: inventory.itemFields,
  InventoryLevel: inventory.levelFields,
  InventoryAdjustmentGroup: inventory.groupFields,
  InventoryChange: inventory.changeFields,
  Location: inventory.locationFields,
  Order: orders.orderFields,
  LineItem: orders.lineFields,
  DraftOrder: draftFields,
  DraftOrderLineItem: draftLineFields,
  FulfillmentOrder: orders.fulfillmentOrderFields,
  FulfillmentOrderLineItem: orders.parcelLineFields,
  Fulfillment: orders.fulfillmentFields,
  Refund: orders.refundFields,
  BulkOperation: app.bulkFields,
  StaffMember: app.staffFields,
  WebhookSubscription: app.subscriptionFields,
}

const MUTATIONS: Mutations = {
  inventoryActivate: activate,
  inventoryAdjustQuantities: adjustQuantities,
  inventoryMoveQuantities: moveQuantities,
  inventorySetQuantities: setQuantities,
  orderCreate: createOrder,
  fulfillmentCreate: createFulfillment,
  ...bulkMutations,
  ...draftMutations,
  ...orderMutations,
  ...productMutations,
  ...subscriptionMutations,
}

/** Answers a field from its own function, or the row's property; what there is neither of is an error. */
export const resolveField: GraphQLFieldResolver<unknown, Context> = (...call) => {
  const [source, args, context, info] = call
  if (context.denied.size > 0) {
    for (const node of info.fieldNodes) {
      const demand = context.denied.get(node)
      if (demand) throw accessDenied(demand)
    }
  }
  const type = info.parentType.name
  const mutation = type === 'Mutation' ? MUTATIONS[info.fieldName] : undefined
  if (mutation) return mutation(args as never, context, info)
  const field = FIELDS[type]?.[info.fieldName]
  if (field) return field(source as never, args as never, context)
  const value = property(source, info.fieldName)
  if (value !== undefined) return value
  if (info.fieldName === 'legacyResourceId') return numberOf(String(property(source, 'id')))
  throw notInSandbox(`${type}.${info.fieldName}`)
}

const property = (source: unknown, name: string): unknown =>
  typeof source === 'object' && source !== null ? (source as Record<string, unknown>)[name] : undefined

/** The type behind an interface or a union: what the id says, or what the value says itself. */
export const resolveType: GraphQLTypeResolver<unknown, Context> = (value) => {
  const own = property(value, '__typename')
  return typeof own === 'string' ? own : typeOfGid(String(property(value, 'id')))
}
