import { z } from 'zod'

// What travels as JSON, as far as we look at it. Sources: the OpenAPI files of the Inventory, Fulfillment, Identity and
// Notification APIs, https://developer.ebay.com/api-docs.

const amount = z.object({ value: z.string(), currency: z.string() })
const count = z.int().min(0)

export const wireErrors = z.object({
  errors: z.array(z.object({ errorId: z.int(), message: z.string(), longMessage: z.string().optional() })).min(1),
})

export const wireItem = z.object({
  sku: z.string(),
  availability: z
    .object({ shipToLocationAvailability: z.object({ quantity: count.optional() }).optional() })
    .optional(),
  product: z.object({ title: z.string().optional() }).optional(),
})

export const wireItems = z.object({
  responses: z.array(z.object({ sku: z.string(), statusCode: z.int(), inventoryItem: wireItem.optional() })),
})

export const wireOffer = z.object({
  offerId: z.string(),
  sku: z.string(),
  format: z.string(),
  availableQuantity: count.optional(),
  pricingSummary: z.object({ price: amount.optional(), auctionStartPrice: amount.optional() }).optional(),
  listing: z.object({ listingId: z.string(), listingStatus: z.string().optional() }).optional(),
})

export const wireOffers = z.object({ offers: z.array(wireOffer).default([]) })

export const wireUpdated = z.object({
  responses: z.array(
    z.object({
      sku: z.string().optional(),
      offerId: z.string().optional(),
      statusCode: z.int(),
      errors: z.array(z.object({ message: z.string(), longMessage: z.string().optional() })).optional(),
    }),
  ),
})

const refund = z.object({ amount, refundDate: z.coerce.date().optional() })

export const wireLine = z.object({
  lineItemId: z.string(),
  legacyItemId: z.string().optional(),
  sku: z.string().optional(),
  title: z.string().default(''),
  quantity: count,
  lineItemCost: amount,
  lineItemFulfillmentStatus: z.string(),
  variationAspects: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  refunds: z.array(refund).default([]),
})

/** The buyer's name and address are not looked at, and so never kept. */
export const wireOrder = z.object({
  orderId: z.string(),
  creationDate: z.coerce.date(),
  lastModifiedDate: z.coerce.date(),
  orderFulfillmentStatus: z.string(),
  orderPaymentStatus: z.string(),
  cancelStatus: z.object({ cancelState: z.string(), cancelledDate: z.coerce.date().optional() }).optional(),
  pricingSummary: z.object({ total: amount }),
  paymentSummary: z
    .object({
      payments: z.array(z.object({ paymentDate: z.coerce.date().optional() })).default([]),
      refunds: z.array(refund).default([]),
    })
    .optional(),
  lineItems: z.array(wireLine),
})

export const wireOrders = z.object({ total: count, orders: z.array(wireOrder).default([]) })

export const wireParcels = z.object({
  fulfillments: z
    .array(z.object({ lineItems: z.array(z.object({ lineItemId: z.string(), quantity: count.default(1) })) }))
    .default([]),
})

export const wireUser = z.object({ userId: z.string().min(1), username: z.string().optional() })

/** The token endpoint's answer; a refreshed one has no refresh token: the old one goes on. `expires_in` is in seconds. */
export const wireTokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().optional(),
  expires_in: z.number().positive(),
})

export const wireTokenError = z.object({ error: z.string(), error_description: z.string().optional() })

export const wirePublicKey = z.object({ key: z.string().min(1), algorithm: z.string(), digest: z.string() })

export const wireSignature = z.object({
  alg: z.string(),
  kid: z.string().regex(/^[\w-]{1,80}$/),
  signature: z.base64(),
  digest: z.string(),
})

const person = z.object({ userId: z.string().optional(), username: z.string().optional() })

/** A notification. Where the order stands in it has been seen in more than one way. */
export const wireNotification = z.object({
  metadata: z.object({ topic: z.string() }),
  notification: z.object({
    notificationId: z.string().min(1),
    eventDate: z.coerce.date(),
    data: person.extend({
      user: person.optional(),
      orderId: z.string().optional(),
      order: z.object({ orderId: z.string() }).optional(),
    }),
  }),
})

export const wireDestinations = z.object({
  destinations: z
    .array(
      z.object({ destinationId: z.string(), status: z.string(), deliveryConfig: z.object({ endpoint: z.string() }) }),
    )
    .default([]),
})

export const wireSubscriptions = z.object({
  subscriptions: z
    .array(z.object({ subscriptionId: z.string(), topicId: z.string(), status: z.string(), destinationId: z.string() }))
    .default([]),
})

export type WireOffer = z.infer<typeof wireOffer>
export type WireItem = z.infer<typeof wireItem>
export type WireOrder = z.infer<typeof wireOrder>
export type WireLine = z.infer<typeof wireLine>
export type WireAmount = z.infer<typeof amount>
