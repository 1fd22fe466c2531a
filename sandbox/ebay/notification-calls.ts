import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Answer, fail, noContent, ok } from './answer.ts'
import { type Call, parse } from './call.ts'
import { type Ebay, iso, now, secret } from './ebay.ts'
import { signingKey } from './notifications.ts'
import { type Destination, type Subscription, type Topic, freshId } from './world.ts'

/** `userId`: whose token it is; '' for the app's own. */
export type NotificationCall = Call & { userId: string; test: (subscription: Subscription) => void }

export function getConfig({ ebay }: NotificationCall): Answer {
  const { alertEmail } = ebay.world
  return alertEmail === null ? fail(404, 195_001, 'Config not found') : ok({ alertEmail })
}

export function updateConfig({ ebay, body }: NotificationCall): Answer {
  const parsed = parse(z.object({ alertEmail: z.email() }), body)
  if ('answer' in parsed) return parsed.answer
  ebay.world.alertEmail = parsed.value.alertEmail
  return noContent()
}

// 32 to 80 letters, digits, underscores and hyphens (Marketplace account deletion, developer.ebay.com).
const destinationForm = z.object({
  name: z.string().min(1),
  status: z.enum(['ENABLED', 'DISABLED']),
  deliveryConfig: z.object({ endpoint: z.url(), verificationToken: z.string().regex(/^[\w-]{32,80}$/) }),
})

/** createDestination: it is made only if its endpoint answers the challenge. */
export async function createDestination({ ebay, body }: NotificationCall): Promise<Answer> {
  const parsed = parse(destinationForm, body)
  if ('answer' in parsed) return parsed.answer
  if (ebay.world.alertEmail === null) return fail(409, 195_002, 'Please set the alert email first: updateConfig.')
  const { name, status, deliveryConfig } = parsed.value
  if (destinationAt(ebay, deliveryConfig.endpoint))
    return fail(409, 195_004, 'A destination with this endpoint exists already.')
  if (!(await answersChallenge(ebay, deliveryConfig)))
    return fail(400, 195_003, 'Challenge verification failed for requested endpoint')
  const destinationId = `dest-${freshId(ebay.world, 'row')}`
  ebay.world.destinations.set(destinationId, { destinationId, name, ...deliveryConfig, enabled: status === 'ENABLED' })
  return { status: 201, body: {}, headers: { location: `/commerce/notification/v1/destination/${destinationId}` } }
}

const destinationAt = (ebay: Ebay, endpoint: string) =>
  [...ebay.world.destinations.values()].find((known) => known.endpoint === endpoint)

async function answersChallenge(
  ebay: Ebay,
  { endpoint, verificationToken }: Pick<Destination, 'endpoint' | 'verificationToken'>,
) {
  const code = secret(ebay, 20)
  const url = new URL(endpoint)
  url.searchParams.set('challenge_code', code)
  const expected = createHash('sha256').update(code).update(verificationToken).update(endpoint).digest('hex')
  const answer = await ebay.deliver(new Request(url)).catch(() => undefined)
  const type = answer?.headers.get('content-type') ?? ''
  if (!answer?.ok || !type.startsWith('application/json')) return false
  const said: unknown = await answer.json().catch(() => null)
  return typeof said === 'object' && said !== null && 'challengeResponse' in said && said.challengeResponse === expected
}

export function getDestinations({ ebay }: NotificationCall): Answer {
  const destinations = [...ebay.world.destinations.values()].map(
    ({ destinationId, name, enabled, endpoint, verificationToken }) => ({
      destinationId,
      name,
      status: enabled ? 'ENABLED' : 'DISABLED',
      deliveryConfig: { endpoint, verificationToken },
    }),
  )
  return ok({ total: destinations.length, href: '/commerce/notification/v1/destination', limit: 20, destinations })
}

/** Topics, and whether each is a seller's own. */
const TOPICS: Record<Topic, { user: boolean }> = {
  ORDER_CONFIRMATION: { user: true },
  ITEM_MARKED_SHIPPED: { user: true },
  MARKETPLACE_ACCOUNT_DELETION: { user: false },
}

export function getTopics(): Answer {
  const topics = Object.entries(TOPICS).map(([topicId, { user }]) => ({
    topicId,
    status: 'ENABLED',
    context: 'ACCOUNT',
    scope: user ? 'USER' : 'APPLICATION',
    supportedPayloads: [{ format: ['JSON'], schemaVersion: '1.0', deliveryProtocol: 'HTTPS', deprecated: false }],
  }))
  return ok({ total: topics.length, href: '/commerce/notification/v1/topic', limit: 20, topics })
}

const subscriptionForm = z.object({
  topicId: z.string(),
  status: z.enum(['ENABLED', 'DISABLED']),
  payload: z.object({ format: z.literal('JSON'), schemaVersion: z.string(), deliveryProtocol: z.literal('HTTPS') }),
  destinationId: z.string(),
})

const isTopic = (name: string): name is Topic => Object.hasOwn(TOPICS, name)

/** createSubscription: one for each topic, a seller's with her own token, the app's with the app's. */
export function createSubscription({ ebay, body, userId }: NotificationCall): Answer {
  const parsed = parse(subscriptionForm, body)
  if ('answer' in parsed) return parsed.answer
  const { topicId, destinationId, status } = parsed.value
  if (!isTopic(topicId)) return fail(400, 195_010, 'Invalid or missing topic id')
  if (!ebay.world.destinations.has(destinationId)) return fail(400, 195_011, 'Invalid or missing destination id')
  if (TOPICS[topicId].user === (userId === '')) return fail(403, 195_012, 'This topic is for another kind of token.')
  const owner = userId === '' ? null : userId
  const rows = [...ebay.world.subscriptions.values()]
  if (rows.some((row) => row.topic === topicId && row.userId === owner))
    return fail(409, 195_013, 'The subscription exists already.')
  const subscriptionId = `sub-${freshId(ebay.world, 'row')}`
  const enabled = status === 'ENABLED'
  ebay.world.subscriptions.set(subscriptionId, {
    subscriptionId,
    topic: topicId,
    destinationId,
    userId: owner,
    enabled,
    createdAt: now(ebay),
  })
  return { status: 201, body: {}, headers: { location: `/commerce/notification/v1/subscription/${subscriptionId}` } }
}

export function getSubscriptions({ ebay, userId }: NotificationCall): Answer {
  const own = [...ebay.world.subscriptions.values()].filter((row) => (row.userId ?? '') === userId)
  const subscriptions = own.map(({ subscriptionId, topic, enabled, destinationId, createdAt }) => ({
    subscriptionId,
    topicId: topic,
    status: enabled ? 'ENABLED' : 'DISABLED',
    creationDate: iso(createdAt),
    payload: { format: 'JSON', schemaVersion: '1.0', deliveryProtocol: 'HTTPS' },
    destinationId,
  }))
  return ok({ total: subscriptions.length, href: '/commerce/notification/v1/subscription', limit: 20, subscriptions })
}

function withSubscription(call: NotificationCall, act: (subscription: Subscription) => Answer): Answer {
  const subscription = call.ebay.world.subscriptions.get(call.path.subscription_id ?? '')
  const own = subscription && (subscription.userId ?? '') === call.userId
  return own ? act(subscription) : fail(404, 195_014, 'The subscription was not found.')
}

const turned = (enabled: boolean) => (call: NotificationCall) =>
  withSubscription(call, (subscription) => {
    subscription.enabled = enabled
    return noContent()
  })

export const enableSubscription = turned(true)
export const disableSubscription = turned(false)

export const deleteSubscription = (call: NotificationCall): Answer =>
  withSubscription(call, ({ subscriptionId }) => {
    call.ebay.world.subscriptions.delete(subscriptionId)
    return noContent()
  })

export const testSubscription = (call: NotificationCall): Answer =>
  withSubscription(call, (subscription) => {
    call.test(subscription)
    return { status: 202 }
  })

/** getPublicKey: PEM without line breaks, as eBay has it. */
export function getPublicKey({ ebay, path }: NotificationCall): Answer {
  const { kid, publicKey } = signingKey(ebay)
  if (path.public_key_id !== kid) return fail(404, 195_020, 'The public key was not found.')
  return ok({ algorithm: 'ECDSA', digest: 'SHA1', key: publicKey.replaceAll('\n', '') })
}
