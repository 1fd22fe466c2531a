import { readFile } from 'node:fs/promises'
import type { OpenAPIBackend } from 'openapi-backend'
import type { Answer } from './answer.ts'
import type { Incoming } from './api.ts'

/** A request of the app, or an answer of the sandbox, that Square's specification does not allow. */
export type Violation = { operation: string; side: 'request' | 'answer'; problems: string[] }

export type Checked = { operation: string; incoming: Incoming; pathname: string; answer: Answer }

// Compiling it takes longer than a test: every sandbox of a process shares one.
const loaded = new Map<string, Promise<OpenAPIBackend>>()

/**
 * Checks calls against the OpenAPI file at `path`, read at the first call. A departure goes to `onViolation`; without
 * one it is thrown, which fails the call that departed.
 */
export function validator(
  path: string,
  onViolation: (violation: Violation) => void = fail,
): (checked: Checked) => Promise<void> {
  return async (checked) => {
    const loading = loaded.get(path) ?? load(path)
    loaded.set(path, loading)
    const api = await loading
    for (const violation of [requestOf(api, checked), answerOf(api, checked)]) {
      if (violation.problems.length > 0) onViolation(violation)
    }
  }
}

function fail({ operation, side, problems }: Violation): never {
  throw new Error(`The ${side} of ${operation} departs from Square's specification: ${problems.join('; ')}`)
}

/** Square's file has three hundred operations, with one schema among all: only ours are compiled. */
const OURS = [
  '/oauth2/token',
  '/oauth2/revoke',
  '/oauth2/token/status',
  '/v2/merchants/{merchant_id}',
  '/v2/locations',
  '/v2/catalog/search',
  '/v2/catalog/list',
  '/v2/catalog/batch-retrieve',
  '/v2/inventory/counts/batch-retrieve',
  '/v2/inventory/changes/batch-retrieve',
  '/v2/inventory/changes/batch-create',
  '/v2/orders/search',
  '/v2/orders/batch-retrieve',
  '/v2/orders/{order_id}',
  '/v2/payments/{payment_id}',
  '/v2/refunds/{refund_id}',
  '/v2/refunds',
]

async function load(path: string): Promise<OpenAPIBackend> {
  // Only where a specification is there, which is in tests: the package is not installed for production.
  const { OpenAPIBackend } = await import('openapi-backend')
  const file = usable(JSON.parse(await readFile(path, 'utf8')))
  const paths = Object.fromEntries(OURS.map((one) => [one, file.paths[one]]))
  const { externalDocs: _, ...info } = file.info
  // Named in the file, and not in it.
  const missing = { CatalogModifierToggleOverrideType: { type: 'string' } }
  const components = { ...file.components, schemas: { ...file.components.schemas, ...missing } }
  const definition = { ...file, info, paths, components }
  const api = new OpenAPIBackend({ definition, quick: true, coerceTypes: true, ajvOpts: AJV })
  await api.init()
  return api
}

const AJV = { strict: false, allErrors: true, validateFormats: false }

type Json = Record<string, unknown>

// Four simple types stand in a file of Square's own network.
const FOREIGN = /common\.json#squareup\.common\.(String|Number|Boolean|PhoneNumber)$/

/**
 * The specification as a validator can use it: the foreign types put in; `nullable` beside a `$ref` says what ajv does not
 * read; and a field nobody declared is a mistake, though the file does not say so.
 */
function usable<T>(node: T): T
function usable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(usable)
  if (typeof node !== 'object' || node === null) return node
  const copy: Json = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, usable(value)]))
  const foreign = typeof copy.$ref === 'string' ? FOREIGN.exec(copy.$ref)?.[1] : undefined
  if (foreign !== undefined) return { type: foreign === 'PhoneNumber' ? 'string' : foreign.toLowerCase() }
  if (typeof copy.properties === 'object' && Object.keys(copy.properties ?? {}).length > 0) {
    copy.additionalProperties = false
  }
  if (copy.nullable !== true) return copy
  if (Array.isArray(copy.enum)) copy.enum.push(null)
  if ('type' in copy) return copy
  const { nullable: _, ...schema } = copy
  return { anyOf: [schema, { enum: [null] }] }
}

function requestOf(api: OpenAPIBackend, { operation, incoming, pathname }: Checked): Violation {
  const { method, params, headers, body } = incoming
  const request = {
    method,
    path: pathname,
    query: Object.fromEntries(params),
    headers: Object.fromEntries(headers),
    body: body === '' ? undefined : body,
  }
  return { operation, side: 'request', problems: problemsOf(api.validateRequest(request, operation).errors) }
}

function answerOf(api: OpenAPIBackend, { operation, answer }: Checked): Violation {
  // Only 200 is in the file; an error has the same list of errors everywhere.
  const checked = api.validateResponse(JSON.parse(JSON.stringify(answer.body)), operation, 200)
  return { operation, side: 'answer', problems: problemsOf(checked.errors) }
}

type Problem = { instancePath?: string; message?: string; params?: Json }

const problemsOf = (errors: Problem[] | null | undefined): string[] =>
  (errors ?? []).map(({ instancePath = '', message = '', params }) =>
    `${instancePath} ${message} ${JSON.stringify(params ?? {})}`.trim(),
  )
