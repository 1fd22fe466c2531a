import { readFile } from 'node:fs/promises'
import type { OpenAPIBackend } from 'openapi-backend'
import type { Incoming } from './api.ts'
import type { Answer } from './answer.ts'
import { queryOf } from './call.ts'

/** A request of the app, or an answer of the sandbox, that Etsy's specification does not allow. */
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
  throw new Error(`The ${side} of ${operation} departs from Etsy's specification: ${problems.join('; ')}`)
}

async function load(path: string): Promise<OpenAPIBackend> {
  // Only where a specification is there, which is in tests: the package is not installed for production.
  const { OpenAPIBackend } = await import('openapi-backend')
  const definition = usable(JSON.parse(await readFile(path, 'utf8')))
  const api = new OpenAPIBackend({ definition, quick: true, coerceTypes: true, ajvOpts: AJV })
  await api.init()
  return api
}

// The formats named there ("ISO 3166-1 alpha-2") are words for people; ajv would only print that it knows none of them.
const AJV = { strict: false, allErrors: true, validateFormats: false }

type Json = Record<string, unknown>

/**
 * The specification as a validator can use it: `nullable` beside a `$ref`, a `oneOf` or an `enum` says what ajv does not
 * read; lists in a query come with commas; and a field nobody declared is a mistake, though the file does not say so.
 */
function usable<T>(node: T): T
function usable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(usable)
  if (typeof node !== 'object' || node === null) return node
  const copy: Json = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, usable(value)]))
  if (copy.in === 'query' && isList(copy.schema)) copy.explode = false
  if (isComplete(copy)) copy.additionalProperties = false
  if (copy.nullable !== true) return copy
  if (Array.isArray(copy.enum)) copy.enum.push(null)
  if ('type' in copy) return copy
  const { nullable: _, ...schema } = copy
  return { anyOf: [schema, { enum: [null] }] }
}

/** Errors are left open, for OAuth's carry an error_description no schema has, and so is what declares no field at all. */
const isComplete = ({ properties, ...schema }: Json): boolean =>
  typeof properties === 'object' &&
  Object.keys(properties ?? {}).length > 0 &&
  schema['x-resource-id'] !== 'ErrorSchema'

const isList = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'array'

function requestOf(api: OpenAPIBackend, { operation, incoming, pathname }: Checked): Violation {
  const { method, params, headers, body } = incoming
  const form = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false
  const request = {
    method,
    path: pathname,
    query: queryOf(params),
    headers: Object.fromEntries(headers),
    body: form ? unquoted(queryOf(new URLSearchParams(body))) : body || undefined,
  }
  const problems = problemsOf(api.validateRequest(request, operation).errors)
  return { operation, side: 'request', problems }
}

/** A form has nothing but text; the specification means the booleans that some of it stands for. */
const unquoted = (form: Record<string, string>): Json =>
  Object.fromEntries(Object.entries(form).map(([k, v]) => [k, v === 'true' ? true : v === 'false' ? false : v]))

function answerOf(api: OpenAPIBackend, { operation, answer }: Checked): Violation {
  const documented = api.getOperation(operation)?.responses?.[answer.status]
  // 429 and some 403 are real and in no list of responses.
  if (!documented && answer.status >= 400) return { operation, side: 'answer', problems: [] }
  const checked = api.validateResponse(JSON.parse(JSON.stringify(answer.body)), operation, answer.status)
  return { operation, side: 'answer', problems: problemsOf(checked.errors) }
}

type Problem = { instancePath?: string; message?: string; params?: Json }

const problemsOf = (errors: Problem[] | null | undefined): string[] =>
  (errors ?? []).map(({ instancePath = '', message = '', params }) =>
    `${instancePath} ${message} ${JSON.stringify(params ?? {})}`.trim(),
  )
