import { type Answer, badRequest, fail, isFailure, notFound, type Outgoing } from './answer.ts'
import { type Call, fromJson } from './call.ts'
import * as catalog from './catalog-calls.ts'
import * as inventory from './inventory-calls.ts'
import * as orders from './order-calls.ts'
import { countCall } from './pace.ts'
import { happens, now, type Square } from './square.ts'
import { revoke, tokenEndpoint, tokenStatus } from './token-endpoint.ts'
import type { Token } from './world.ts'
import { getMerchant, listLocations } from './wire-merchant.ts'

type Operation = {
  /** Its name in the specification. */
  id: string
  scope: string
  answer: (call: Call) => Answer
  /** It changes something: its answer may be lost. */
  writes?: true
}

/** Every operation the stand-in has. `*` is an id. */
const OPERATIONS: Record<string, Operation> = {
  'GET v2/merchants/*': { id: 'RetrieveMerchant', scope: 'MERCHANT_PROFILE_READ', answer: getMerchant },
  'GET v2/locations': { id: 'ListLocations', scope: 'MERCHANT_PROFILE_READ', answer: listLocations },
  'POST v2/catalog/search': { id: 'SearchCatalogObjects', scope: 'ITEMS_READ', answer: catalog.searchCatalog },
  'GET v2/catalog/list': { id: 'ListCatalog', scope: 'ITEMS_READ', answer: catalog.listCatalog },
  'POST v2/catalog/batch-retrieve': {
    id: 'BatchRetrieveCatalogObjects',
    scope: 'ITEMS_READ',
    answer: catalog.batchObjects,
  },
  'POST v2/inventory/counts/batch-retrieve': {
    id: 'BatchRetrieveInventoryCounts',
    scope: 'INVENTORY_READ',
    answer: inventory.batchCounts,
  },
  'POST v2/inventory/changes/batch-retrieve': {
    id: 'BatchRetrieveInventoryChanges',
    scope: 'INVENTORY_READ',
    answer: inventory.batchChanges,
  },
  'POST v2/inventory/changes/batch-create': {
    id: 'BatchChangeInventory',
    scope: 'INVENTORY_WRITE',
    answer: inventory.batchChange,
    writes: true,
  },
  'POST v2/orders/search': { id: 'SearchOrders', scope: 'ORDERS_READ', answer: orders.searchOrders },
  'POST v2/orders/batch-retrieve': { id: 'BatchRetrieveOrders', scope: 'ORDERS_READ', answer: orders.batchOrders },
  'GET v2/orders/*': { id: 'RetrieveOrder', scope: 'ORDERS_READ', answer: orders.getOrder },
  'GET v2/payments/*': { id: 'GetPayment', scope: 'PAYMENTS_READ', answer: orders.getPayment },
  'GET v2/refunds/*': { id: 'GetPaymentRefund', scope: 'PAYMENTS_READ', answer: orders.getRefund },
  'GET v2/refunds': { id: 'ListPaymentRefunds', scope: 'PAYMENTS_READ', answer: orders.listRefunds },
}

/** A call on its way in; `body` is its text. */
export type Incoming = { method: string; path: string; params: URLSearchParams; headers: Headers; body: string }

/** The door of the API: token, then limit, then permission, and only then the call itself. */
export function callApi(square: Square, incoming: Incoming): Outgoing {
  const { method, path, headers } = incoming
  const authorization = headers.get('authorization')
  if (path.startsWith('oauth2/')) return oauth(square, incoming, authorization)
  const token = square.world.accessTokens.get(authorization?.replace(/^Bearer /i, '') ?? '')
  const stranger = notLetIn(square, token)
  if (stranger || !token) return { answer: stranger ?? notFound('The token') }
  square.metrics.calls += 1
  const throttled = countCall(square, token.merchantId)
  if (throttled) return throttled
  const found = operationFor(method, path)
  if (!found) return { answer: notFound(`${method} /${path}`) }
  const { operation, id } = found
  if (!token.scopes.includes(operation.scope)) {
    const detail = `The merchant has not given your application ${operation.scope}.`
    return { operation: operation.id, answer: fail({ status: 403, code: 'INSUFFICIENT_SCOPES', detail }) }
  }
  return { operation: operation.id, answer: carryOut(square, incoming, { operation, id, token }) }
}

function oauth(square: Square, { method, path, body }: Incoming, authorization: string | null): Outgoing {
  const form = formOf(body)
  if (method !== 'POST') return { answer: notFound(`${method} /${path}`) }
  if (path === 'oauth2/token') return { operation: 'ObtainToken', answer: tokenEndpoint(square, form) }
  if (path === 'oauth2/revoke') return { operation: 'RevokeToken', answer: revoke(square, form, authorization) }
  if (path === 'oauth2/token/status') {
    return { operation: 'RetrieveTokenStatus', answer: tokenStatus(square, authorization) }
  }
  return { answer: notFound(`${method} /${path}`) }
}

function formOf(body: string): Record<string, string> {
  const parsed = fromJson(body)
  if (typeof parsed !== 'object' || parsed === null) return {}
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]))
}

function notLetIn(square: Square, token: Token | undefined): Answer | undefined {
  const refused = (code: string, detail: string) => fail({ status: 401, code, detail })
  if (!token) return refused('UNAUTHORIZED', 'This request could not be authorized.')
  if (token.revoked) return refused('ACCESS_TOKEN_REVOKED', 'The access token has been revoked.')
  if (token.expiresAt <= now(square)) return refused('ACCESS_TOKEN_EXPIRED', 'The access token has expired.')
  return undefined
}

function operationFor(method: string, path: string): { operation: Operation; id: string } | undefined {
  const exact = OPERATIONS[`${method} ${path}`]
  if (exact) return { operation: exact, id: '' }
  const slash = path.lastIndexOf('/')
  const one = OPERATIONS[`${method} ${path.slice(0, slash)}/*`]
  return one && { operation: one, id: decodeURIComponent(path.slice(slash + 1)) }
}

type Admitted = { operation: Operation; id: string; token: Token }

function carryOut(square: Square, { body, params }: Incoming, { operation, id, token }: Admitted): Answer {
  const { serverError, lostAnswer } = square.settings.faults.calls
  const broken = () => fail({ status: 500, code: 'INTERNAL_SERVER_ERROR', detail: 'An internal error has occurred.' })
  if (happens(square, serverError)) return broken()
  const parsed = fromJson(body)
  if (parsed === undefined) return badRequest('BAD_REQUEST', 'The request body is not JSON.')
  const merchant = square.world.merchants.get(token.merchantId)
  if (!merchant) return notFound('The merchant')
  const answer = operation.answer({ square, merchant, id, query: Object.fromEntries(params), body: parsed })
  const lost = operation.writes && !isFailure(answer) && happens(square, lostAnswer)
  return lost ? broken() : answer
}
