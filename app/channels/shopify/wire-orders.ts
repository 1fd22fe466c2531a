import { z } from 'zod'
import { moment, operationsIn, pageOf, reference } from './operation.ts'

const DOCUMENT = `#graphql
  query OrdersPage(
    $query: String!, $sortKey: OrderSortKeys!, $first: Int!, $after: String, $lines: Int!, $parcels: Int!, $refunded: Int!
  ) {
    orders(query: $query, sortKey: $sortKey, first: $first, after: $after) {
      nodes { ...OrderFacts }
      pageInfo { hasNextPage endCursor }
    }
  }

  query OneOrder($id: ID!, $lines: Int!, $parcels: Int!, $refunded: Int!) {
    order(id: $id) { ...OrderFacts }
  }

  query MoreLines($id: ID!, $first: Int!, $after: String) {
    order(id: $id) { lineItems(first: $first, after: $after) { ...Lines } }
  }

  query MoreParcels($id: ID!, $first: Int!, $after: String, $lines: Int!) {
    order(id: $id) { fulfillmentOrders(first: $first, after: $after) { ...Parcels } }
  }

  query MoreOfParcel($id: ID!, $first: Int!, $after: String) {
    fulfillmentOrder(id: $id) { lineItems(first: $first, after: $after) { ...ParcelLines } }
  }

  query MoreOfRefund($id: ID!, $first: Int!, $after: String) {
    refund(id: $id) { refundLineItems(first: $first, after: $after) { ...RefundLines } }
  }

  fragment OrderFacts on Order {
    id
    legacyResourceId
    name
    createdAt
    processedAt
    updatedAt
    cancelledAt
    fullyPaid
    currencyCode
    sourceIdentifier
    cartToken
    checkoutToken
    customAttributes { key value }
    lineItems(first: $lines) { ...Lines }
    fulfillmentOrders(first: $parcels) { ...Parcels }
    refunds(first: 250) {
      id
      refundLineItems(first: $refunded) { ...RefundLines }
    }
  }

  fragment Lines on LineItemConnection {
    nodes {
      id
      title
      variantTitle
      sku
      vendor
      quantity
      currentQuantity
      unfulfilledQuantity
      isGiftCard
      originalUnitPriceSet { shopMoney { amount } }
      variant { inventoryPolicy inventoryItem { id tracked } }
    }
    pageInfo { hasNextPage endCursor }
  }

  fragment Parcels on FulfillmentOrderConnection {
    nodes {
      id
      status
      assignedLocation { location { id } }
      lineItems(first: $lines) { ...ParcelLines }
    }
    pageInfo { hasNextPage endCursor }
  }

  fragment ParcelLines on FulfillmentOrderLineItemConnection {
    nodes { inventoryItemId remainingQuantity lineItem { id } }
    pageInfo { hasNextPage endCursor }
  }

  fragment RefundLines on RefundLineItemConnection {
    nodes { quantity restockType location { id } lineItem { id } }
    pageInfo { hasNextPage endCursor }
  }
`

const line = z.object({
  id: z.string(),
  title: z.string(),
  variantTitle: z.string().nullable(),
  sku: z.string().nullable(),
  vendor: z.string().nullable(),
  quantity: z.int(),
  currentQuantity: z.int(),
  unfulfilledQuantity: z.int(),
  isGiftCard: z.boolean(),
  originalUnitPriceSet: z.object({ shopMoney: z.object({ amount: z.string() }) }),
  variant: z
    .object({
      inventoryPolicy: z.enum(['DENY', 'CONTINUE']),
      inventoryItem: z.object({ id: z.string(), tracked: z.boolean() }),
    })
    .nullable(),
})
export type WireLine = z.infer<typeof line>

const parcelLine = z.object({ inventoryItemId: z.string().nullable(), remainingQuantity: z.int(), lineItem: reference })

const parcel = z.object({
  id: z.string(),
  status: z.string(),
  assignedLocation: z.object({ location: reference.nullable() }),
  lineItems: pageOf(parcelLine),
})

const refundLine = z.object({
  quantity: z.int(),
  restockType: z.enum(['CANCEL', 'RETURN', 'NO_RESTOCK', 'LEGACY_RESTOCK']),
  location: reference.nullable(),
  lineItem: reference,
})

const order = z.object({
  id: z.string(),
  legacyResourceId: z.string(),
  name: z.string(),
  createdAt: moment,
  processedAt: moment,
  updatedAt: moment,
  cancelledAt: moment.nullable(),
  fullyPaid: z.boolean(),
  currencyCode: z.string(),
  sourceIdentifier: z.string().nullish(),
  cartToken: z.string().nullish(),
  checkoutToken: z.string().nullish(),
  customAttributes: z.array(z.object({ key: z.string(), value: z.string().nullable() })).default([]),
  lineItems: pageOf(line),
  fulfillmentOrders: pageOf(parcel),
  refunds: z.array(z.object({ id: z.string(), refundLineItems: pageOf(refundLine) })),
})

/** An order as an answer holds it: its lists may go on. */
export type WireOrder = z.infer<typeof order>
export type WireParcel = z.infer<typeof parcel>

const operation = operationsIn(DOCUMENT)

export const ORDERS_PAGE = operation('OrdersPage', z.object({ orders: pageOf(order) }))
export const ONE_ORDER = operation('OneOrder', z.object({ order: order.nullable() }))
export const MORE_LINES = operation('MoreLines', z.object({ order: z.object({ lineItems: pageOf(line) }).nullable() }))
export const MORE_PARCELS = operation(
  'MoreParcels',
  z.object({ order: z.object({ fulfillmentOrders: pageOf(parcel) }).nullable() }),
)
export const MORE_OF_PARCEL = operation(
  'MoreOfParcel',
  z.object({ fulfillmentOrder: z.object({ lineItems: pageOf(parcelLine) }).nullable() }),
)
export const MORE_OF_REFUND = operation(
  'MoreOfRefund',
  z.object({ refund: z.object({ refundLineItems: pageOf(refundLine) }).nullable() }),
)
