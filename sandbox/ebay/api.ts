import { type Answer, fail, ok } from './answer.ts'
import { type Call, fromJson, type SellerCall } from './call.ts'
import { type Ebay, happens, now } from './ebay.ts'
import { scope } from './grants.ts'
import * as inventory from './inventory-calls.ts'
import { bulkMigrateListing } from './migrate-calls.ts'
import * as notification from './notification-calls.ts'
import type { NotificationCall } from './notification-calls.ts'
import * as orders from './order-calls.ts'
import { count, rateLimits } from './quota.ts'
import type { Api, Subscription, Token } from './world.ts'

type Told = Answer | Promise<Answer>

/** `as`: whose token it must be. */
type Operation = { id: string; method: string; path: string; api: Api } & (
  | { as: 'seller'; scope: string; answer: (call: SellerCall) => Told }
  | { as: 'anybody'; answer: (call: NotificationCall) => Told }
)

type Base = { api: Api; base: string; scope: string }
type Rows<C> = Record<string, [id: string, answer: (call: C) => Told]>

const sellers = ({ api, base, scope: name }: Base, rows: Rows<SellerCall>): Operation[] =>
  Object.entries(rows).map(([route, [id, answer]]) => ({
    ...routeOf(base, route),
    id,
    api,
    as: 'seller',
    scope: scope(name),
    answer,
  }))

const anybodys = ({ api, base }: Omit<Base, 'scope'>, rows: Rows<NotificationCall>): Operation[] =>
  Object.entries(rows).map(([route, [id, answer]]) => ({ ...routeOf(base, route), id, api, as: 'anybody', answer }))

function routeOf(base: string, route: string): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ')
  return { method, path: base + path }
}

/** Every operation the stand-in has, by the names of the specifications. */
export const OPERATIONS: Operation[] = [
  ...sellers(
    { api: 'inventory', base: '/sell/inventory/v1', scope: 'sell.inventory' },
    {
      'GET /inventory_item': ['getInventoryItems', inventory.getInventoryItems],
      'GET /inventory_item/{sku}': ['getInventoryItem', inventory.getInventoryItem],
      'PUT /inventory_item/{sku}': ['createOrReplaceInventoryItem', inventory.putInventoryItem],
      'POST /bulk_get_inventory_item': ['bulkGetInventoryItem', inventory.bulkGetInventoryItem],
      'POST /bulk_update_price_quantity': ['bulkUpdatePriceQuantity', inventory.bulkUpdatePriceQuantity],
      'POST /bulk_migrate_listing': ['bulkMigrateListing', bulkMigrateListing],
      'GET /offer': ['getOffers', inventory.getOffers],
      'GET /offer/{offerId}': ['getOffer', inventory.getOffer],
    },
  ),
  ...sellers(
    { api: 'fulfillment', base: '/sell/fulfillment/v1', scope: 'sell.fulfillment' },
    {
      'GET /order': ['getOrders', orders.getOrders],
      'GET /order/{orderId}': ['getOrder', orders.getOrder],
      'GET /order/{orderId}/shipping_fulfillment': ['getShippingFulfillments', orders.getShippingFulfillments],
      'POST /order/{orderId}/shipping_fulfillment': ['createShippingFulfillment', orders.createShippingFulfillment],
      'POST /order/{order_id}/issue_refund': ['issueRefund', orders.issueRefund],
    },
  ),
  ...anybodys(
    { api: 'notification', base: '/commerce/notification/v1' },
    {
      'GET /config': ['getConfig', notification.getConfig],
      'PUT /config': ['updateConfig', notification.updateConfig],
      'GET /destination': ['getDestinations', notification.getDestinations],
      'POST /destination': ['createDestination', notification.createDestination],
      'GET /topic': ['getTopics', notification.getTopics],
      'GET /subscription': ['getSubscriptions', notification.getSubscriptions],
      'POST /subscription': ['createSubscription', notification.createSubscription],
      'DELETE /subscription/{subscription_id}': ['deleteSubscription', notification.deleteSubscription],
      'POST /subscription/{subscription_id}/enable': ['enableSubscription', notification.enableSubscription],
      'POST /subscription/{subscription_id}/disable': ['disableSubscription', notification.disableSubscription],
      'POST /subscription/{subscription_id}/test': ['test', notification.testSubscription],
      'GET /public_key/{public_key_id}': ['getPublicKey', notification.getPublicKey],
    },
  ),
  ...anybodys(
    { api: 'other', base: '/developer/analytics/v1_beta' },
    {
      'GET /rate_limit/': ['getRateLimits', rateLimits],
      'GET /user_rate_limit/': ['getUserRateLimits', rateLimits],
    },
  ),
  ...sellers(
    { api: 'other', base: '/commerce/identity/v1', scope: 'commerce.identity.readonly' },
    { 'GET /user/': ['getUser', getUser] },
  ),
]

const PATTERNS = OPERATIONS.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}))

/** A call on its way in; `body` is its text. */
export type Incoming = { method: string; path: string; params: URLSearchParams; headers: Headers; body: string }

export type Outgoing = { operation?: Operation; answer: Answer }

/** Whether it is one of the REST APIs that is asked. */
export const isApi = (path: string): boolean => /^\/(sell|commerce|developer)\//.test(path)

type Known = { ebay: Ebay; test: (subscription: Subscription) => void }

/** The door of the REST APIs: the budget, then the token and what it allows, and only then the call itself. */
export async function callApi(known: Known, incoming: Incoming): Promise<Outgoing> {
  const { ebay } = known
  const found = PATTERNS.flatMap(({ operation, pattern }) => {
    const match = operation.method === incoming.method ? pattern.exec(incoming.path) : null
    return match ? [{ operation, match }] : []
  })[0]
  const operation = found?.operation
  if (!count(ebay, operation?.api ?? 'other'))
    return { answer: fail(429, 2_001, 'Too many requests. The request limit has been reached for the resource.') }
  if (!operation) return { answer: fail(404, 2_002, 'Resource not found') }
  const path = Object.fromEntries(
    Object.entries(found.match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  )
  return { operation, answer: await answerTo(known, operation, { incoming, path }) }
}

async function answerTo(
  { ebay, test }: Known,
  operation: Operation,
  { incoming, path }: { incoming: Incoming; path: Record<string, string> },
) {
  const token = ebay.world.accessTokens.get(incoming.headers.get('authorization')?.replace(/^Bearer /i, '') ?? '')
  const refused = notAllowed(ebay, operation, token) ?? wrongLanguage(operation, incoming.headers)
  if (refused || !token) return refused ?? fail(401, 1_001, 'Invalid access token')
  const body = incoming.body === '' ? undefined : fromJson(incoming.body)
  if (incoming.body !== '' && body === undefined) return fail(400, 2_004, 'The request body is not valid JSON')
  const call: Call = { ebay, path, query: Object.fromEntries(incoming.params), body, headers: incoming.headers }
  return unlucky(ebay, incoming.method !== 'GET' && !/bulk_get/.test(incoming.path), () => {
    if (operation.as === 'anybody') return operation.answer({ ...call, userId: token.userId, test })
    const seller = ebay.world.sellers.get(token.userId)
    return seller ? operation.answer({ ...call, seller }) : fail(401, 1_001, 'Invalid access token')
  })
}

function notAllowed(ebay: Ebay, operation: Operation, token: Token | undefined): Answer | undefined {
  if (!token || token.revoked) return fail(401, 1_001, 'Invalid access token')
  if (token.expiresAt <= now(ebay)) {
    const status = operation.api === 'inventory' ? ebay.settings.switches.expiredToken : 401
    return status === 403 ? fail(403, 1_100, 'Access denied') : fail(401, 1_001, 'Invalid access token')
  }
  if (operation.as === 'seller' && !token.scopes.includes(operation.scope))
    return fail(403, 1_100, 'Insufficient permissions to fulfill the request.')
  return undefined
}

const LANGUAGE = /^[a-z]{2}-[A-Z]{2}$/

/** What Node's fetch sends by itself, `*`, is refused. */
function wrongLanguage({ api }: Operation, headers: Headers): Answer | undefined {
  const language = headers.get('accept-language')
  if (api !== 'inventory' || language === null || LANGUAGE.test(language)) return undefined
  return fail(400, 25_709, 'Invalid value for header Accept-Language.')
}

async function unlucky(ebay: Ebay, writes: boolean, act: () => Told): Promise<Answer> {
  const { serverError, lostAnswer } = ebay.settings.faults.calls
  const down = () => fail(500, 25_001, 'A system error has occurred.')
  if (happens(ebay, serverError)) return down()
  const answer = await act()
  return writes && happens(ebay, lostAnswer) ? down() : answer
}

function getUser({ seller }: SellerCall): Answer {
  return ok({
    userId: seller.userId,
    username: seller.username,
    accountType: 'BUSINESS',
    registrationMarketplaceId: 'EBAY_US',
    status: 'CONFIRMED',
  })
}
