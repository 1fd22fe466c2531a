import { notInSandbox, type Context, type Mutations } from '../context.ts'
import type { Subscription } from '../rows.ts'
import { newId, nowOf, type Store } from '../store.ts'

type Input = {
  uri?: string
  callbackUrl?: string
  name?: string
  includeFields?: string[]
  filter?: string
  format?: string
}
type Create = { topic: string; webhookSubscription: Input }
type Update = { id: string; webhookSubscription: Input }

// Shopify's errors name the field it had before it was called uri.
const error = (message: string) => [{ field: ['webhookSubscription', 'callbackUrl'], message }]

/** `webhookSubscriptionCreate`, `…Update`, `…Delete`. An address on loopback may be plain http. */
export const subscriptionMutations: Mutations = {
  webhookSubscriptionCreate: ({ topic, webhookSubscription: input }: Create, { store }: Context) => {
    const uri = input.uri ?? input.callbackUrl ?? ''
    const userErrors = addressErrors(store, { topic, uri, input })
    if (userErrors.length > 0) return { webhookSubscription: null, userErrors }
    const now = nowOf(store)
    const { name = null, includeFields = [] } = input
    const id = newId(store, 'WebhookSubscription')
    const subscription: Subscription = {
      id,
      topic,
      uri,
      name,
      includeFields,
      failures: 0,
      createdAt: now,
      updatedAt: now,
    }
    store.subscriptions.add(subscription)
    store.env.changed()
    return { webhookSubscription: subscription, userErrors: [] }
  },
  webhookSubscriptionUpdate: ({ id, webhookSubscription: input }: Update, { store }: Context) => {
    const subscription = store.subscriptions.get(id)
    if (!subscription) return { webhookSubscription: null, userErrors: missing }
    const uri = input.uri ?? input.callbackUrl ?? subscription.uri
    const userErrors = uri === subscription.uri ? [] : addressErrors(store, { topic: subscription.topic, uri, input })
    if (userErrors.length > 0) return { webhookSubscription: null, userErrors }
    const { name = subscription.name, includeFields = subscription.includeFields } = input
    Object.assign(subscription, { uri, name, includeFields })
    store.subscriptions.touch(subscription, nowOf(store))
    store.env.changed()
    return { webhookSubscription: subscription, userErrors: [] }
  },
  webhookSubscriptionDelete: ({ id }: { id: string }, { store }: Context) => {
    if (!store.subscriptions.get(id)) return { deletedWebhookSubscriptionId: null, userErrors: missing }
    store.subscriptions.delete(id)
    store.env.changed()
    return { deletedWebhookSubscriptionId: id, userErrors: [] }
  },
}

const missing = [{ field: ['id'], message: 'Webhook subscription does not exist' }]

type Address = { topic: string; uri: string; input: Input }

function addressErrors(store: Store, { topic, uri, input }: Address) {
  if (input.filter) throw notInSandbox('webhook filters')
  if (!uri) return error("Address can't be blank")
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  const loopback = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost'
  if (url?.protocol !== 'https:' && !loopback)
    return error(`Address protocol ${url?.protocol ?? uri}// is not supported`)
  const taken = [...store.subscriptions.values()].some((other) => other.topic === topic && other.uri === uri)
  return taken ? error('Address for this topic has already been taken') : []
}
