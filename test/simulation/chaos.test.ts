import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '#prisma/embedded-postgres.ts'
import type { World } from '#sandbox/world.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { type Good, stockUp } from '../../bench/goods.ts'
import { type LiveShop, openLiveShop } from '../../bench/live-shop.ts'
import { LIFTED, liftLimits } from '../../bench/pipeline/lifted.ts'
import { chaos } from '../../bench/simulate/chaos.ts'

// A server of its own: it is restarted under the app.
const DIR = fileURLToPath(new URL('../../.data/chaos-postgres', import.meta.url))
const NAME = `vitrine_chaos_${randomInt(1_000_000)}`

let server: Postgres
let shop: LiveShop
let goods: Good[]

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

beforeAll(async () => {
  server = await startPostgres({ dir: DIR })
  await onServer(`CREATE DATABASE ${NAME}`)
  const address = new URL(server.url)
  address.pathname = `/${NAME}`
  const prepare = (world: World) => {
    liftLimits(world)
    goods = stockUp(world).slice(0, 20)
  }
  shop = await openLiveShop({ databaseUrl: address.href, workers: 2, more: LIFTED, prepare })
}, 300_000)
afterAll(async () => {
  await shop.stop()
  await onServer(`DROP DATABASE ${NAME} WITH (FORCE)`)
  await server.stop()
})

const seed = randomInt(1_000_000)

test(`workers are killed and the database is restarted under trade, and every law holds (seed ${seed})`, async () => {
  const restartDatabase = async () => {
    const port = Number(new URL(server.url).port)
    await server.stop()
    server = await startPostgres({ dir: DIR, port })
  }
  const end = await chaos({ shop, goods, restartDatabase, random: seeded(seed), seconds: 20, perSecond: 4 })
  expect(end).toMatchObject({ killed: 2, restarts: 1, violations: [] })
  expect(end.sales).toBeGreaterThan(20)
}, 300_000)
