import { z } from 'zod'
import { type Answer, fail } from './answer.ts'
import { type Etsy } from './etsy.ts'
import type { ShopState } from './world.ts'

/** A call of the API that has passed the door: key, limits, token and scope are in order. */
export type Call = {
  etsy: Etsy
  /** The numbers of the path, in their order. */
  ids: number[]
  query: Record<string, string>
  /** Parsed: JSON as it is, a form as an object of strings. */
  body: unknown
  form: boolean
  /** The shop whose seller the token is; absent where a key is enough and no token came. */
  seller: ShopState | undefined
}

/** The query in the operation's own form, or the 400 that says what is wrong with it. */
export function parse<T extends z.ZodType>(schema: T, input: unknown): { value: z.infer<T> } | { answer: Answer } {
  const result = schema.safeParse(input)
  return result.success ? { value: result.data } : { answer: fail(400, sentenceOf(result.error)) }
}

/** What Etsy would say to a body that is not of the right form. */
function sentenceOf(error: z.ZodError): string {
  const issue = error.issues[0]!
  const at = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') return `Unexpected field '${issue.keys[0]}'${at && ` in ${at}`}`
  if (issue.code !== 'invalid_type') return `Invalid value for '${at}': ${issue.message}`
  if (issue.path.length === 1) return `Missing input parameter: [${at}]`
  const name = issue.path.at(-1)
  const expected = name === 'price' ? 'float' : issue.expected
  return `Expected ${String(expected)} value for '${String(name)}'`
}

/** `?a=1&b[]=2&b[]=3` as `{ a: '1', b: '2,3' }`: lists come with commas, with brackets or by repetition. */
export function queryOf(params: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {}
  for (const [key, value] of params) {
    const name = key.replace(/\[\d*\]$/, '')
    query[name] = name in query ? `${query[name]},${value}` : value
  }
  return query
}

/** What the text says, or undefined when it is not JSON. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const page = {
  limit: z.coerce.number().int().min(1).max(100).default(25),
  offset: z.coerce.number().int().min(0).default(0),
}

export const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter((part) => part !== ''))

export const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1')

/** Seconds since 1970, as Etsy counts; nothing before the year 2000. */
export const timestamp = z.coerce.number().int().min(946_684_800)

export const descending = z
  .enum(['asc', 'ascending', 'up', 'desc', 'descending', 'down'])
  .default('desc')
  .transform((order) => order.startsWith('d'))
