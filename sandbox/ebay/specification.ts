import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenAPIBackend } from 'openapi-backend'
import type { Answer } from './answer.ts'
import { type Incoming, OPERATIONS } from './api.ts'

/** A request of the app, or an answer of the sandbox, that eBay's specification does not allow. */
export type Violation = { operation: string; side: 'request' | 'answer'; problems: string[] }

export type Checked = { operation: string; incoming: Incoming; answer: Answer }

/** The OpenAPI file of each API, by how its paths begin. */
const FILES: Record<string, string> = {
  '/sell/inventory/v1': 'sell_inventory_v1_oas3.json',
  '/sell/fulfillment/v1': 'sell_fulfillment_v1_oas3.json',
  '/commerce/notification/v1': 'commerce_notification_v1_oas3.json',
  '/developer/analytics/v1_beta': 'developer_analytics_v1_beta_oas3.json',
  '/commerce/identity/v1': 'commerce_identity_v1_oas3.json',
}

// Compiling one takes longer than a test: every sandbox of a process shares them.
const loaded = new Map<string, Promise<OpenAPIBackend>>()

/**
 * Checks calls against the OpenAPI files in `folder`, each read at the first call of its API. A departure goes to
 * `onViolation`; without one it is thrown, which fails the call that departed.
 */
export function validator(
  folder: string,
  onViolation: (violation: Violation) => void = fail,
): (checked: Checked) => Promise<void> {
  return async (checked) => {
    const base = Object.keys(FILES).find((prefix) => checked.incoming.path.startsWith(`${prefix}/`))
    if (base === undefined) return
    const path = join(folder, FILES[base] ?? '')
    const loading = loaded.get(path) ?? load(path)
    loaded.set(path, loading)
    const api = await loading
    for (const violation of [requestOf(api, checked, base), answerOf(api, checked)]) {
      if (violation.problems.length > 0) onViolation(violation)
    }
  }
}

function fail({ operation, side, problems }: Violation): never {
  throw new Error(`The ${side} of ${operation} departs from eBay's specification: ${problems.join('; ')}`)
}

async function load(path: string): Promise<OpenAPIBackend> {
  // Only where a specification is there, which is in tests: the package is not installed for production.
  const { OpenAPIBackend } = await import('openapi-backend')
  const definition = usable(narrowed(JSON.parse(await readFile(path, 'utf8'))))
  const api = new OpenAPIBackend({
    definition,
    quick: true,
    coerceTypes: true,
    ajvOpts: { strict: false, allErrors: true, validateFormats: false },
  })
  await api.init()
  return api
}

type Paths = Record<string, Record<string, { operationId?: string }>>

const SPOKEN = new Set(OPERATIONS.map(({ id }) => id))

/** Of a file of half a megabyte, the operations that are spoken here: the rest would be compiled for nothing. */
function narrowed<T extends { paths: Paths }>(document: T): T {
  const paths = Object.entries(document.paths).filter(([, methods]) =>
    Object.values(methods).some(({ operationId }) => operationId !== undefined && SPOKEN.has(operationId)),
  )
  return { ...document, paths: Object.fromEntries(paths) }
}

type Json = Record<string, unknown>

/**
 * The specification as a validator can use it: a field nobody declared is a mistake, though the files do not say so. A
 * map and a destination's delivery settings are declared as "string" there (a fault of its generator), and are let be.
 */
function usable<T>(node: T, name?: string): T
function usable(node: unknown, name = ''): unknown {
  if (Array.isArray(node)) return node.map((one: unknown) => usable(one))
  if (typeof node !== 'object' || node === null) return node
  if (MISDECLARED.has(name) && 'type' in node && node.type === 'string') return {}
  const copy: Json = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, usable(value, key)]))
  const { properties } = copy
  if (typeof properties === 'object' && properties && Object.keys(properties).length > 0)
    copy.additionalProperties = false
  return copy
}

const MISDECLARED = new Set(['aspects', 'deliveryConfig'])

function requestOf(api: OpenAPIBackend, { operation, incoming }: Checked, base: string): Violation {
  const { method, path, params, headers, body } = incoming
  const request = {
    method,
    path: path.slice(base.length),
    query: Object.fromEntries(params),
    headers: Object.fromEntries(headers),
    body: body || undefined,
  }
  const problems = problemsOf(api.validateRequest(request, operation).errors)
  return { operation, side: 'request', problems }
}

function answerOf(api: OpenAPIBackend, { operation, answer }: Checked): Violation {
  const none = { operation, side: 'answer' as const, problems: [] }
  // Errors have no schema there; 207 has that of 200 by its text, and none in the file.
  if (answer.body === undefined || answer.status >= 300) return none
  const status = answer.status === 207 ? 200 : answer.status
  const checked = api.validateResponse(JSON.parse(JSON.stringify(answer.body)), operation, status)
  return { ...none, problems: problemsOf(checked.errors) }
}

type Problem = { instancePath?: string; message?: string; params?: Json }

const problemsOf = (errors: Problem[] | null | undefined): string[] =>
  (errors ?? []).map(({ instancePath = '', message = '', params }) =>
    `${instancePath} ${message} ${JSON.stringify(params ?? {})}`.trim(),
  )
