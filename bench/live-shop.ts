import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openPool } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { systemClock, systemRandom } from '#app/kernel/system-clock.server.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { generateClient } from '#prisma/generate-client.ts'
import { build } from '#sandbox/demo/build.ts'
import { type Child, startChild } from '#sandbox/demo/child.ts'
import { prepareDatabase } from '#sandbox/demo/database.ts'
import { environmentOf, type Environment } from '#sandbox/demo/environment.ts'
import type { Keys } from '#sandbox/demo/keys.ts'
import { answers, ready } from '#sandbox/demo/ready.ts'
import type { Shop as EtsyShop } from '#sandbox/etsy/shop.ts'
import { type AppConfig, readAppConfig } from '#sandbox/shopify/app-config.ts'
import type { Shop } from '#sandbox/shopify/shop.ts'
import { startWorld, type World } from '#sandbox/world.ts'
import { freePorts } from './free-ports.ts'
import { connectEtsy } from './owner.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const LOGS = join(ROOT, '.data', 'logs')
const STORE = 'adler-finch.myshopify.com'

export type LiveShopOptions = {
  /** An empty database, migrated or not. */
  databaseUrl: string
  /** What the app's processes are told beyond what the demo tells them. */
  more?: Environment
  workers?: number
  latencyMs?: number
  /** Done to the shops before the app is installed. */
  prepare?: (world: World) => void
}

/**
 * A jeweler's shop as the demo runs it, with Etsy connected and live: the world in this process, where it can be seen
 * without asking; the app's web process and its workers in theirs.
 */
export type LiveShop = {
  world: World
  shopify: Shop
  etsy: EtsyShop
  db: Sql
  web: Child
  workers: Child[]
  /** Another worker, beside those that run; resolves once it is at work. */
  addWorker(): Promise<Child>
  stop(): Promise<void>
}

/** Brings it up. Whatever was started is stopped again when that fails. */
export async function openLiveShop(options: LiveShopOptions): Promise<LiveShop> {
  const toStop: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const one of toStop.splice(0).reverse()) await one()
  }
  try {
    return { ...(await bringUp(options, toStop)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function bringUp(options: LiveShopOptions, toStop: (() => Promise<unknown>)[]): Promise<Omit<LiveShop, 'stop'>> {
  const { databaseUrl, latencyMs = 0, more = {}, prepare = () => {}, workers = 1 } = options
  await prepareDatabase(databaseUrl, () => {})
  generateClient()
  await build({
    root: ROOT,
    log: join(LOGS, 'build.log'),
    note: () => {},
    started: ({ stop }) => void toStop.push(stop),
  })
  const [port, keys, config] = [await freePorts(), newKeys(), await readAppConfig(join(ROOT, 'shopify.app.toml'))]
  const env = { ...environmentOf({ port, config, keys, databaseUrl }), ...more }
  const world = await openWorld({ port, keys, config, latencyMs })
  toStop.push(() => world.close())
  const launch = (name: string, script: string) => {
    const log = join(LOGS, `live-shop-${name}.log`)
    const child = startChild({
      name: `The ${name}`,
      args: [script],
      cwd: ROOT,
      env: { ...env, PORT: String(port + 1) },
      log,
    })
    toStop.push(child.stop)
    return child
  }
  const web = launch('web', 'app/web.server.ts')
  let launched = 0
  const launchWorker = () => launch(`worker-${(launched += 1)}`, 'app/worker.server.ts')
  const all = Array.from({ length: workers }, launchWorker)
  const url = `http://127.0.0.1:${port + 1}`
  await Promise.all([ready(web, answers(url)), ...all.map((worker) => ready(worker, worker.says(/\S/)))])
  // Not before the app listens: news it could not be told comes again a minute later, in the middle of what is measured.
  prepare(world)
  const pool = openPool(databaseUrl, { max: 4 })
  toStop.push(() => pool.end())
  const shopify = world.shopify.shop(STORE)
  const etsy = present(world.etsy.shops()[0], 'the Etsy shop')
  await connectEtsy({ world, shopify, etsy, url, until: (text) => settled(pool, text) })
  const addWorker = async () => {
    const worker = launchWorker()
    await ready(worker, worker.says(/\S/))
    return worker
  }
  return { world, shopify, etsy, db: pool, web, workers: all, addWorker }
}

const newKeys = (): Keys => ({
  SHOPIFY_API_KEY: 'vitrine-bench',
  SHOPIFY_API_SECRET: `shpss_${randomBytes(16).toString('hex')}`,
  ETSY_KEYSTRING: randomBytes(12).toString('hex'),
  ETSY_SHARED_SECRET: randomBytes(5).toString('hex'),
  ETSY_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}`,
  SQUARE_APPLICATION_ID: `sq0idp-${randomBytes(8).toString('hex')}`,
  SQUARE_APPLICATION_SECRET: `sq0csp-${randomBytes(8).toString('hex')}`,
  SQUARE_WEBHOOK_KEY: randomBytes(8).toString('hex'),
  CREDENTIALS_KEY: randomBytes(32).toString('base64'),
})

function openWorld({
  port,
  keys,
  config,
  latencyMs,
}: {
  port: number
  keys: Keys
  config: AppConfig
  latencyMs: number
}) {
  return startWorld({
    clock: systemClock,
    random: systemRandom,
    app: {
      ...config,
      url: `http://127.0.0.1:${port + 1}`,
      apiKey: keys.SHOPIFY_API_KEY,
      apiSecret: keys.SHOPIFY_API_SECRET,
      etsyKeystring: keys.ETSY_KEYSTRING,
      etsySharedSecret: keys.ETSY_SHARED_SECRET,
      etsyWebhookSecret: keys.ETSY_WEBHOOK_SECRET,
      squareApplicationId: keys.SQUARE_APPLICATION_ID,
      squareApplicationSecret: keys.SQUARE_APPLICATION_SECRET,
      squareWebhookKey: keys.SQUARE_WEBHOOK_KEY,
    },
    ports: { shopify: port, etsy: port + 2, square: 0 },
    seed: 1,
    quiet: true,
    latencyMs,
    onTrouble: (trouble) => {
      throw trouble
    },
  })
}

const PATIENCE_MS = 120_000
const LOOK_MS = 100

/** Waits until a question to the database is answered by a row. */
async function settled(db: Sql, text: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    if ((await db.query({ text })).rows.length > 0) return
    await sleep(LOOK_MS)
  }
  throw new Error(`This did not come true within ${PATIENCE_MS / 1_000} s: ${text}`)
}
