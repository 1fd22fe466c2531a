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
  hot: { opsPerSecond: number; accepted: number; rejected: number; oversold: number }
  floor: { opsPerSecond: number }
  ratioToFloor: number
  drift: number
}

const USUAL_SECONDS = 16
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

async function measure(callers: Callers, { db, shop, seconds, say }: Measuring): Promise<ReserveReport> {
  const { uniform, floor } = await inTurns(callers, { seconds, say })
  const hot = await callers.play({ kind: 'hot', attempts: HOT_ATTEMPTS / PROCESSES })
  const taken = Math.max(hot.accepted, await takenOf(db, shop))
  const ms = uniform.flatMap((round) => round.ms)
  const [ours, bare] = [median(uniform.map(({ rate }) => rate)), median(floor.map(({ rate }) => rate))]
  return {
    name: 'reserve',
    uniform: {
      opsPerSecond: rounded(ours),
      p50Ms: rounded(quantile(ms, 0.5), 2),
      p99Ms: rounded(quantile(ms, 0.99), 2),
    },
    hot: {
      opsPerSecond: rounded(HOT_ATTEMPTS / hot.seconds),
      accepted: hot.accepted,
      rejected: hot.rejected,
      oversold: Math.max(0, taken - HOT_UNITS),
    },
    floor: { opsPerSecond: rounded(bare) },
    ratioToFloor: rounded(ours / bare, 3),
    drift: (await verifyLedger(db, shop.merchantId)).length,
  }
}

type Timed = RoundResult & { rate: number }

// Short rounds in turns: whatever else the machine does slows both alike. Each goes first as often as the other.
async function inTurns(callers: Callers, { seconds, say }: Pick<Measuring, 'seconds' | 'say'>) {
  const roundMs = (seconds * 1_000) / (2 * ROUNDS)
  const play = async (kind: 'uniform' | 'floor'): Promise<Timed> => {
    const result = await callers.play({ kind, until: Date.now() + roundMs })
    return { ...result, rate: result.ms.length / result.seconds }
  }
  // The first calls make connections and plans.
  await play('floor')
  await play('uniform')
  const rounds = { uniform: [] as Timed[], floor: [] as Timed[] }
  for (let n = 0; n < ROUNDS; n += 1) {
    const turns = n % 2 === 0 ? (['floor', 'uniform'] as const) : (['uniform', 'floor'] as const)
    for (const kind of turns) rounds[kind].push(await play(kind))
    if ((n + 1) % SAID_EVERY === 0)
      say(`round ${n + 1} of ${ROUNDS}: ${lastRate(rounds.uniform)}/s, bare ${lastRate(rounds.floor)}/s`)
  }
  return rounds
}

const lastRate = (rounds: Timed[]) => rounded(rounds.at(-1)?.rate ?? 0)

async function takenOf(db: Sql, { merchantId, hotItem }: BenchShop): Promise<number> {
  const text = `SELECT COALESCE(sum(quantity), 0)::int AS n FROM movement WHERE merchant_id = $1 AND item_id = $2 AND to_state = 'reserved'`
  return (await db.query<{ n: number }>({ text, values: [merchantId, hotItem] })).rows[0]?.n ?? 0
}
