import type { z } from 'zod'
import type { EbayCalls } from './call.server.ts'
import { callsWith } from './connect.server.ts'
import type { EbayApp } from './token.server.ts'
import { wireDestinations, wireSubscriptions } from './wire.ts'

const BASE = '/commerce/notification/v1'

/** Where notifications go, and how we prove that it is ours. `alertEmail`: for eBay to write to when it cannot reach us. */
export type Endpoint = { endpoint: string; verificationToken: string; alertEmail: string }

type Tokens = { ofApp: string; ofSeller: string }

/**
 * Has eBay tell us of a seller's orders. What is there already is left as it is, so it may be done again at any time.
 * False when eBay does not take our address, which only costs time: orders are polled in any case.
 */
export async function subscribe(app: EbayApp, endpoint: Endpoint, tokens: Tokens): Promise<boolean> {
  const own = callsWith(app, { apiUrl: app.apiUrl, accessToken: tokens.ofApp })
  const destinationId = await destinationFor(own, endpoint)
  if (destinationId === null) return false
  // Every app must take this one: https://developer.ebay.com/marketplace-account-deletion.
  await subscribeTo(own, { topicId: 'MARKETPLACE_ACCOUNT_DELETION', destinationId })
  const seller = callsWith(app, { apiUrl: app.apiUrl, accessToken: tokens.ofSeller })
  const topics = ['ORDER_CONFIRMATION', 'ITEM_MARKED_SHIPPED']
  const done = await Promise.all(topics.map((topicId) => subscribeTo(seller, { topicId, destinationId })))
  return done.every(Boolean)
}

/** eBay asks our address a question before it makes it a destination. */
async function destinationFor(
  ebay: EbayCalls,
  { endpoint, verificationToken, alertEmail }: Endpoint,
): Promise<string | null> {
  const known = await destinationAt(ebay, endpoint)
  if (known !== null) return known
  await ebay.send({ ...NOTIFICATION, method: 'PUT', path: `${BASE}/config`, json: { alertEmail } })
  const json = { name: 'Vitrine', status: 'ENABLED', deliveryConfig: { endpoint, verificationToken } }
  const made = await ebay.send({ ...NOTIFICATION, method: 'POST', path: `${BASE}/destination`, json })
  return made.is === 'answer' && made.value.status < 300 ? destinationAt(ebay, endpoint) : null
}

async function destinationAt(ebay: EbayCalls, endpoint: string): Promise<string | null> {
  const { destinations } = await listOf(ebay, wireDestinations, 'destination')
  return destinations.find(({ deliveryConfig }) => deliveryConfig.endpoint === endpoint)?.destinationId ?? null
}

const NOTIFICATION = { api: 'notification', lane: 'read' } as const

async function listOf<T>(ebay: EbayCalls, schema: z.ZodType<T>, what: string): Promise<T> {
  const read = await ebay.read(schema, { ...NOTIFICATION, path: `${BASE}/${what}` })
  return read?.value ?? schema.parse({})
}

async function subscribeTo(
  ebay: EbayCalls,
  { topicId, destinationId }: { topicId: string; destinationId: string },
): Promise<boolean> {
  const { subscriptions } = await listOf(ebay, wireSubscriptions, 'subscription')
  const known = subscriptions.find((row) => row.topicId === topicId && row.destinationId === destinationId)
  if (known?.status === 'ENABLED') return true
  if (known) return done(ebay, `${BASE}/subscription/${known.subscriptionId}/enable`)
  const payload = { format: 'JSON', schemaVersion: '1.0', deliveryProtocol: 'HTTPS' }
  return done(ebay, `${BASE}/subscription`, { topicId, status: 'ENABLED', payload, destinationId })
}

async function done(ebay: EbayCalls, path: string, json?: unknown): Promise<boolean> {
  const reply = await ebay.send({ ...NOTIFICATION, method: 'POST', path, ...(json !== undefined && { json }) })
  return reply.is === 'answer' && reply.value.status < 300
}
