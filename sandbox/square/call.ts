import { z } from 'zod'
import { type Answer, badRequest } from './answer.ts'
import type { Square } from './square.ts'
import type { Merchant } from './world.ts'

/** A call of the API that has passed the door: token, scope and limit are in order. */
export type Call = {
  square: Square
  merchant: Merchant
  /** What the path names, such as an order's id. */
  id: string
  query: Record<string, string>
  /** Parsed JSON; an empty object without a body. */
  body: unknown
}

/** The body or query in the operation's own form, or the 400 that says what is wrong with it. */
export function parse<T extends z.ZodType>(schema: T, input: unknown): { value: z.infer<T> } | { answer: Answer } {
  const result = schema.safeParse(input)
  if (result.success) return { value: result.data }
  const issue = result.error.issues[0]!
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  const field = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  const code = missing ? 'MISSING_REQUIRED_PARAMETER' : 'INVALID_VALUE'
  return { answer: badRequest(code, issue.message, field.replace(/^\./, '')) }
}

/** What the text says, or undefined when it is not JSON. */
export function fromJson(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A time as Square takes it: RFC 3339 with its zone. */
export const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

/** A cursor is opaque: here, where to go on, in base64. It is refused for another question than its own. */
export const cursorAt = (position: number, about: string): string =>
  Buffer.from(JSON.stringify([position, about])).toString('base64url')

const cursor = z.tuple([z.int().min(0), z.string()])

export function positionIn(text: string | undefined, about: string): number | Answer {
  if (text === undefined || text === '') return 0
  const { data } = cursor.safeParse(fromJson(Buffer.from(text, 'base64url').toString()))
  if (!data || data[1] !== about) return badRequest('INVALID_CURSOR', 'The cursor is not valid.', 'cursor')
  return data[0]
}

/** A part of a list, with the cursor of the next one. */
export function pageOf<T>(rows: T[], { from, limit, about }: { from: number; limit: number; about: string }) {
  const end = from + limit
  return { rows: rows.slice(from, end), next: end < rows.length ? { cursor: cursorAt(end, about) } : {} }
}
