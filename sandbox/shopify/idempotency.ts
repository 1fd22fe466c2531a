import { getDirectiveValues, GraphQLError, type GraphQLResolveInfo } from 'graphql'
import { adminSchema } from './schema.ts'
import { badRequest } from './context.ts'
import type { AdjustmentGroup, Remembered } from './rows.ts'
import { nowOf, type Store } from './store.ts'

const WINDOW_MS = 24 * 3_600_000

/** `code` is left out where the mutation's errors have none. */
export type Issue = { field: string[] | null; message: string; code?: string }
export type Outcome = { group: AdjustmentGroup | null; issues: Issue[]; madeId?: string }

export type Call = { key: string; name: string; args: object }

/** The key of the mutation's `@idempotent(key:)`; required since 2026-04 and not expressed in the schema's types. */
export function keyOf(info: GraphQLResolveInfo): string {
  const directive = adminSchema().schema.getDirective('idempotent')
  const [field] = info.fieldNodes
  const values = directive && field ? getDirectiveValues(directive, field, info.variableValues) : undefined
  if (!values) throw badRequest('The @idempotent directive is required for this mutation but was not provided.')
  const key = String(values.key)
  if (!key.trim()) throw badRequest('The idempotency key cannot be blank.')
  return key
}

/** Throws Shopify's error when an input leaves `changeFromQuantity` out; null means "do not compare". */
export function mustCompare(inputs: object[], typeName: string): void {
  if (inputs.every((input) => 'changeFromQuantity' in input)) return
  const message = `${typeName} must include the following argument: changeFromQuantity.`
  throw new GraphQLError(message, { extensions: { code: 'INVALID_FIELD_ARGUMENTS' } })
}

/** Throws when a list of inputs is longer than Shopify takes at once. */
export function atMost250(inputs: unknown[]): void {
  if (inputs.length <= 250) return
  const message = `The input array size of ${inputs.length} is greater than the maximum allowed of 250.`
  throw new GraphQLError(message, { extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } })
}

/**
 * Runs a mutation once for its key within 24 hours. The same call again gets the first one's result and has no
 * effect; the same key with other parameters, or after an attempt that was refused, is an error.
 */
export function once(store: Store, { key, name, args }: Call, run: () => Outcome): Outcome {
  forgetOld(store)
  const params = `${name} ${JSON.stringify(args)}`
  const known = store.remembered.get(key)
  if (known) return repeated(known, params)
  const outcome = run()
  const failed = outcome.issues.length > 0
  store.remembered.set(key, {
    key,
    params,
    at: nowOf(store),
    failed,
    group: outcome.group,
    madeId: outcome.madeId ?? null,
  })
  return outcome
}

function repeated(known: Remembered, params: string): Outcome {
  const { group, madeId } = known
  if (known.params === params && !known.failed) return { group, issues: [], ...(madeId && { madeId }) }
  const issue =
    known.params === params
      ? {
          message: 'A previous request with this idempotency key failed. Retry with a new idempotency key.',
          code: 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED',
        }
      : {
          message: 'The same idempotency key cannot be used with different operation parameters.',
          code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
        }
  return { group: null, issues: [{ field: null, ...issue }] }
}

// Keys are kept in the order of their time, so the old ones are at the front.
function forgetOld(store: Store): void {
  const since = nowOf(store) - WINDOW_MS
  for (const [key, { at }] of store.remembered) {
    if (at > since) return
    store.remembered.delete(key)
  }
}
