import { type Answer, fail, notFound, ok } from './answer.ts'
import { type Call, fromJson, queryOf } from './call.ts'
import { type Etsy, happens, now } from './etsy.ts'
import * as listings from './listing-calls.ts'
import { count } from './quota.ts'
import * as receipts from './receipt-calls.ts'
import { wireShop } from './wire-shop.ts'
import type { Scope, Token } from './world.ts'

type Operation = {
  /** Its name in the specification. */
  id: string
  /** What the token must allow; without it the key is enough. */
  scope?: Scope
  /** The first number of the path is a shop, and private to its own seller. */
  ownShop?: true
  answer: (call: Call) => Answer
}

/** Every operation the stand-in has. `#` is a number. */
const OPERATIONS = new Map<string, Operation>(
  Object.entries({
    'GET openapi-ping': { id: 'ping', answer: () => ok({ application_id: 1 }) },
    'POST scopes': { id: 'tokenScopes', answer: tokenScopes },
    'GET users/me': { id: 'getMe', scope: 'shops_r', answer: getMe },
    'GET users/#/shops': { id: 'getShopByOwnerUserId', answer: getShopOfUser },
    'GET shops/#': { id: 'getShop', answer: getShop },
    'GET shops/#/listings': {
      id: 'getListingsByShop',
      scope: 'listings_r',
      ownShop: true,
      answer: listings.getListingsByShop,
    },
    'PATCH shops/#/listings/#': {
      id: 'updateListing',
      scope: 'listings_w',
      ownShop: true,
      answer: listings.patchListing,
    },
    'GET listings/#': { id: 'getListing', answer: listings.getListing },
    'GET listings/batch': { id: 'getListingsByListingIds', answer: listings.getListings },
    'GET listings/batch/inventory': {
      id: 'getListingsInventoryByListingIds',
      scope: 'listings_r',
      answer: listings.getInventories,
    },
    'GET listings/#/inventory': { id: 'getListingInventory', scope: 'listings_r', answer: listings.getInventory },
    'PUT listings/#/inventory': { id: 'updateListingInventory', scope: 'listings_w', answer: listings.putInventory },
    'GET shops/#/listings/#/variation-images': { id: 'getListingVariationImages', answer: listings.getVariationImages },
    'POST shops/#/listings/#/variation-images': {
      id: 'updateVariationImages',
      scope: 'listings_w',
      ownShop: true,
      answer: listings.postVariationImages,
    },
    'GET shops/#/receipts': {
      id: 'getShopReceipts',
      scope: 'transactions_r',
      ownShop: true,
      answer: receipts.getReceipts,
    },
    'GET shops/#/receipts/#': {
      id: 'getShopReceipt',
      scope: 'transactions_r',
      ownShop: true,
      answer: receipts.getReceipt,
    },
    'POST shops/#/receipts/#/tracking': {
      id: 'createReceiptShipment',
      scope: 'transactions_w',
      ownShop: true,
      answer: receipts.postTracking,
    },
    'GET shops/#/receipts/#/transactions': {
      id: 'getShopReceiptTransactionsByReceipt',
      scope: 'transactions_r',
      ownShop: true,
      answer: receipts.getReceiptTransactions,
    },
  } satisfies Record<string, Operation>),
)

/** A call on its way in. `path` is what follows `/v3/application/`; `body` its text. */
export type Incoming = { method: string; path: string; params: URLSearchParams; headers: Headers; body: string }

export type Outgoing = { operation?: string; answer: Answer; headers: Record<string, string> }

/** The door of the API: key, then limits, then token and scope, and only then the call itself. */
export function callApi(etsy: Etsy, incoming: Incoming): Outgoing {
  const badKey = wrongKey(etsy, incoming.headers.get('x-api-key'))
  if (badKey) return { answer: badKey, headers: {} }
  etsy.metrics.calls++
  const { headers, refused } = count(etsy)
  if (refused) {
    etsy.metrics.throttled++
    return { answer: fail(429, refused.error), headers: { ...headers, 'retry-after': String(refused.retryAfter) } }
  }
  const ids: number[] = []
  const operation = OPERATIONS.get(
    `${incoming.method} ${incoming.path.replaceAll(/\d+/g, (id) => (ids.push(Number(id)), '#'))}`,
  )
  if (!operation) return { answer: notFound(), headers }
  return { operation: operation.id, answer: answerTo(etsy, operation, { incoming, ids }), headers }
}

/** 403 in both cases, seen in the field since shared secrets became compulsory in February 2026. */
function wrongKey({ app }: Etsy, given: string | null): Answer | undefined {
  if (given === `${app.keystring}:${app.sharedSecret}`) return undefined
  if (given === app.keystring) return fail(403, 'Shared secret is required in x-api-key header.')
  return fail(403, "Invalid API key: should be in the format 'keystring:shared_secret'.")
}

function answerTo(etsy: Etsy, operation: Operation, { incoming, ids }: { incoming: Incoming; ids: number[] }): Answer {
  const bearer = incoming.headers.get('authorization')?.replace(/^Bearer /i, '')
  const token = bearer === undefined ? undefined : etsy.world.accessTokens.get(bearer)
  const refused = notAllowed(etsy, operation, { bearer, token })
  if (refused) return refused
  const seller = token && etsy.world.shops.get(etsy.world.shopOfUser.get(token.userId)!)
  if (operation.ownShop && !etsy.world.shops.has(ids[0]!)) return notFound()
  if (operation.ownShop && seller?.shopId !== ids[0]) {
    return fail(403, `User ${token?.userId} is not the owner of shop ${ids[0]}`)
  }
  const form = incoming.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false
  const body = bodyOf(incoming.body, form)
  if (body === undefined) return fail(400, 'The request body is not valid JSON')
  const call: Call = { etsy, ids, query: queryOf(incoming.params), body, form, seller }
  return unlucky(call, operation, incoming.method !== 'GET')
}

type Presented = { bearer: string | undefined; token: Token | undefined }

function notAllowed(etsy: Etsy, { scope }: Operation, { bearer, token }: Presented): Answer | undefined {
  if (bearer === undefined) return scope && fail(401, 'invalid_token', 'access token is required')
  if (!token || token.revoked) return fail(401, 'invalid_token', 'access token is invalid')
  if (token.expiresAt <= now(etsy)) return fail(401, 'invalid_token', 'access token is expired')
  if (scope && !token.scopes.includes(scope)) return fail(403, 'insufficient_scope', 'Insufficient scope')
  return undefined
}

const bodyOf = (text: string, form: boolean): unknown =>
  form ? queryOf(new URLSearchParams(text)) : text === '' ? {} : fromJson(text)

function unlucky(call: Call, operation: Operation, writes: boolean): Answer {
  const { serverError, conflict, lostAnswer } = call.etsy.settings.faults.calls
  if (happens(call.etsy, serverError)) return fail(500, 'Server Error')
  if (writes && happens(call.etsy, conflict)) {
    return fail(409, 'The request conflicts with the current state of the resource')
  }
  const answer = operation.answer(call)
  return writes && happens(call.etsy, lostAnswer) ? fail(500, 'Server Error') : answer
}

function getMe({ seller }: Call): Answer {
  return ok({ user_id: seller?.userId, shop_id: seller?.shopId })
}

function getShopOfUser({ etsy, ids: [userId] }: Call): Answer {
  const shop = etsy.world.shops.get(etsy.world.shopOfUser.get(userId!) ?? 0)
  return shop ? ok(wireShop(shop)) : fail(404, `Could not find a shop for user with user_id = ${userId}`)
}

function getShop({ etsy, ids: [shopId] }: Call): Answer {
  const shop = etsy.world.shops.get(shopId!)
  return shop ? ok(wireShop(shop)) : notFound()
}

function tokenScopes({ etsy, body }: Call): Answer {
  const name = typeof body === 'object' && body !== null && 'token' in body ? String(body.token) : ''
  const token = etsy.world.accessTokens.get(name)
  return token ? ok({ scopes: token.scopes }) : fail(401, 'invalid_token', 'access token is invalid')
}
