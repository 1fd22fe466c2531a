import { createHmac } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'
import { Session } from '@shopify/shopify-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'
import { sessionStorage } from '#app/session-storage.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { SECRET, stocked, type Stocked } from '#test/support/secret-rows.ts'
import { openShop, type ShopRows } from '#test/support/shop-rows.ts'
import { asPage, builtApp, KEYS, startWeb, type WebProcess } from '#test/support/web-process.ts'

// The third is there for what is decided: the second must be as it was for every page.
const [OURS, THEIRS, THIRD] = ['ours.myshopify.com', 'theirs.myshopify.com', 'third.myshopify.com']

let database: FreshDatabase
let web: WebProcess
let theirs: Stocked
let third: Stocked

beforeAll(async () => {
  await builtApp()
  database = await freshDatabase()
  await shopNamed(OURS)
  theirs = await stocked(database.pool, await shopNamed(THEIRS))
  third = await stocked(database.pool, await shopNamed(THIRD))
  web = await startWeb(database.url)
}, 120_000)
afterAll(async () => {
  await web.stop()
  await database.drop()
})

async function shopNamed(name: string): Promise<ShopRows> {
  const shop = await openShop(database.pool)
  await database.pool.query('UPDATE channel_account SET external_id = $2 WHERE id = $1', [shop.shopify, name])
  const prisma = new PrismaClient({ adapter: new PrismaPg(database.pool) })
  const sealer = openSealer([Buffer.from(KEYS.CREDENTIALS_KEY, 'base64')])
  const ends = new Date('2100-01-01T00:00:00Z')
  const session = {
    id: `offline_${name}`,
    shop: name,
    state: '',
    isOnline: false,
    scope: 'read_products',
    accessToken: 'shpat_1',
    expires: ends,
  }
  await sessionStorage(prisma, sealer).storeSession(new Session(session))
  return shop
}

const ask = (path: string, shop: string | null, init: RequestInit = {}) =>
  fetch(web.origin + path, {
    redirect: 'manual',
    ...init,
    headers: { ...(shop ? asPage({ shop }) : {}), ...init.headers },
  })

/** Each page by its route file: where it is, and whether theirs shows the secret. */
const PAGES: Record<string, { path: () => string; secret: boolean }> = {
  'app.tsx': { path: () => '/app', secret: false },
  'app._index.tsx': { path: () => '/app?index', secret: true },
  'app.inventory._index.tsx': { path: () => '/app/inventory?index', secret: true },
  'app.inventory.$itemId.tsx': { path: () => `/app/inventory/${theirs.item}`, secret: true },
  'app.holds.tsx': { path: () => '/app/holds', secret: true },
  'app.books._index.tsx': { path: () => '/app/books?index', secret: true },
  'app.books.export[.]csv.ts': { path: () => '/app/books/export.csv', secret: true },
  'app.orders._index.tsx': { path: () => '/app/orders?index', secret: true },
  'app.orders.$orderId.tsx': { path: () => `/app/orders/${theirs.order}`, secret: true },
  'app.incidents.tsx': { path: () => '/app/incidents', secret: true },
  'app.places.tsx': { path: () => '/app/places', secret: true },
  'app.move.tsx': { path: () => '/app/move', secret: true },
  'app.bench.tsx': { path: () => '/app/bench', secret: true },
  'app.receive._index.tsx': { path: () => '/app/receive?index', secret: true },
  'app.receive.$deliveryId.tsx': { path: () => `/app/receive/${theirs.delivery}`, secret: true },
  'app.channels._index.tsx': { path: () => '/app/channels?index', secret: true },
  'app.rules.tsx': { path: () => '/app/rules', secret: true },
  'app.connect.$channel.tsx': { path: () => '/app/connect/etsy', secret: false },
}
/** The others are tried one by one below, or have nothing of a merchant's in them. */
const OTHERS = [
  '_index.ts',
  'api.items.ts',
  'api.carts.ts',
  'api.carts_.$cart.ts',
  'api.carts_.$cart_.order.ts',
  'api.live.ts',
  'auth.$.ts',
  'auth.$channel.callback.ts',
  'auth.login.ts',
  'connect.$channel.ts',
  'webhooks.$channel.ts',
  'webhooks.shopify.ts',
]

const dataOf = (file: string) => {
  const path = PAGES[file]?.path() ?? ''
  // A resource: there is no page around what it gives.
  if (file.includes('[.]')) return path
  return `${path}${path.includes('?') ? '&' : '?'}_data=${encodeURIComponent(`routes/${file.replace(/\.tsx?$/, '')}`)}`
}

test('every route is tried here', () => {
  const files = readdirSync(new URL('../../app/routes', import.meta.url))
  expect(files.sort()).toEqual([...Object.keys(PAGES), ...OTHERS].sort())
})

describe('a page', () => {
  test.each(Object.keys(PAGES))('%s shows nothing of another merchant’s; to them it does', async (file) => {
    const answer = await ask(dataOf(file), OURS)
    expect(answer.status).toBe(file.includes('$') && PAGES[file]?.secret ? 404 : 200)
    expect(await answer.text()).not.toContain(SECRET)
    const own = await ask(dataOf(file), THEIRS)
    expect(own.status).toBe(200)
    expect((await own.text()).includes(SECRET)).toBe(PAGES[file]?.secret)
  })

  test.each(Object.keys(PAGES))(
    '%s shows nothing without a token, or with a token that is forged or over',
    async (file) => {
      const forged = { authorization: `${asPage({ shop: THEIRS }).authorization.slice(0, -4)}AAAA` }
      const over = asPage({ shop: THEIRS, seconds: -60 })
      for (const headers of [asPage({ shop: '' }), forged, over, { authorization: 'Bearer x' }]) {
        const answer = await ask(dataOf(file), null, { headers: { ...asPage({ shop: THEIRS }), ...headers } })
        expect(answer.status).not.toBe(200)
        expect(await answer.text()).not.toContain(SECRET)
      }
    },
  )
})

describe('a decision', () => {
  type Decision = { decision: string } & Record<string, string | number>
  const decisions = (of: Stocked): Decision[] => [
    { decision: 'hold-release', holdId: of.hold },
    { decision: 'publish', itemId: of.item, answer: 'yes' },
    { decision: 'taken-out', orderId: of.order, answer: 'no' },
    { decision: 'drift', listingId: of.listing, right: 'theirs' },
    { decision: 'close', incidentId: of.incident, note: 'Done' },
    { decision: 'match-all', pairs: `${of.proposed}/${of.item}` },
    { decision: 'match', listingId: of.proposed, itemId: of.item, answer: 'accepted' },
    { decision: 'client-forget', clientId: of.client },
    { decision: 'hold-extend', holdId: of.hold, until: '2099-12-31' },
    { decision: 'hold-move', holdId: of.hold, from: of.bench, to: of.safe, quantity: 1, token: 'a-form-of-theirs' },
    { decision: 'hold-convert', holdId: of.hold },
    { decision: 'api-key-new', accountId: of.etsy, name: 'Ours', token: 'a-form-of-theirs' },
    { decision: 'go-live', accountId: of.etsy },
    { decision: 'book-differences', accountId: of.shopify },
    { decision: 'set-components', itemId: of.item, parts: '' },
    { decision: 'made-to-order', itemId: of.item, capacity: 3, leadDays: 9 },
    { decision: 'not-made-to-order', itemId: of.item },
    ...['break-pair', 'mend-pair', 'resize', 'break-set', 'make-set'].map((decision) => ({
      ...{ decision, itemId: of.item, intoId: of.item, parts: `${of.item}/2`, quantity: 1, locationId: of.safe },
      ...{ state: 'available', reason: 'Lost', token: `token-of-${decision}` },
    })),
    {
      decision: 'bulk-move',
      token: crypto.randomUUID(),
      lines: `${of.item}/1`,
      fromPlace: of.safe,
      fromState: 'available',
      toPlace: of.bench,
      toState: 'in_work',
      note: 'Moved',
    },
    { decision: 'undo', act: of.act, note: 'Undone' },
    ...handled(of),
  ]
  const handled = (of: Stocked): Decision[] => {
    const piece = { token: 'token-of-mine', itemId: of.item, quantity: 1, why: 'Because', fromLocationId: of.safe }
    const there = { fromState: 'available', toLocationId: of.bench, toState: 'in_work' }
    return [
      { decision: 'move', ...piece, ...there },
      { decision: 'count', ...piece, ...there, saw: 1, counted: 2 },
      { decision: 'send', ...piece, ...there },
      {
        decision: 'receive',
        token: 'token-of-mine',
        deliveryId: of.delivery,
        itemId: of.item,
        quantity: 1,
        toLocationId: of.safe,
        toState: 'available',
      },
      { decision: 'close-delivery', deliveryId: of.delivery },
      { decision: 'edit-place', locationId: of.safe, name: 'Mine', kind: 'safe', owner: 'ours', sellable: 'yes' },
      { decision: 'archive-place', locationId: of.safe },
      { decision: 'unmap-place', accountId: of.shopify, locationId: of.safe },
    ]
  }
  const TABLES = [
    'balance',
    'stay',
    'location',
    'delivery',
    'delivery_line',
    'item',
    'listing',
    'match_proposal',
    'channel_order',
    'movement',
    'incident',
    'incident_note',
    'channel_account',
    'bundle_component',
    'made_to_order',
    'conversion',
    'client',
    'hold',
    'api_key',
  ]

  async function rowsOf({ merchantId }: ShopRows): Promise<string> {
    const all = await Promise.all(
      TABLES.map((table) =>
        database.pool.query(`SELECT * FROM ${table} WHERE merchant_id = $1 ORDER BY 1, 2, 3`, [merchantId]),
      ),
    )
    return JSON.stringify(all.map(({ rows }) => rows))
  }

  const decide = (decision: Record<string, string | number>, shop: string) => {
    const body = new URLSearchParams(Object.entries(decision).map(([name, value]) => [name, String(value)]))
    return ask(dataOf('app.channels._index.tsx'), shop, { method: 'POST', body })
  }

  test('of one merchant’s person changes nothing of another’s', async () => {
    const before = await rowsOf(theirs)
    for (const decision of decisions(theirs)) {
      expect((await decide(decision, OURS)).status).toBe(200)
      expect(await rowsOf(theirs), decision.decision).toBe(before)
    }
  })

  test('of the merchant’s own person does', async () => {
    for (const decision of decisions(third).slice(0, 6)) {
      const before = await rowsOf(third)
      expect(await (await decide(decision, THIRD)).json(), decision.decision).toEqual({ refusal: null })
      expect(await rowsOf(third), decision.decision).not.toBe(before)
    }
  })

  test('that nobody signed is not made', async () => {
    const answer = await ask(dataOf('app.channels._index.tsx'), null, {
      method: 'POST',
      body: new URLSearchParams({ decision: 'go-live' }),
    })
    expect(answer.status).not.toBe(200)
  })
})

describe('a webhook', () => {
  const count = async () => Number((await database.pool.query('SELECT count(*) AS n FROM inbox_event')).rows[0]?.n)

  test.each(['/webhooks/shopify', '/webhooks/etsy'])(
    'to %s that is unsigned or forged is turned away, and leaves no row',
    async (path) => {
      const before = await count()
      const signed = {
        'x-shopify-hmac-sha256': Buffer.alloc(32).toString('base64'),
        'x-shopify-topic': 'orders/create',
        'x-shopify-shop-domain': THEIRS,
        'x-shopify-api-version': '2026-10',
        'x-shopify-webhook-id': '1',
        'webhook-id': '1',
        'webhook-timestamp': String(Math.floor(systemClock.now().getTime() / 1000)),
        'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
      }
      const body = JSON.stringify({ id: 1, admin_graphql_api_id: 'gid://shopify/Order/1' })
      for (const headers of [{}, signed]) {
        const answer = await fetch(web.origin + path, { method: 'POST', body, headers })
        expect(answer.status).toBe(401)
      }
      expect(await count()).toBe(before)
    },
  )
})

describe('a webhook that Shopify signed', () => {
  const GONE = 'gone.myshopify.com'

  const send = (topic: string, payload: object) => {
    const body = JSON.stringify(payload)
    const hmac = createHmac('sha256', KEYS.SHOPIFY_API_SECRET).update(body).digest('base64')
    const headers = {
      'x-shopify-hmac-sha256': hmac,
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': GONE,
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': `${topic} ${body}`,
    }
    return fetch(`${web.origin}/webhooks/shopify`, { method: 'POST', body, headers })
  }
  const value = async (text: string, ...values: unknown[]) => (await database.pool.query(text, values)).rows[0]?.value

  test('is kept once, however often it comes; the scopes it tells are known; leaving stops every channel', async () => {
    const shop = await shopNamed(GONE)
    const order = { id: 7, admin_graphql_api_id: 'gid://shopify/Order/7' }
    const events = () => value('SELECT count(*)::int AS value FROM inbox_event WHERE merchant_id = $1', shop.merchantId)
    expect((await send('orders/create', order)).status).toBe(200)
    expect((await send('orders/create', order)).status).toBe(200)
    expect(await events()).toBe(1)

    expect((await send('app/scopes_update', { current: ['read_products', 'read_orders'] })).status).toBe(200)
    expect(await value('SELECT scope AS value FROM "Session" WHERE shop = $1', GONE)).toBe('read_products,read_orders')
    for (const topic of ['customers/data_request', 'customers/redact']) expect((await send(topic, {})).status).toBe(200)

    expect((await send('app/uninstalled', {})).status).toBe(200)
    const statuses = 'SELECT array_agg(DISTINCT status) AS value FROM channel_account WHERE merchant_id = $1'
    expect(await value(statuses, shop.merchantId)).toEqual(['off'])
    expect(await value('SELECT count(*)::int AS value FROM "Session" WHERE shop = $1', GONE)).toBe(0)
    // News of a store that has gone is answered, or it would come again for two days; nothing is kept of it.
    expect((await send('orders/create', { ...order, id: 8 })).status).toBe(200)
    expect(await events()).toBe(1)
    expect((await send('shop/redact', {})).status).toBe(200)
  })
})

test('what a person types finds nothing of another merchant’s', async () => {
  const found = (shop: string) => ask(`/api/items?find=${SECRET}`, shop)
  expect(await (await found(OURS)).json()).toEqual({ items: [] })
  expect(await (await found(THEIRS)).text()).toContain(SECRET)
  expect((await ask(`/api/items?find=${SECRET}`, null)).status).not.toBe(200)
})

describe('a live page', () => {
  /** What is said on a stream until it ends or `until` is heard `times` times. */
  async function listen(origin: string, of: Parameters<typeof asPage>[0]) {
    const leaving = new AbortController()
    const answer = await fetch(`${origin}/api/live`, { headers: asPage(of), signal: leaving.signal })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    const change = async (): Promise<boolean> => {
      for (let read = await reader.read(); !read.done; read = await reader.read())
        if (read.value.includes('changed')) return true
      return false
    }
    return { change, leave: () => leaving.abort() }
  }

  const tell = (merchantId: number) =>
    database.pool.query(`SELECT pg_notify('vitrine_changed', $1)`, [String(merchantId)])

  test('hears of a change through whichever web process it is open, and of nobody else’s', async () => {
    const other = await startWeb(database.url)
    const pages = await Promise.all([web, other].map(({ origin }) => listen(origin, { shop: THEIRS })))
    await Promise.all(pages.map(({ change }) => change()))
    await tell(theirs.merchantId)
    expect(await Promise.all(pages.map(({ change }) => change()))).toEqual([true, true])
    pages.forEach(({ leave }) => leave())
    await other.stop()
  })

  test('ends with the token it was opened with', async () => {
    const page = await listen(web.origin, { shop: THEIRS, seconds: 2 })
    expect(await page.change()).toBe(true)
    const opened = performance.now()
    while (await page.change());
    expect(performance.now() - opened).toBeLessThan(3_000)
  })

  test('is not opened without a token', async () => {
    const answer = await ask('/api/live', null, { headers: { ...asPage({ shop: THEIRS }), authorization: 'Bearer x' } })
    expect(answer.status).not.toBe(200)
  })
})
