import { openPool } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { keepCheckpoints } from '#app/pool/balance-at.server.ts'
import { whyNow, whyThen } from '#app/sync/why.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import type { Bench } from './choices.ts'
import { quantile, rounded } from './distribution.ts'
import { loadManyItems, type ManyItems } from './many-items.ts'
import { loadMovements } from './many-movements.ts'
import { ownDatabase } from './own-database.ts'

type Times = { p50: number; p95: number }

/** docs/benchmarks.md says what each field is. */
export type ExplainReport = {
  name: 'explain'
  movements: number
  items: number
  roundTripMs: Times
  nowMs: Times
  thenMs: Times
  busiestThenMs: Times
  wrong: number
}

const USUAL_MOVEMENTS = 10_000_000
const A_HUNDRED = 100
const QUESTIONS = 400
const YEAR_MS = 365 * 86_400_000
const DAY_MS = 86_400_000
const CHANNELS = 3

/** How long "why does it show 2?" takes, of now and of any second of a year, with a ledger of ten million movements. */
export async function measureExplain({ movements = USUAL_MOVEMENTS, say }: Bench): Promise<ExplainReport> {
  const database = await ownDatabase('explain')
  const db = openPool(database.url, { max: 2, settings: '-c transaction_timeout=0' })
  const until = systemClock.now()
  const from = new Date(until.getTime() - YEAR_MS)
  try {
    const items = Math.max(1, Math.round(movements / A_HUNDRED))
    const shop = await loadManyItems(db, { items, channels: CHANNELS, at: from, ones: false })
    await loadMovements(database.url, shop, { movements, from, until })
    say(`loaded: ${movements} movements of ${items} items`)
    await keepEachDay(db, shop, { from, until })
    await db.query({ text: 'VACUUM ANALYZE movement, balance, balance_checkpoint' })
    return await ask(db, shop, { from, until, movements, items })
  } finally {
    await db.end()
    await database.drop()
  }
}

type Year = { from: Date; until: Date }

/** As the daily round has kept them: the busiest have moved a thousand times many times over. */
async function keepEachDay(db: Sql, { merchantId, itemIds }: ManyItems, { from, until }: Year): Promise<void> {
  const text = `SELECT sum(version)::int AS n FROM balance WHERE merchant_id = $1 AND item_id = $2`
  const { rows } = await db.query<{ n: number }>({ text, values: [merchantId, itemIds.first] })
  const changesADay = present(rows[0], 'a count').n / (YEAR_MS / DAY_MS)
  // The busiest item moves at one pace: how many days a thousand changes of it take.
  const days = Math.max(1, Math.ceil(1_000 / Math.max(1, changesADay)))
  for (let at = from.getTime() + days * DAY_MS; at <= until.getTime(); at += days * DAY_MS) {
    await db.query({ text: 'UPDATE balance_checkpoint SET seq = 0 WHERE merchant_id = $1', values: [merchantId] })
    await keepCheckpoints(db, merchantId, { now: new Date(at), many: 1_000 })
  }
}

async function ask(
  db: Sql,
  { merchantId, itemIds }: ManyItems,
  { from, until, movements, items }: Year & { movements: number; items: number },
): Promise<ExplainReport> {
  const random = seeded(7)
  const anyItem = () => itemIds.first + Math.floor(random() * itemIds.count)
  const anySecond = () => new Date(from.getTime() + Math.floor(random() * (until.getTime() - from.getTime())))
  let wrong = 0
  const timed = async (question: () => Promise<{ should: { quantity: number; steps: { quantity: number }[] } }[]>) => {
    const began = performance.now()
    const answers = await question()
    const ms = performance.now() - began
    const adds = answers.every(
      ({ should }) => should.quantity === should.steps.reduce((sum, step) => sum + step.quantity, 0),
    )
    if (answers.length !== CHANNELS || !adds) wrong += 1
    return ms
  }
  const times = async (question: () => Parameters<typeof timed>[0]): Promise<Times> => {
    const all: number[] = []
    for (let i = 0; i < QUESTIONS; i += 1) all.push(await timed(question()))
    return quantilesOf(all)
  }
  const then = (itemId: number) => () => whyThen(db, merchantId, { itemId, at: anySecond() })
  const nowMs = await times(() => {
    const itemId = anyItem()
    return () => whyNow(db, merchantId, { itemId, at: until })
  })
  const thenMs = await times(() => then(anyItem()))
  const busiestThenMs = await times(() => then(itemIds.first))
  const roundTripMs = await roundTrips(db)
  return { name: 'explain', movements, items, roundTripMs, nowMs, thenMs, busiestThenMs, wrong }
}

const quantilesOf = (all: number[]): Times => ({
  p50: rounded(quantile(all, 0.5), 1),
  p95: rounded(quantile(all, 0.95), 1),
})

/** How long the database takes to answer nothing at all: what of the others is the machine. */
async function roundTrips(db: Sql): Promise<Times> {
  const all: number[] = []
  for (let i = 0; i < QUESTIONS; i += 1) {
    const began = performance.now()
    await db.query({ name: 'nothing', text: 'SELECT 1' })
    all.push(performance.now() - began)
  }
  return quantilesOf(all)
}
