import type pg from 'pg'
import { openEtsy } from '#app/channels/etsy/connector.server.ts'
import { ETSY_LIMITS } from '#app/channels/etsy/limits.ts'
import { verifyEtsyNotification } from '#app/channels/etsy/notification.server.ts'
import { openShopify } from '#app/channels/shopify/connector.server.ts'
import { shopifyNotification } from '#app/channels/shopify/notification.ts'
import type { Tokens } from '#app/channels/connector.ts'
import type { Random } from '#app/kernel/clock.ts'
import { assert } from '#app/kernel/assert.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountOf } from '#app/merchant/account.server.ts'
import { takeInCheckout } from '#app/shopify-checkouts.server.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import { createEtsySandbox, type EtsySandbox, type EtsySandboxOptions } from '#sandbox/etsy/sandbox.ts'
import type { Shop as EtsyShop } from '#sandbox/etsy/shop.ts'
import type { ShopSeed as EtsySeed } from '#sandbox/etsy/shop-manager.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox, type ShopifySandbox } from '#sandbox/shopify/sandbox.ts'
import type { ShopSeed } from '#sandbox/shopify/seed.ts'
import type { Shop } from '#sandbox/shopify/shop.ts'
import { type ChannelDoor, openRoad, type Road } from './road.ts'

const SCOPES =
  'read_products,read_inventory,write_inventory,read_locations,write_orders,write_draft_orders,write_merchant_managed_fulfillment_orders'
// A Plus store's points: on a clock that stands still a read that must wait is begun anew each time, and the default's
// 2,000 do not pay for opening thousands of items in one go. What a sale costs, 34 points, is far below either.
const PLUS = { maximumAvailable: 20_000, restoreRate: 1_000 }
const PLUS_LIMITS = [
  { kind: 'points' as const, name: 'points', limit: PLUS.maximumAvailable, restorePerSecond: PLUS.restoreRate },
]
const ETSY_APP = { keystring: 'keystring', sharedSecret: 'shared' }
const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret that only the two of us know').toString('base64')}`
const TOPICS = [
  'orders/create',
  'orders/updated',
  'orders/cancelled',
  'orders/edited',
  'orders/fulfilled',
  'refunds/create',
  'inventory_levels/update',
  'products/create',
  'products/update',
  'inventory_items/delete',
  'checkouts/create',
  'checkouts/update',
  'checkouts/delete',
]

export type WorldOptions = {
  pool: pg.Pool
  clock: VirtualClock
  seed?: number
  shopify: ShopSeed
  etsy: EtsySeed
  /** ms that every notification is on its way */
  newsMs?: number
  etsyOptions?: Partial<Pick<EtsySandboxOptions, 'limits' | 'faults' | 'switches' | 'specification'>>
  /** which webhooks Shopify sends */
  topics?: string[]
  publishing?: boolean
  /** further channels by name */
  doors?: Record<string, ChannelDoor>
  /** Brings news: `hand` hands it in, at whatever time and however often. Without it, once, after `newsMs`. */
  post?: (hand: () => Promise<void>) => void
  /** What stands between the app and a channel. */
  network?: (channel: 'shopify' | 'etsy', send: Send) => Send
  /** Opens the road, and opens it anew after the process has died. */
  open?: (doors: Record<string, ChannelDoor>) => Road
}

export type Send = (request: Request) => Promise<Response>

/** A merchant with a Shopify store and an Etsy shop, and the app between them, in one process on one clock. */
export type InProcessWorld = {
  road: Road
  merchantId: number
  shopify: Shop
  etsy: EtsyShop
  sandboxes: { shopify: ShopifySandbox; etsy: EtsySandbox }
  /** the accounts' ids; Etsy's is 0 until it is connected */
  accounts: { shopify: number; etsy: number }
  connectEtsy(): Promise<void>
  /** The process died, and another takes its place. */
  reopen(): void
  /** Answers of the channels that said: too many calls. */
  throttled(): number
  /** Lets so many milliseconds pass, with all that happens in them. */
  pass(ms: number): Promise<void>
}

/** Puts it up. The Shopify store has arrived, and is being opened as soon as time passes. */
export async function openInProcessWorld(options: WorldOptions): Promise<InProcessWorld> {
  const { pool, clock, newsMs = 0, network = (_, send) => send } = options
  const post = options.post ?? ((hand) => void clock.after(newsMs, hand))
  const random = seeded(options.seed ?? 1)
  const later: { deliver?: (request: Request, sentAt: Date) => Promise<Response> } = {}
  // News is on its way for as long as it is told, and then handed in whole: the sender sees it accepted at once. Its
  // signature is of the moment it was sent: what is on its way is not the message alone, but all that follows from it.
  const deliver = (request: Request): Promise<Response> => {
    const sentAt = clock.now()
    post(async () => void (await later.deliver?.(request.clone(), sentAt)))
    return Promise.resolve(new Response())
  }
  const { shopifySandbox, etsySandbox } = openSandboxes(options, { random, deliver })
  const shopify = shopifySandbox.addShop(options.shopify)
  const etsy = etsySandbox.addShop(options.etsy)
  const throttled = { shopify: 0 }
  const asShopify = async (request: Request): Promise<Response> => {
    const answer = await shopifySandbox.fetch(request)
    const text = await answer.text()
    if (text.includes('"THROTTLED"')) throttled.shopify += 1
    return new Response(text, answer)
  }
  const doors = {
    shopify: shopifyDoor(shopifySandbox, { clock, fetch: network('shopify', asShopify) }),
    etsy: etsyDoor(etsy, { clock, fetch: network('etsy', (request) => etsySandbox.fetch(request)) }),
    ...options.doors,
  }
  const { publishing = true, open = () => openRoad({ pool, clock, doors, publishing }) } = options
  let road = open(doors)
  later.deliver = (request, sentAt) => receive(road, request, sentAt)
  const merchantId = await arriveMerchant(road, options)
  const accounts = { shopify: (await accountOf(pool, 'shopify', shopify.domain))!.id, etsy: 0 }
  return {
    get road() {
      return road
    },
    reopen: () => void (road = open(doors)),
    merchantId,
    shopify,
    etsy,
    accounts,
    sandboxes: { shopify: shopifySandbox, etsy: etsySandbox },
    async connectEtsy() {
      accounts.etsy = await connect(road, {
        merchantId,
        channel: 'etsy',
        externalId: String(etsy.shopId),
        name: 'Etsy',
      })
    },
    throttled: () => throttled.shopify + etsySandbox.metrics().throttled,
    pass: (ms) => clock.runTo(new Date(clock.now().getTime() + ms)),
  }
}

type Carried = { random: Random; deliver: (request: Request) => Promise<Response> }

function openSandboxes({ clock, topics = TOPICS, etsyOptions }: WorldOptions, { random, deliver }: Carried) {
  const shopifySandbox = createShopifySandbox({
    clock,
    random,
    app: {
      apiKey: 'key',
      apiSecret: 'secret',
      url: 'https://app.test',
      scopes: SCOPES.split(','),
      webhooks: [{ topics, uri: '/webhooks/shopify' }],
    },
    deliver,
    limits: { ...PLUS, singleQueryMax: 1_000 },
  })
  const etsySandbox = createEtsySandbox({
    clock,
    random,
    app: {
      ...ETSY_APP,
      redirectUris: ['https://app.test/auth/etsy/callback'],
      webhook: { url: 'https://app.test/webhooks/etsy', secret: WEBHOOK_SECRET },
    },
    deliver,
    ...etsyOptions,
  })
  return { shopifySandbox, etsySandbox }
}

type ShopifySide = { clock: VirtualClock; fetch: Send }

const shopifyDoor = (sandbox: ShopifySandbox, { clock, fetch }: ShopifySide): ChannelDoor => ({
  limits: PLUS_LIMITS,
  open: ({ externalId: shop }, limiter) =>
    openShopify({
      shop,
      deps: { fetch: (input, init) => fetch(new Request(input, init)), limiter, clock, tokens: offline(sandbox, shop) },
    }),
})

const etsyDoor = (etsy: EtsyShop, { clock, fetch }: { clock: VirtualClock; fetch: Send }): ChannelDoor => ({
  limits: ETSY_LIMITS,
  open: ({ externalId: shopId }, limiter) => {
    const signIn = () => etsy.signIn()
    let token = signIn()
    const tokens: Tokens = {
      async accessToken() {
        if (token.expiresAt.getTime() - clock.now().getTime() < 60_000) token = signIn()
        return token.accessToken
      },
      async refused() {
        token = signIn()
      },
    }
    const deps = {
      fetch,
      limiter,
      clock,
      tokens,
      apiUrl: 'https://openapi.etsy.com',
      ...ETSY_APP,
    }
    return openEtsy({ shopId, deps })
  },
})

// As the library does it when the app is opened: an ID token for an access token. One without an end is enough here.
export function offline(sandbox: ShopifySandbox, shop: string): Tokens {
  let token: Promise<string> | undefined
  const exchange = async () => {
    const body = JSON.stringify({
      client_id: 'key',
      client_secret: 'secret',
      expiring: '0',
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: sandbox.sessionToken({ shop }),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
    })
    const headers = { 'content-type': 'application/json', 'x-forwarded-host': shop }
    const answer = await sandbox.fetch(
      new Request('https://sandbox/admin/oauth/access_token', { method: 'POST', body, headers }),
    )
    const { access_token } = (await answer.json()) as { access_token: string }
    return access_token
  }
  return {
    accessToken: () => (token ??= exchange()),
    async refused() {
      token = exchange()
      await token
    },
  }
}

async function receive(road: Road, request: Request, sentAt: Date): Promise<Response> {
  const body = await request.text()
  const etsy = request.url.includes('/webhooks/etsy')
  const topic = request.headers.get('x-shopify-topic') ?? ''
  if (topic.startsWith('checkouts/')) return receiveCheckout(road, request.headers, { topic, body })
  const notification = etsy
    ? verifyEtsyNotification({ body, headers: request.headers, secret: WEBHOOK_SECRET, now: sentAt })
    : fromShopify(request.headers, body, sentAt)
  // Refused in silence, news would be lost, and nobody here would send it again.
  assert(!isRefusal(notification), 'what the sandbox sends is taken')
  if (!notification) return new Response()
  const shop = 'shop' in notification ? notification.shop : (request.headers.get('x-shopify-shop-domain') ?? '')
  const account = await accountOf(road.sync.db, etsy ? 'etsy' : 'shopify', String(shop))
  if (account && account.status !== 'off') await keepNotification(road.sync, account, notification)
  return new Response()
}

async function receiveCheckout(road: Road, headers: Headers, { topic, body }: { topic: string; body: string }) {
  const shop = headers.get('x-shopify-shop-domain') ?? ''
  const triggeredAt = headers.get('x-shopify-triggered-at') ?? undefined
  await takeInCheckout(road.sync, { topic, shop, payload: JSON.parse(body), triggeredAt })
  const account = await accountOf(road.sync.db, 'shopify', shop)
  if (account) road.kick(account.merchantId)
  return new Response()
}

const fromShopify = (headers: Headers, body: string, receivedAt: Date) =>
  shopifyNotification({
    topic: headers.get('x-shopify-topic') ?? '',
    shop: headers.get('x-shopify-shop-domain') ?? '',
    payload: JSON.parse(body),
    eventId: headers.get('x-shopify-event-id') ?? undefined,
    webhookId: headers.get('x-shopify-webhook-id') ?? '',
    triggeredAt: headers.get('x-shopify-triggered-at') ?? undefined,
    receivedAt,
  })

async function arriveMerchant(road: Road, { shopify, clock }: WorldOptions): Promise<number> {
  const text = `INSERT INTO merchant (name, time_zone, currency, created_at) VALUES ($1, 'UTC', $2, $3) RETURNING id`
  const values = [shopify.name, shopify.currency ?? 'USD', clock.now()]
  const merchantId = (await road.sync.db.query<{ id: number }>({ text, values })).rows[0]!.id
  await connect(road, { merchantId, channel: 'shopify', externalId: shopify.domain, name: 'Shopify' })
  return merchantId
}

/** Connects an account as the pages do: a row, and the fact that it is connected. */
export async function connect(
  { sync }: Road,
  account: { merchantId: number; channel: string; externalId: string; name: string },
): Promise<number> {
  return sync.inTransaction(async (tx) => {
    const text = `INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at)
      VALUES ($1, $2, $3, $4, 'connecting', $5) RETURNING id`
    const { merchantId, channel, externalId, name } = account
    const { rows } = await tx.query<{ id: number }>({
      text,
      values: [merchantId, channel, externalId, name, sync.clock.now()],
    })
    const accountId = rows[0]!.id
    await sync.outbox.record(tx, [{ name: 'account-connected', payload: { merchantId, accountId } }])
    return accountId
  })
}
