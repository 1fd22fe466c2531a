import { deliver } from './delivery.ts'
import { uuid } from './settings.ts'
import { nowOf, type Store } from './store.ts'

type Target = { uri: string; subscriptionId: string | null; name: string | null; includeFields: string[] }

/** Topics an uninstalled app still gets. */
const AFTERWARDS = new Set(['app/uninstalled', 'shop/redact', 'customers/redact'])

/** Sends each happening to everyone who asked for its topic. */
export function dispatch(store: Store, happenings: { topic: string; payload: () => object }[]): void {
  const eventId = uuid(store.env.random)
  const triggeredAt = new Date(nowOf(store)).toISOString()
  for (const { topic, payload } of happenings) {
    if (!store.installation.installed && !AFTERWARDS.has(topic)) continue
    for (const target of targets(store, topic)) {
      const body = JSON.stringify(chosen(payload(), target.includeFields))
      const { uri, subscriptionId, name } = target
      const id = uuid(store.env.random)
      deliver(store, { id, eventId, topic, uri, subscriptionId, name, body, triggeredAt, attempt: 0 })
    }
  }
}

function targets(store: Store, topic: string): Target[] {
  const found: Target[] = []
  for (const { topics, uri, includeFields = [] } of store.env.app.webhooks ?? []) {
    if (topics.includes(topic)) found.push({ uri, subscriptionId: null, name: null, includeFields })
  }
  for (const { id, uri, name, includeFields, topic: mine } of store.subscriptions.values()) {
    if (topicOf(mine) === topic) found.push({ uri, subscriptionId: id, name, includeFields })
  }
  return found
}

// Where a resource's name ends cannot be derived; these are the ones of two words among the topics sent here.
const RESOURCES = ['BULK_OPERATIONS', 'DRAFT_ORDERS', 'INVENTORY_LEVELS']

/** `orders/create` of the enum value `ORDERS_CREATE`. */
export function topicOf(name: string): string {
  const resource = RESOURCES.find((r) => name.startsWith(`${r}_`)) ?? name.slice(0, name.indexOf('_'))
  return `${resource}/${name.slice(resource.length + 1)}`.toLowerCase()
}

function chosen(payload: object, fields: string[]): object {
  if (fields.length === 0) return payload
  return Object.fromEntries(Object.entries(payload).filter(([name]) => fields.includes(name)))
}
