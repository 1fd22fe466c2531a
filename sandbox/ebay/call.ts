import { z } from 'zod'
import { type Answer, fail } from './answer.ts'
import type { Ebay } from './ebay.ts'
import type { SellerState } from './world.ts'

/** A call of a REST API that has passed the door: token, budget and scope are in order. */
export type Call = {
  ebay: Ebay
  /** What the path names: `{ sku: 'R1-54' }`. */
  path: Record<string, string>
  query: Record<string, string>
  /** Parsed JSON. */
  body: unknown
  headers: Headers
}

/** One of a seller's own: the token is hers. */
export type SellerCall = Call & { seller: SellerState }

/** The input in the operation's own form, or the 400 that says what is wrong with it. */
export function parse<T extends z.ZodType>(schema: T, input: unknown): { value: z.infer<T> } | { answer: Answer } {
  const result = schema.safeParse(input)
  if (result.success) return { value: result.data }
  const issue = result.error.issues[0]
  return { answer: fail(400, 25_002, `Invalid value for ${issue?.path.join('.') ?? 'the request'}: ${issue?.message}`) }
}

/** What the text says, or undefined when it is not JSON. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** getInventoryItems and getOffers count pages, getOrders rows; both call it offset. */
export const paging = { limit: count(1, 200).default(25), offset: count(0, 1_000_000).default(0) }
export const ordersPaging = { limit: count(1, 200).default(50), offset: count(0, 1_000_000).default(0) }
