import type pg from 'pg'
import { assert } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountsOf } from '#app/merchant/account.server.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import { goLive } from '#app/sync/decisions.server.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { GenericChannel } from '#sandbox/generic/channel.ts'
import { connect, type InProcessWorld, openInProcessWorld } from '../in-process-world.ts'
import { type ChannelDoor } from '../road.ts'
import { openGeneric } from './generic-connector.ts'
import type { History } from './history.ts'
import { etsyMarket, genericMarket, type Market, shopifyMarket } from './market.ts'

export type StageOptions = {
  pool: pg.Pool
  history: History
  opening: Map<string, number>
  latencyMs: number
  seed: number
  publishing: boolean
}

/** A merchant who has every item listed on every channel of a history, all in step, just before its first event. */
export type Stage = {
  world: InProcessWorld
  clock: VirtualClock
  markets: Map<string, Market>
  accounts: Map<string, number>
}

const DAY_MS = 86_400_000
const ETSY_CAP = 999
const NEWS_OF_ORDERS = ['orders/create', 'orders/updated', 'orders/edited', 'refunds/create']

export async function setStage(options: StageOptions): Promise<Stage> {
  const { history, opening, latencyMs } = options
  const first = history.events[0]?.at ?? new Date(0)
  const clock = new VirtualClock(new Date(first.getTime() - 3 * DAY_MS))
  const generics = genericChannels(options, clock)
  const doors = Object.fromEntries(
    [...generics.channels].map(([name, channel]) => [name, doorTo(name, { channel, clock })]),
  )
  const world = await openInProcessWorld({
    pool: options.pool,
    clock,
    seed: options.seed,
    newsMs: latencyMs,
    topics: NEWS_OF_ORDERS,
    publishing: options.publishing,
    doors,
    shopify: {
      domain: 'replay.myshopify.com',
      name: 'Replay',
      currency: 'GBP',
      locations: [{ name: 'Shop' }],
      products: [...opening].map(([sku, available]) => ({
        title: titleOf(history, sku),
        variants: [{ sku, price: '10.00', stock: [{ location: 'Shop', available }] }],
      })),
    },
    etsy: {
      name: 'Replay',
      currency: 'GBP',
      listings: history.channels.includes('etsy') ? [...opening].map(etsyListing(history)) : [],
    },
  })
  generics.connected.announce = announceTo(world, clock, latencyMs)
  await clock.runTo(new Date(clock.now().getTime() + DAY_MS / 24))
  const accounts = await connectAll(world, { history, generics: generics.channels })
  await clock.runTo(new Date(first.getTime() - DAY_MS))
  for (const account of await accountsOf(options.pool, world.merchantId)) {
    if (account.status === 'open') continue
    const refused = await goLive(
      world.road.sync,
      { merchantId: world.merchantId, actor: 'replay' },
      { accountId: account.id },
    )
    assert(!refused, `${account.name} can go live: ${refused?.sentence}`)
  }
  world.road.kick(world.merchantId)
  await clock.runTo(new Date(first.getTime() - 1))
  return { world, clock, accounts, markets: marketsOf(world, { history, generics: generics.channels }) }
}

const titleOf = (history: History, sku: string) => history.titles.get(sku) || sku

const etsyListing =
  (history: History) =>
  ([sku, quantity]: [string, number]) => ({
    title: titleOf(history, sku),
    state: quantity > 0 ? ('active' as const) : ('sold_out' as const),
    products: [{ sku, quantity: Math.min(ETSY_CAP, quantity), priceCents: 1_000 }],
  })

type Connected = { announce: (channel: string, orderId: string) => void }

function genericChannels({ history, opening }: StageOptions, clock: VirtualClock) {
  const connected: Connected = { announce: () => {} }
  const names = history.channels.filter((name) => name !== 'shopify' && name !== 'etsy')
  const channels = new Map<string, GenericChannel>()
  for (const name of names) {
    const channel = new GenericChannel({ name, clock, announce: (orderId) => connected.announce(name, orderId) })
    for (const [sku, quantity] of opening) {
      channel.list(sku, titleOf(history, sku))
      channel.write(sku, quantity)
    }
    channels.set(name, channel)
  }
  return { connected, channels }
}

const doorTo = (name: string, of: { channel: GenericChannel; clock: VirtualClock }): ChannelDoor => ({
  limits: [],
  open: () => openGeneric(name, of),
})

// As a webhook: on its way for the latency, kept once by the inbox.
function announceTo(world: InProcessWorld, clock: VirtualClock, latencyMs: number): Connected['announce'] {
  let events = 0
  const accounts = new Map<string, Promise<number>>()
  const idOf = async (channel: string) => {
    const text = 'SELECT id FROM channel_account WHERE merchant_id = $1 AND channel = $2'
    const { rows } = await world.road.sync.db.query<{ id: number }>({ text, values: [world.merchantId, channel] })
    return rows[0]!.id
  }
  return (channel, orderId) => {
    const eventId = String((events += 1))
    const occurredAt = clock.now()
    clock.after(latencyMs, async () => {
      const id = accounts.get(channel) ?? idOf(channel)
      accounts.set(channel, id)
      const account = await accountById(world.road.sync.db, await id)
      assert(account, `${channel} is connected`)
      await keepNotification(world.road.sync, account, {
        eventId,
        topic: 'orders/changed',
        subject: orderId,
        occurredAt,
      })
    })
  }
}

async function connectAll(
  world: InProcessWorld,
  { history, generics }: { history: History; generics: Map<string, GenericChannel> },
) {
  if (history.channels.includes('etsy')) await world.connectEtsy()
  const accounts = new Map([
    ['shopify', world.accounts.shopify],
    ['etsy', world.accounts.etsy],
  ])
  for (const name of generics.keys()) {
    const account = { merchantId: world.merchantId, channel: name, externalId: name, name }
    accounts.set(name, await connect(world.road, account))
  }
  return accounts
}

function marketsOf(
  world: InProcessWorld,
  { history, generics }: { history: History; generics: Map<string, GenericChannel> },
) {
  const markets = new Map<string, Market>()
  if (history.channels.includes('shopify')) markets.set('shopify', shopifyMarket(world.shopify))
  if (history.channels.includes('etsy')) {
    markets.set(
      'etsy',
      etsyMarket(world.etsy, (before) => world.sandboxes.etsy.forgetReceipts(before)),
    )
  }
  for (const [name, channel] of generics) markets.set(name, genericMarket(channel))
  return markets
}
