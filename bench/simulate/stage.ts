import type pg from 'pg'
import { type AbsoluteConnector, type Connector, keepsStock } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountById, accountsOf } from '#app/merchant/account.server.ts'
import { goLive } from '#app/sync/decisions.server.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { connect, type InProcessWorld, openInProcessWorld } from '../in-process-world.ts'
import type { ChannelDoor } from '../road.ts'
import { arrange } from './arrange.ts'
import { Books } from './books.ts'
import { emptied } from './emptied.ts'
import { type FaultLevel, Faults } from './faults.ts'
import { Luck } from './luck.ts'
import type { Sessions } from './mortal.ts'
import { Outages, unsteady } from './network.ts'
import { openPost } from './post.ts'
import { openProcesses, type Processes } from './processes.ts'
import type { Sabotage } from './sabotage.ts'
import { Rulebook } from './rulebook.ts'
import {
  enoughFor,
  type Good,
  goodsOf,
  listingsOf,
  type MadeSet,
  offeredOf,
  PAIR,
  PLACES,
  productsOf,
  SETS,
  totalOf,
} from './shop.ts'
import { openUnsteady, UnsteadyChannel } from './unsteady-channel.ts'

export type StageOptions = {
  /** Emptied, and then only looked at: the app has sessions of its own. */
  pool: pg.Pool
  sessions: Sessions
  seed: number
  faults: FaultLevel
  sabotage?: Sabotage | undefined
}

/** A shop in which everything can happen, the app in the middle of it, and what is true beside it. */
export type Stage = {
  world: InProcessWorld
  clock: VirtualClock
  db: Sql
  goods: Good[]
  sets: MadeSet[]
  rules: Rulebook
  books: Books
  faults: Faults
  luck: Luck
  outages: Outages
  plain: Map<string, UnsteadyChannel>
  /** by channel */
  accounts: Map<string, number>
  /** what each channel has accepted to show, less what it sold since, by `channel/sku` */
  told: Map<string, number>
  processes: Processes
  counts: { news: number }
  watching: Watching
  /** a person of the shop, as the app knows them */
  clerk: { merchantId: number; actor: string; role: string }
}

type Watching = {
  isSweep: boolean
  /** told of every number that a channel has accepted and that is higher than what was thought to show */
  raised?: (channel: string, sku: string, quantity: number) => Promise<void>
}

const START = new Date('2026-11-23T09:00:00Z')
const MINUTE_MS = 60_000
/** It cannot compare before it writes. */
const BLIND = 'bazaar'
const PLAIN_CHANNELS = ['market', BLIND]

/** Opens the shop: everything is listed everywhere, in step, and nothing has gone wrong yet. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { pool, seed } = options
  await emptied(pool)
  const clock = new VirtualClock(START)
  const luck = new Luck()
  luck.begin(seed)
  const faults = new Faults(options.faults, luck)
  const outages = new Outages(clock, faults)
  const goods = goodsOf(seeded(seed))
  const told = new Map<string, number>()
  const counts = { news: 0 }
  const processes = openProcesses({ ...options, clock, luck, faults })
  const post = openPost({ clock, faults, handed: () => void (counts.news += 1) })
  const later: Later = {}
  const alive = () => processes.mustLive()
  const { plain, plainDoors } = plainSide({ clock, faults, outages, alive }, later)
  const skus = new Map<number, string>()
  const watching: Watching = { isSweep: false }
  const watched = (door: ChannelDoor, name: string): ChannelDoor => ({
    ...door,
    open: (account, limiter) => {
      const connector = watch(door.open(account, limiter), { name, skus, told, watching })
      return options.sabotage?.connector?.(connector, () => watching.isSweep) ?? connector
    },
  })
  const world = await openInProcessWorld({
    pool,
    clock,
    seed,
    shopify: {
      domain: 'adler.myshopify.com',
      name: 'Adler',
      locations: PLACES.map(({ name, sells }) => ({ name, fulfillsOnlineOrders: sells })),
      products: productsOf(goods),
    },
    etsy: { name: 'Adler', listings: listingsOf(goods) },
    doors: Object.fromEntries(plainDoors),
    post,
    network: (channel, send) => unsteady(channel, send, { clock, faults, outages, alive }),
    open: (doors) =>
      processes.open(Object.fromEntries(Object.entries(doors).map(([name, door]) => [name, watched(door, name)]))),
  })
  const stage: Stage = {
    world,
    clock,
    db: pool,
    goods,
    sets: SETS,
    rules: new Rulebook(),
    books: new Books(),
    faults,
    luck,
    outages,
    plain,
    accounts: new Map([['shopify', world.accounts.shopify]]),
    told,
    processes,
    counts,
    watching,
    clerk: await newClerk(pool, world.merchantId),
  }
  await bringUp(stage)
  later.announce = announcer(stage, post)
  for (const { id, sku } of await listingsIn(stage)) skus.set(id, sku)
  return stage
}

async function newClerk(db: Sql, merchantId: number) {
  const text = `INSERT INTO person (merchant_id, subject, name, role, first_seen) VALUES ($1, 'clerk', 'A clerk', 'owner', $2) RETURNING id`
  const { rows } = await db.query<{ id: number }>({ text, values: [merchantId, START] })
  return { merchantId, actor: `person/${present(rows[0], 'the clerk').id}`, role: 'owner' }
}

type Later = { announce?: (channel: string, orderId: string) => void }
type Side = { clock: VirtualClock; faults: Faults; outages: Outages; alive: () => void }

/** The channels without a sandbox of their own, and the app's doors to them. */
function plainSide({ clock, faults, outages, alive }: Side, later: Later) {
  const plain = new Map(
    PLAIN_CHANNELS.map((name) => {
      const announce = (orderId: string) => later.announce?.(name, orderId)
      return [name, new UnsteadyChannel({ name, clock, faults, outages, announce })]
    }),
  )
  const plainDoors = [...plain].map(([name, channel]): [string, ChannelDoor] => {
    const open = () => openUnsteady({ name, clock, faults, outages }, { channel, blind: name === BLIND, alive })
    return [name, { limits: [], open }]
  })
  return { plain, plainDoors }
}

async function bringUp(stage: Stage): Promise<void> {
  const { world, clock, accounts } = stage
  const pass = (minutes: number) => clock.runTo(new Date(clock.now().getTime() + minutes * MINUTE_MS))
  await pass(1)
  await arrange(stage)
  world.road.kick(world.merchantId)
  await pass(1)
  await world.connectEtsy()
  accounts.set('etsy', world.accounts.etsy)
  const offered = offers(stage)
  for (const [name, channel] of stage.plain) {
    for (const { sku, style, shows } of offered) {
      channel.list(sku, style)
      channel.write(sku, shows)
    }
    accounts.set(
      name,
      await connect(world.road, { ...world, channel: name, externalId: `${name}-${world.shopify.domain}`, name }),
    )
  }
  await pass(1)
  for (const account of await accountsOf(world.road.sync.db, world.merchantId)) {
    if (account.status === 'open') continue
    const refused = await goLive(world.road.sync, who(world), { accountId: account.id })
    if (refused) throw new Error(`${account.name} cannot go live: ${refused.sentence}`)
  }
  world.road.kick(world.merchantId)
  await pass(60)
  openBooks(stage, offered)
}

type Offered = { sku: string; style: string; shows: number }

/** What is on sale elsewhere than on Shopify, and how many. */
function offers({ goods, sets }: Stage): Offered[] {
  const left = new Map(goods.map((good) => [good.sku, offeredOf(good)]))
  return [
    ...goods.map((good) => ({ ...good, shows: offeredOf(good) })),
    ...sets.map((set) => ({ ...set, shows: enoughFor(set, (sku) => left.get(sku) ?? 0) })),
  ]
}

function openBooks({ goods, sets, books, plain, told }: Stage, offered: Offered[]): void {
  for (const good of goods) books.open(good.sku, { sellable: offeredOf(good), total: totalOf(good) })
  // What is left of a broken pair is a thing that is never for sale.
  books.open(`${PAIR}-HALF`, { sellable: 0, total: 0 })
  for (const { sku, parts } of sets) books.openSet(sku, parts)
  for (const { sku, shows } of offered)
    for (const channel of ['etsy', ...plain.keys()]) told.set(`${channel}/${sku}`, shows)
}

/** The person of ours who does things in the app. */
export const who = ({ merchantId }: InProcessWorld) => ({ merchantId, actor: 'person/1' })

/** What was asked for, which was not refused. */
export function given<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(answer.sentence)
  return answer
}

async function listingsIn({ db, world }: Stage): Promise<{ id: number; sku: string }[]> {
  const text = 'SELECT id, sku FROM listing WHERE merchant_id = $1'
  return (await db.query<{ id: number; sku: string }>({ text, values: [world.merchantId] })).rows
}

/** Keeps what a channel has accepted to show, or said that it shows: what it shows beyond that is its own doing. */
function watch(
  connector: Connector,
  { name, skus, told, watching }: Pick<Stage, 'told' | 'watching'> & { name: string; skus: Map<number, string> },
): Connector {
  if (keepsStock(connector)) return connector
  const inner = connector as AbsoluteConnector
  const apply: AbsoluteConnector['apply'] = async (units) => {
    const outcomes = await inner.apply(units)
    const asked = new Map(units.flat().map((change) => [change.listingId, change]))
    for (const { listingId, outcome, shown } of outcomes) {
      const [change, sku] = [asked.get(listingId), skus.get(listingId)]
      if (outcome === 'changed' && shown !== null) told.set(`${name}/${sku}`, shown)
      if (outcome !== 'accepted' || !change || sku === undefined) continue
      told.set(`${name}/${sku}`, change.quantity)
      if (change.quantity > (change.expected ?? Infinity)) await watching.raised?.(name, sku, change.quantity)
    }
    return outcomes
  }
  const show: AbsoluteConnector['show'] = async (refs) => {
    const snapshots = await inner.show(refs)
    for (const { sku, shown } of snapshots) told.set(`${name}/${sku}`, shown)
    return snapshots
  }
  const watched: AbsoluteConnector = { ...inner, apply, show }
  return watched
}

// As a webhook: kept once by the inbox.
function announcer({ world, clock, accounts }: Stage, post: ReturnType<typeof openPost>) {
  let events = 0
  return (channel: string, orderId: string): void => {
    const eventId = String((events += 1))
    const occurredAt = clock.now()
    post(async () => {
      const { sync } = world.road
      const account = present(await accountById(sync.db, accounts.get(channel) ?? 0), channel)
      await keepNotification(sync, account, { eventId, topic: 'orders/changed', subject: orderId, occurredAt })
    })
  }
}

/** Reads every account's orders, as a worker does every minute; a channel that does not answer is read next time. */
export async function sweep({ world, watching }: Stage): Promise<void> {
  watching.isSweep = true
  try {
    await world.road.sweep(world.merchantId)
  } catch (error) {
    if (!(error instanceof TryAgain)) throw error
  } finally {
    watching.isSweep = false
  }
}
