import { openPool } from '#app/db.server.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import type { Bench } from '../choices.ts'
import { median, quantile, rounded } from '../distribution.ts'
import { ownDatabase } from '../own-database.ts'
import type { RoundResult } from './caller-process.ts'
import { type Callers, startCallers } from './callers.ts'
import { type BenchShop, HOT_UNITS, openShop } from './shop.ts'

/** docs/benchmarks.md says what each field is. */
export type ReserveReport = {
  name: 'reserve'
  uniform: { opsPerSecond: number; p50Ms: number; p99Ms: number }
  hot: Hot
  floor: { opsPerSecond: number }
  ratioToFloor: number
  batched: {
    opsPerSecond: number
    p50Ms: number
    p99Ms: number
    floorOpsPerSecond: number
    ratioToFloor: number
    hot: Hot
  }
  drift: number
}

type Hot = { opsPerSecond: number; accepted: number; rejected: number; oversold: number }

const USUAL_SECONDS = 32
const ROUNDS = 40
const SAID_EVERY = 10
const HOT_ATTEMPTS = 2_000
const PROCESSES = 2

/** What the real `reserve` costs beside the bare statement, and whether it holds when everybody wants the same. */
export async function measureReserve({ seconds = USUAL_SECONDS, say }: Bench): Promise<ReserveReport> {
  const database = await ownDatabase('bench')
  const pool = openPool(database.url, { max: 2 })
  try {
    const shop = await openShop(pool, new Date(Date.now()))
    const callers = await startCallers({ url: database.url, shop })
    try {
      return await measure(callers, { db: pool, shop, seconds, say })
    } finally {
      await callers.stop()
    }
  } finally {
    await pool.end()
    await database.drop()
  }
}

type Measuring = { db: Sql; shop: BenchShop; seconds: number; say: Bench['say'] }

async function measure(callers: Callers, measuring: Measuring): Promise<ReserveReport> {
  const { db, shop } = measuring
  const { of, floor } = await inTurns(callers, ['uniform', 'floor'], measuring)
  const batched = await inTurns(callers, ['batched', 'batchedFloor'], measuring)
  const ratioToFloor = rounded(of.opsPerSecond / floor.opsPerSecond, 3)
  return {
    name: 'reserve',
    uniform: of,
    hot: await playHot(callers, 'hot', { db, shop, itemId: shop.hotItem }),
    floor: { opsPerSecond: floor.opsPerSecond },
    ratioToFloor,
    batched: {
      ...batched.of,
      floorOpsPerSecond: batched.floor.opsPerSecond,
      ratioToFloor: rounded(batched.of.opsPerSecond / batched.floor.opsPerSecond, 3),
      hot: await playHot(callers, 'batchedHot', { db, shop, itemId: shop.hotItemOfBatches }),
    },
    drift: (await verifyLedger(db, shop.merchantId)).length,
  }
}

type Item = Pick<Measuring, 'db' | 'shop'> & { itemId: number }

async function playHot(callers: Callers, kind: 'hot' | 'batchedHot', { db, shop, itemId }: Item): Promise<Hot> {
  const hot = await callers.play({ kind, attempts: HOT_ATTEMPTS / PROCESSES })
  const taken = Math.max(hot.accepted, await takenOf(db, shop.merchantId, itemId))
  return {
    opsPerSecond: rounded(HOT_ATTEMPTS / hot.seconds),
    accepted: hot.accepted,
    rejected: hot.rejected,
    oversold: Math.max(0, taken - HOT_UNITS),
  }
}

type Kind = 'uniform' | 'floor' | 'batched' | 'batchedFloor'
type Timed = RoundResult & { rate: number }

// Short rounds in turns: whatever else the machine does slows both alike. Each goes first as often as the other.
async function inTurns(
  callers: Callers,
  [ours, bare]: [Kind, Kind],
  { seconds, say }: Pick<Measuring, 'seconds' | 'say'>,
) {
  const roundMs = (seconds * 1_000) / (4 * ROUNDS)
  const play = async (kind: Kind): Promise<Timed> => {
    const result = await callers.play({ kind, until: Date.now() + roundMs })
    return { ...result, rate: result.ms.length / result.seconds }
  }
  // The first calls make connections and plans.
  await play(bare)
  await play(ours)
  const rounds = { ours: [] as Timed[], bare: [] as Timed[] }
  for (let n = 0; n < ROUNDS; n += 1) {
    if (n % 2 === 0) rounds.bare.push(await play(bare))
    rounds.ours.push(await play(ours))
    if (n % 2 === 1) rounds.bare.push(await play(bare))
    if ((n + 1) % SAID_EVERY === 0)
      say(`${ours}, round ${n + 1} of ${ROUNDS}: ${lastRate(rounds.ours)}/s, bare ${lastRate(rounds.bare)}/s`)
  }
  return { of: figuresOf(rounds.ours), floor: figuresOf(rounds.bare) }
}

function figuresOf(rounds: Timed[]) {
  const ms = rounds.flatMap((round) => round.ms)
  return {
    opsPerSecond: rounded(median(rounds.map(({ rate }) => rate))),
    p50Ms: rounded(quantile(ms, 0.5), 2),
    p99Ms: rounded(quantile(ms, 0.99), 2),
  }
}

const lastRate = (rounds: Timed[]) => rounded(rounds.at(-1)?.rate ?? 0)

async function takenOf(db: Sql, merchantId: number, itemId: number): Promise<number> {
  const text = `SELECT COALESCE(sum(quantity), 0)::int AS n FROM movement WHERE merchant_id = $1 AND item_id = $2 AND to_state = 'reserved'`
  return (await db.query<{ n: number }>({ text, values: [merchantId, itemId] })).rows[0]?.n ?? 0
}
