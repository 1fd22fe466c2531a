import { z } from 'zod'
import type { Notification } from '../connector.ts'
import { gid } from './shop.ts'

/** A webhook's own words, verified before. Topic as in the header ("orders/create") or the library's ("ORDERS_CREATE"). */
export type ShopifyWebhook = {
  topic: string
  /** "name.myshopify.com" */
  shop: string
  /** its body, parsed as JSON */
  payload: unknown
  /** X-Shopify-Event-Id: what happened; the same in every delivery of it */
  eventId?: string | undefined
  /** X-Shopify-Webhook-Id: this delivery and its retries */
  webhookId: string
  triggeredAt?: string | undefined
  receivedAt: Date
}

const id = z.union([z.int(), z.string()])

/** By the part of the topic before the slash: the field that holds the id, and what it is an id of. */
const SUBJECTS = {
  orders: { type: 'Order', field: z.object({ id }).transform((payload) => payload.id) },
  refunds: { type: 'Order', field: z.object({ order_id: id }).transform((payload) => payload.order_id) },
  fulfillments: { type: 'Order', field: z.object({ order_id: id }).transform((payload) => payload.order_id) },
  inventory_levels: {
    type: 'InventoryItem',
    field: z.object({ inventory_item_id: id }).transform((p) => p.inventory_item_id),
  },
  inventory_items: { type: 'InventoryItem', field: z.object({ id }).transform((payload) => payload.id) },
  products: { type: 'Product', field: z.object({ id }).transform((payload) => payload.id) },
  locations: { type: 'Location', field: z.object({ id }).transform((payload) => payload.id) },
}

const EDITED = z.object({ order_edit: z.object({ order_id: id }) }).transform((payload) => payload.order_edit.order_id)

const RESOURCES = [...Object.keys(SUBJECTS), 'checkouts', 'app', 'customers', 'shop', 'bulk_operations']

/** `inventory_levels/update` of either way to write a topic. */
export function topicOf(topic: string): string {
  const lower = topic.toLowerCase()
  const resource = RESOURCES.find((name) => lower.startsWith(`${name}_`))
  return resource && !lower.includes('/') ? `${resource}/${lower.slice(resource.length + 1)}` : lower
}

/**
 * What a webhook tells, as ids to read: `orders/*`, `refunds/*` and `fulfillments/*` an order, `inventory_levels/*` and
 * `inventory_items/*` a thing, `products/*` a product (thingsOf takes its id too), `locations/*` a place, `app/*` the shop.
 * Null for other topics (those of compliance among them), which routes answer themselves.
 */
export function shopifyNotification(webhook: ShopifyWebhook): Notification | null {
  const topic = topicOf(webhook.topic)
  const subject = subjectOf(topic, webhook)
  if (subject === null) return null
  const told = Date.parse(webhook.triggeredAt ?? '')
  return {
    // One event changes several things: an order of three lines is one event, and three levels of the same topic.
    eventId: `${webhook.eventId ?? webhook.webhookId} ${subject}`,
    topic,
    subject,
    occurredAt: Number.isNaN(told) ? webhook.receivedAt : new Date(told),
  }
}

function subjectOf(topic: string, { payload, shop }: ShopifyWebhook): string | null {
  const resource = topic.split('/')[0] ?? ''
  if (resource === 'app') return shop
  if (topic === 'orders/edited') return gid('Order', EDITED.parse(payload))
  return isSubject(resource) ? gid(SUBJECTS[resource].type, SUBJECTS[resource].field.parse(payload)) : null
}

const isSubject = (resource: string): resource is keyof typeof SUBJECTS => resource in SUBJECTS
