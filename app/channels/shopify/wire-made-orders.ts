import { z } from 'zod'
import { moment, operationsIn, pageOf, reference } from './operation.ts'

// Neither orderCreate nor fulfillmentCreate has an idempotency key: what they have made is looked up before they are
// called again.
const DOCUMENT = `#graphql
  query FindMade($query: String!) {
    orders(query: $query, sortKey: ID, first: 10) {
      nodes { id name legacyResourceId sourceIdentifier }
      pageInfo { hasNextPage endCursor }
    }
  }

  query VariantsOf($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on InventoryItem { id variants(first: 1) { nodes { id } pageInfo { hasNextPage endCursor } } }
    }
  }

  mutation MakeOrder($order: OrderCreateOrderInput!) {
    orderCreate(order: $order, options: { inventoryBehaviour: BYPASS, sendReceipt: false, sendFulfillmentReceipt: false }) {
      order { id name legacyResourceId }
      userErrors { code field }
    }
  }

  query MadeOrder($id: ID!) {
    order(id: $id) {
      id
      name
      legacyResourceId
      cancelledAt
      lineItems(first: 250) {
        nodes { id currentQuantity customAttributes { key value } }
        pageInfo { hasNextPage endCursor }
      }
      fulfillments(first: 50) {
        id
        status
        trackingInfo(first: 1) { company number }
        fulfillmentLineItems(first: 250) {
          nodes { quantity lineItem { id } }
          pageInfo { hasNextPage endCursor }
        }
      }
      fulfillmentOrders(first: 20) {
        nodes {
          id
          status
          lineItems(first: 250) {
            nodes { id remainingQuantity lineItem { id } }
            pageInfo { hasNextPage endCursor }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }

  mutation FulfilMade($fulfillment: FulfillmentInput!) {
    fulfillmentCreate(fulfillment: $fulfillment) { userErrors { field message } }
  }

  mutation CancelMade($orderId: ID!, $note: String) {
    orderCancel(orderId: $orderId, reason: OTHER, restock: false, notifyCustomer: false, staffNote: $note) {
      orderCancelUserErrors { code field message }
    }
  }

  mutation TakeOffMade($input: RefundInput!, $key: String!) {
    refundCreate(input: $input) @idempotent(key: $key) { userErrors { field message } }
  }
`

const named = z.object({ id: z.string(), name: z.string(), legacyResourceId: z.string() })
const wrong = z.object({ message: z.string() })
const pieces = z.object({ quantity: z.int(), lineItem: reference })

const made = named.extend({
  cancelledAt: moment.nullable(),
  lineItems: pageOf(
    z.object({
      id: z.string(),
      currentQuantity: z.int(),
      customAttributes: z.array(z.object({ key: z.string(), value: z.string().nullable() })),
    }),
  ),
  fulfillments: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      trackingInfo: z.array(z.object({ company: z.string().nullable(), number: z.string().nullable() })),
      fulfillmentLineItems: pageOf(pieces),
    }),
  ),
  fulfillmentOrders: pageOf(
    z.object({
      id: z.string(),
      status: z.string(),
      lineItems: pageOf(z.object({ id: z.string(), remainingQuantity: z.int(), lineItem: reference })),
    }),
  ),
})
export type WireMade = z.infer<typeof made>

const operation = operationsIn(DOCUMENT)

export const FIND_MADE = operation(
  'FindMade',
  z.object({ orders: pageOf(named.extend({ sourceIdentifier: z.string().nullable() })) }),
)
export const VARIANTS_OF = operation(
  'VariantsOf',
  z.object({ nodes: z.array(z.object({ id: z.string(), variants: pageOf(reference).nullish() }).nullable()) }),
)
const orderErrors = z.array(z.object({ code: z.string().nullable(), field: z.array(z.string()).nullable() }))
export type OrderErrors = z.infer<typeof orderErrors>
export const MAKE_ORDER = operation(
  'MakeOrder',
  z
    .object({ orderCreate: z.object({ order: named.nullable(), userErrors: orderErrors }) })
    .transform((data) => data.orderCreate),
)
export const MADE_ORDER = operation('MadeOrder', z.object({ order: made.nullable() }))
export const FULFIL_MADE = operation(
  'FulfilMade',
  z
    .object({ fulfillmentCreate: z.object({ userErrors: z.array(wrong) }) })
    .transform((data) => data.fulfillmentCreate.userErrors),
)
export const CANCEL_MADE = operation(
  'CancelMade',
  z
    .object({ orderCancel: z.object({ orderCancelUserErrors: z.array(wrong) }) })
    .transform((data) => data.orderCancel.orderCancelUserErrors),
)
export const TAKE_OFF_MADE = operation(
  'TakeOffMade',
  z
    .object({ refundCreate: z.object({ userErrors: z.array(wrong) }) })
    .transform((data) => data.refundCreate.userErrors),
)
