import { z } from 'zod'
import { gid } from './channels/shopify/shop.ts'
import { isRefusal, type Refusal } from './kernel/refusal.ts'
import { type Caller, callerOf, countCall, originIsKnown } from './merchant/api-key.server.ts'
import { cartBecame, type CartSaid, readCart, sayCart } from './sync/cart-calls.server.ts'
import type { Sync } from './sync/facts.ts'

// The API of docs/cart-api.md: a shop front of the merchant's own says what lies in its carts. Everything that comes in
// is looked at here; what is wrong is answered in a sentence.

const MOST_BYTES = 64 * 1024
const MOST_LINES = 100

// Printable, and without spaces: names that a shop front makes, SKUs as people write them.
const name = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be a name of 1 to 200 signs without spaces')
const sku = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, 'must be a SKU of 1 to 200 signs')
const version = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const quantity = z.int().min(1, 'must be 1 or more').max(10_000, 'must be 10,000 or less')
const item = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
const line = z.union(
  [z.strictObject({ item, quantity }), z.strictObject({ sku, quantity }), z.strictObject({ variant: name, quantity })],
  { error: 'must be { "item" or "sku" or "variant", "quantity": 1 to 10,000 }' },
)
const wholeCart = z.strictObject({ cart: name, version, lines: z.array(line).max(MOST_LINES) })
const became = z.strictObject({ order: name })

/** What is asked: whether about all carts, one, or its order. */
export type CartCall = { request: Request; cart?: string | undefined; about?: 'order' }

class Answered extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, sentence: string, headers: Record<string, string> = {}) {
    super(sentence)
    this.status = status
    this.headers = headers
  }
}

/** Answers a call of the cart API. */
export async function cartApi(sync: Sync, call: CartCall): Promise<Response> {
  const origin = call.request.headers.get('origin')
  try {
    if (call.request.method === 'OPTIONS') return await preflight(sync, origin)
    const caller = await callerIn(sync, call.request)
    return await answer(sync, { ...call, caller }).then((said) => json(said.status, said.body, corsOf(caller, origin)))
  } catch (thrown) {
    if (!(thrown instanceof Answered)) throw thrown
    const known = origin !== null && (await originIsKnown(sync.db, origin)) ? allow(origin) : {}
    return json(thrown.status, { error: thrown.message }, { ...known, ...thrown.headers })
  }
}

async function callerIn(sync: Sync, request: Request): Promise<Caller> {
  const [, key] = /^Bearer (\S{1,200})$/.exec(request.headers.get('authorization') ?? '') ?? []
  const caller = key === undefined ? undefined : await callerOf(sync.db, key)
  if (!caller) throw new Answered(401, 'This needs a key of the shop: Authorization: Bearer vk_….')
  const waitS = await countCall(sync.db, caller, sync.clock.now())
  if (waitS > 0)
    throw new Answered(429, 'Too many calls with this key; try again shortly.', { 'retry-after': `${waitS}` })
  const origin = request.headers.get('origin')
  if (origin !== null && origin !== caller.origin)
    throw new Answered(403, 'This key may not be used by pages of that address.')
  return caller
}

type Said = { status: number; body: unknown }

async function answer(sync: Sync, { request, cart, about, caller }: CartCall & { caller: Caller }): Promise<Said> {
  const { method } = request
  if (cart === undefined) {
    if (method !== 'POST') throw new Answered(405, 'Carts are told with POST.', { allow: 'POST' })
    return said(await sayCart(sync, caller, read(wholeCart, await bodyOf(request))))
  }
  const known = read(name, cart)
  if (about === 'order') {
    if (method !== 'POST') throw new Answered(405, 'An order is told with POST.', { allow: 'POST' })
    const { order } = read(became, await bodyOf(request))
    return said(await cartBecame(sync, caller, { cart: known, order: orderIdOn(caller.channel, order) }))
  }
  if (method === 'GET') return said(await readCart(sync.db, caller, known))
  if (method !== 'DELETE')
    throw new Answered(405, 'A cart is read with GET and given up with DELETE.', { allow: 'GET, DELETE' })
  const asked = new URL(request.url).searchParams.get('version') ?? ''
  const given = read(version, /^\d{1,16}$/.test(asked) ? Number(asked) : undefined)
  return said(await sayCart(sync, caller, { cart: known, version: given, lines: [] }))
}

// A shop front knows the number of a Shopify order, where we know its whole id.
const orderIdOn = (channel: string, order: string) =>
  channel === 'shopify' && /^\d+$/.test(order) ? gid('Order', order) : order

const STATUS: Record<string, number> = {
  'unknown-cart': 404,
  'unknown-item': 422,
  'unclear-item': 422,
  bundle: 422,
}
const CONFLICT = 409

const said = (outcome: Refusal | CartSaid): Said =>
  isRefusal(outcome)
    ? { status: STATUS[outcome.code] ?? CONFLICT, body: { error: outcome.sentence, code: outcome.code } }
    : { status: 200, body: outcome }

/** The body as JSON, read no further than it may be long. */
async function bodyOf(request: Request): Promise<unknown> {
  const parts: Uint8Array[] = []
  let bytes = 0
  const reader = request.body?.getReader()
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    bytes += next.value.byteLength
    if (bytes > MOST_BYTES) {
      await reader?.cancel()
      throw new Answered(413, 'This is too long: 64 KB at most.')
    }
    parts.push(next.value)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    throw new Answered(400, 'The body must be JSON.')
  }
}

const SHOWN = 3

function read<T extends z.ZodType>(shape: T, value: unknown): z.infer<T> {
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues
    .slice(0, SHOWN)
    .map(({ path, message }) => `${path.join('.') || 'the call'}: ${message}`)
  throw new Answered(400, `Please look at ${wrong.join('; ')}.`)
}

const allow = (origin: string) => ({ 'access-control-allow-origin': origin, vary: 'Origin' })
const corsOf = (caller: Caller, origin: string | null) =>
  origin !== null && origin === caller.origin ? allow(origin) : {}

async function preflight(sync: Sync, origin: string | null): Promise<Response> {
  if (origin === null || !(await originIsKnown(sync.db, origin))) return new Response(null, { status: 403 })
  const headers = {
    ...allow(origin),
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  }
  return new Response(null, { status: 204, headers })
}

const json = (status: number, body: unknown, headers: Record<string, string>): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
