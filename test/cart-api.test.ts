import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { cartApi, type CartCall } from '#app/cart-api.server.ts'
import { transaction } from '#app/db.server.ts'
import { API_KEY_DECISIONS } from '#app/decide/api-keys.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Sync } from '#app/sync/facts.ts'
import { freshDatabase, type FreshDatabase } from './support/database.ts'
import { decideAs } from './support/decide-as.ts'
import { minutesAfterNoon } from './support/orders.ts'
import { movementsOf, piecesOf } from './support/pieces.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from './support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number
let key: string
let sync: Sync
let clock: VirtualClock
let forms = 0

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  clock = new VirtualClock(NOON)
  sync = { db, inTransaction: (work) => transaction(db, work), outbox: { record: () => Promise.resolve() }, clock }
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 2 })
  key = await newKey()
})

const who = () => ({ sync, merchantId: shop.merchantId, actor: 'person/1', role: 'owner' as const })

async function newKey(more: Record<string, unknown> = {}): Promise<string> {
  const form = {
    decision: 'api-key-new',
    accountId: shop.etsy,
    name: 'Our shop front',
    token: `form-key-${(forms += 1)}`,
    ...more,
  }
  const made = await decideAs(API_KEY_DECISIONS, form, who())
  if (!made || isRefusal(made)) throw new Error('The key was refused.')
  return (made.said as { secret: string }).secret
}

type Call = Omit<CartCall, 'request'> & {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  query?: string
}

async function call({ method = 'POST', body, headers = {}, query = '', ...about }: Call) {
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  const request = new Request(`https://app.test/api/carts${query}`, {
    method,
    body: text,
    headers: { authorization: `Bearer ${key}`, ...headers },
  })
  const answer = await cartApi(sync, { request, ...about })
  const said = await answer.text()
  return { status: answer.status, headers: answer.headers, body: said === '' ? null : JSON.parse(said) }
}
const put = (version: number, quantity = 1, more: Partial<Call> = {}) =>
  call({ body: { cart: 'c-1', version, lines: [{ item: ring, quantity }] }, ...more })
const lies = () => piecesOf(db, shop.merchantId, ring)

describe('a shop front with a key', () => {
  it('puts, reads and gives up a cart', async () => {
    const until = minutesAfterNoon(15).toISOString()
    const kept = {
      cart: 'c-1',
      version: 1,
      status: 'active',
      until,
      lines: [{ item: ring, sku: 'RNG-1', quantity: 1 }],
    }
    expect(await put(1)).toMatchObject({ status: 200, body: kept })
    expect(await put(1)).toMatchObject({ status: 200, body: kept })
    expect(await call({ method: 'GET', cart: 'c-1' })).toMatchObject({ status: 200, body: kept })
    expect(await call({ method: 'DELETE', cart: 'c-1', query: '?version=2' })).toMatchObject({
      status: 200,
      body: { lines: [] },
    })
    expect(await lies()).toEqual({ Safe: { available: 2 } })
  })
  it('says which order it has become', async () => {
    await put(1)
    const answer = await call({ cart: 'c-1', about: 'order', body: { order: '77' } })
    expect(answer).toMatchObject({ status: 200, body: { status: 'active', until: minutesAfterNoon(60).toISOString() } })
  })
  it('is told in a sentence what cannot be', async () => {
    await put(2)
    expect(await put(1)).toMatchObject({
      status: 409,
      body: { code: 'old', error: 'Version 2 of this cart is newer.' },
    })
    expect(await put(3, 9)).toMatchObject({
      status: 409,
      body: { code: 'short', error: 'Of “Signet ring” only 1 more can be had now.' },
    })
    expect(await call({ method: 'GET', cart: 'other' })).toMatchObject({ status: 404, body: { code: 'unknown-cart' } })
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
  })
  it('of another shop sees none of these carts', async () => {
    await put(1)
    shop = await openShop(db)
    key = await newKey()
    expect(await call({ method: 'GET', cart: 'c-1' })).toMatchObject({ status: 404 })
    expect(await call({ body: { cart: 'c-1', version: 1, lines: [{ item: ring, quantity: 1 }] } })).toMatchObject({
      status: 422,
    })
  })
  it('may call sixty times at once, and ten times a second', async () => {
    const statuses = async (n: number) => {
      const answers = []
      for (let i = 0; i < n; i += 1) answers.push((await call({ method: 'GET', cart: 'x' })).status)
      return answers.filter((status) => status === 429).length
    }
    expect(await statuses(62)).toBe(2)
    const turned = await call({ method: 'GET', cart: 'x' })
    expect([turned.status, turned.headers.get('retry-after')]).toEqual([429, '1'])
    await clock.runTo(new Date(NOON.getTime() + 1_000))
    expect(await statuses(12)).toBe(2)
  })
})

describe('a call that makes no sense', () => {
  const good = () => ({ cart: 'c-1', version: 1, lines: [{ item: ring, quantity: 1 }] })
  const bodies: [string, () => unknown][] = [
    ['nothing', () => ''],
    ['no JSON', () => '{"cart":'],
    ['null', () => null],
    ['a list', () => []],
    ['no lines', () => ({ ...good(), lines: undefined })],
    ['a fraction of a piece', () => ({ ...good(), lines: [{ item: ring, quantity: 1.5 }] })],
    ['less than nothing', () => ({ ...good(), lines: [{ item: ring, quantity: -1 }] })],
    ['no piece', () => ({ ...good(), lines: [{ item: ring, quantity: 0 }] })],
    ['far too many', () => ({ ...good(), lines: [{ item: ring, quantity: 1e12 }] })],
    ['a number as text', () => ({ ...good(), lines: [{ item: `${ring}`, quantity: 1 }] })],
    ['an item beyond all numbers', () => ({ ...good(), lines: [{ item: 2 ** 40, quantity: 1 }] })],
    ['a name with a NUL', () => ({ ...good(), cart: 'a\u0000b' })],
    ['a SKU with a NUL', () => ({ ...good(), lines: [{ sku: 'a\u0000b', quantity: 1 }] })],
    ['half a sign', () => ({ ...good(), lines: [{ sku: '\ud800', quantity: 1 }] })],
    ['an empty name', () => ({ ...good(), cart: '' })],
    ['a version below zero', () => ({ ...good(), version: -1 })],
    ['a version beyond all numbers', () => ({ ...good(), version: 2 ** 60 })],
    [
      'a hundred and one lines',
      () => ({ ...good(), lines: Array.from({ length: 101 }, () => ({ item: ring, quantity: 1 })) }),
    ],
    ['something nobody asked for', () => ({ ...good(), discount: 1 })],
    ['a line with two names', () => ({ ...good(), lines: [{ item: ring, sku: 'RNG-1', quantity: 1 }] })],
  ]
  test.each(bodies)('with %s is refused in a sentence, and nothing changed', async (_, body) => {
    const answer = await call({ body: body() })
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^[A-Z].*\.$/) } })
    expect(await movementsOf(db, shop.merchantId, ring)).toEqual([])
  })
  it('of more than 64 KB is not read to its end', async () => {
    expect(await call({ body: `"${'x'.repeat(70_000)}"` })).toMatchObject({ status: 413 })
  })
  test.each<[string, Call, number]>([
    ['a cart is read where carts are told', { method: 'GET' }, 405],
    ['a cart is put by its name', { method: 'PUT', cart: 'c', body: {} }, 405],
    ['an order is asked for', { method: 'GET', cart: 'c', about: 'order' }, 405],
    ['a cart is given up without a version', { method: 'DELETE', cart: 'c' }, 400],
    ['a cart is given up with half a version', { method: 'DELETE', cart: 'c', query: '?version=1.5' }, 400],
    ['a cart has a name with spaces', { method: 'GET', cart: 'a b' }, 400],
    ['an order has no name', { cart: 'c', about: 'order', body: {} }, 400],
    ['nothing is kept for the cart of an order', { cart: 'c', about: 'order', body: { order: '1' } }, 404],
  ])('where %s', async (_, asked, status) => {
    expect((await call(asked)).status).toBe(status)
  })
})

describe('a key', () => {
  test.each([
    ['none', undefined],
    ['of another form', 'Basic abc'],
    ['without its secret', 'Bearer vk_abcdefghijkl'],
    ['that nobody has', `Bearer vk_abcdefghijkl.${'x'.repeat(43)}`],
  ])('%s lets nobody in', async (_, authorization) => {
    const request = new Request('https://app.test/api/carts/c', { headers: authorization ? { authorization } : {} })
    expect((await cartApi(sync, { request, cart: 'c' })).status).toBe(401)
  })
  it('with another secret lets nobody in', async () => {
    const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
    expect((await put(1, 1, { headers: { authorization: `Bearer ${wrong}` } })).status).toBe(401)
    expect((await put(1)).status).toBe(200)
  })
  it('is kept as a hash, told once, and gone when it is revoked', async () => {
    const { rows } = await db.query('SELECT * FROM api_key WHERE merchant_id = $1', [shop.merchantId])
    expect(JSON.stringify(rows)).not.toContain(key.split('.')[1])
    const again = { decision: 'api-key-new', accountId: shop.etsy, name: 'x', token: `form-key-${forms}` }
    expect(await decideAs(API_KEY_DECISIONS, again, who())).toMatchObject({ code: 'made' })
    const revoke = { decision: 'api-key-revoke', keyId: rows[0].id }
    expect(await decideAs(API_KEY_DECISIONS, revoke, who())).toBeUndefined()
    expect(await decideAs(API_KEY_DECISIONS, revoke, who())).toMatchObject({ code: 'unknown-key' })
    expect((await put(1)).status).toBe(401)
  })
  it('is made for a channel of this shop, and revoked by this shop', async () => {
    const other = await openShop(db)
    const form = { decision: 'api-key-new', accountId: other.etsy, name: 'x', token: 'form-key-other' }
    expect(await decideAs(API_KEY_DECISIONS, form, who())).toMatchObject({ code: 'unknown-account' })
    const { rows } = await db.query('SELECT id FROM api_key WHERE merchant_id = $1', [shop.merchantId])
    const theirs = { ...who(), merchantId: other.merchantId }
    expect(await decideAs(API_KEY_DECISIONS, { decision: 'api-key-revoke', keyId: rows[0].id }, theirs)).toMatchObject({
      code: 'unknown-key',
    })
    expect((await put(1)).status).toBe(200)
  })
  it('of a channel that was disconnected lets nobody in', async () => {
    await db.query(`UPDATE channel_account SET status = 'off' WHERE id = $1`, [shop.etsy])
    expect((await put(1)).status).toBe(401)
  })
})

describe('a page in a browser', () => {
  const origin = 'https://rings.example'
  it('may use a key that was made for its address, and no other', async () => {
    expect((await put(1, 1, { headers: { origin } })).status).toBe(403)
    key = await newKey({ origin })
    const answer = await put(1, 1, { headers: { origin } })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin])
    expect((await put(2, 1, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await put(2)).headers.get('access-control-allow-origin')).toBeNull()
  })
  it('is answered before it sends a key, if any key is for its address', async () => {
    const ask = (from: string) => call({ method: 'OPTIONS', headers: { origin: from } })
    const mine = `https://shop-${shop.merchantId}.example`
    expect((await ask(mine)).status).toBe(403)
    await newKey({ origin: mine })
    const answer = await ask(mine)
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, mine])
    expect((await ask('https://evil.example')).status).toBe(403)
  })
})
