import { execute, type ExecutionResult, type GraphQLError } from 'graphql'
import { assert } from '#app/kernel/assert.ts'
import { startBulk } from './bulk.ts'
import { available, spend, throttleStatus, type ThrottleStatus } from './bucket.ts'
import type { Context } from './context.ts'
import { actualCost, requestedCost } from './cost.ts'
import { prepare } from './document.ts'
import { resolveField, resolveType } from './fields.ts'
import { adminSchema } from './schema.ts'
import type { AccessToken } from './rows.ts'
import type { Store } from './store.ts'
import { coerceVariables } from './variables.ts'

export type GraphQLRequest = {
  query: string
  variables?: Record<string, unknown> | null
  operationName?: string | null
}

export type Cost = { requestedQueryCost: number; actualQueryCost: number | null; throttleStatus: ThrottleStatus }

export type GraphQLAnswer = {
  data?: ExecutionResult['data']
  errors?: readonly (GraphQLError | object)[]
  extensions?: { cost: Cost }
}

/** Runs one request as Shopify does: validate, weigh, throttle, execute, give back what was not used. */
export function runGraphQL(store: Store, caller: AccessToken, request: GraphQLRequest): GraphQLAnswer {
  const prepared = prepare(request.query, request.operationName)
  if (Array.isArray(prepared)) return { errors: prepared }
  const { document, operation, cost } = prepared
  const { schema } = adminSchema()
  const variables = request.variables ?? {}
  const coerced = coerceVariables(schema, operation, variables)
  if (Array.isArray(coerced)) return { errors: coerced }
  const requested = requestedCost(cost, coerced)
  const refusal = tooMuch(store, requested)
  if (refusal) return refusal
  const contextValue: Context = { store, caller, denied: prepared.denied(store.installation.scopes) }
  const result = execute({
    schema,
    document,
    operationName: request.operationName,
    variableValues: variables,
    contextValue,
    fieldResolver: resolveField,
    typeResolver: resolveType,
  })
  assert(!(result instanceof Promise), 'a field of the sandbox answered later')
  startBulk(store)
  // Never more than was set aside, or a client that paces itself by the request would fall behind.
  const actual = Math.min(requested, actualCost(cost, result.data))
  spend(store, actual)
  const extensions = {
    cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: throttleStatus(store) },
  }
  // Shopify puts the errors first, and people read them so.
  return result.errors ? { errors: result.errors, data: result.data, extensions } : { data: result.data, extensions }
}

const RATE_LIMITS = 'https://shopify.dev/api/usage/rate-limits'

function tooMuch(store: Store, requested: number): GraphQLAnswer | undefined {
  const { singleQueryMax } = store.env.limits
  if (requested > singleQueryMax) {
    const extensions = {
      code: 'MAX_COST_EXCEEDED',
      cost: requested,
      maxCost: singleQueryMax,
      documentation: RATE_LIMITS,
    }
    const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${singleQueryMax}).`
    return { errors: [{ message, extensions }] }
  }
  if (requested <= available(store)) return undefined
  const cost = { requestedQueryCost: requested, actualQueryCost: null, throttleStatus: throttleStatus(store) }
  const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: RATE_LIMITS } }]
  return { errors, extensions: { cost } }
}
