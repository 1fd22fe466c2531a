import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appLimitRow } from '#app/channels/app-limit.server.ts'
import type { BucketState, Limit } from '#app/channels/bucket.ts'
import { openLentLimit, type LentLimit, type LimitRow } from '#app/channels/lent-limit.ts'
import { openLimiter } from '#app/channels/limiter.server.ts'
import { KEEP_NOTHING } from '#app/channels/meter.ts'
import { transaction } from '#app/db.server.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { keptLog } from '#test/support/kept-log.ts'

const START = new Date('2026-11-23T09:00:00Z')
const after = (ms: number) => new Date(START.getTime() + ms)
const ETSY: Limit[] = [
  { kind: 'window', name: 'second', limit: 10, lengthMs: 1_000 },
  { kind: 'window', name: 'day', limit: 1_000, lengthMs: 86_400_000 },
]

/** A row in memory that counts its visits, and can be out of reach. */
function rowInMemory() {
  const row = { state: null as BucketState | null, visits: 0, reachable: true }
  const limitRow: LimitRow = {
    update(change) {
      row.visits += 1
      if (!row.reachable) return Promise.reject(new Error('The database is gone.'))
      const { state, result } = change(row.state)
      row.state = state
      return Promise.resolve(result)
    },
  }
  return { row, limitRow }
}

function open(limits = ETSY) {
  const clock = new VirtualClock(START)
  const log = keptLog()
  const { row, limitRow } = rowInMemory()
  const lend = (more: { block?: number } = {}) =>
    openLentLimit({ row: limitRow, limits, margin: 0, clock, log, ...more })
  return { clock, log, row, lend }
}

/** Spends all that can be had, and says how much that was. */
async function spendAll(lent: LentLimit): Promise<number> {
  for (let spent = 0; ; spent += 1) {
    if (!lent.has(1)) await lent.borrow(1, KEEP_NOTHING)
    if (!lent.has(1)) return spent
    lent.spend(1)
  }
}

describe('A limit shared by many processes', () => {
  test('lets no more through than it says, over all of them and any second', async () => {
    const { clock, lend } = open()
    const processes = [lend(), lend({ block: 1 }), lend({ block: 3 })]
    const moments: number[] = []
    let seed = 11
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
    for (let ms = 0; ms < 20_000; ms += Math.ceil(random() * 60)) {
      await clock.runTo(after(ms))
      const lent = processes[Math.floor(random() * 3)]!
      if (!lent.has(1) && lent.waitMs(1, KEEP_NOTHING) === 0) await lent.borrow(1, KEEP_NOTHING)
      if (!lent.has(1)) continue
      lent.spend(1)
      moments.push(ms)
    }
    expect(moments.length).toBeGreaterThan(100)
    for (const moment of moments) {
      expect(moments.filter((other) => other > moment - 1_000 && other <= moment).length).toBeLessThanOrEqual(10)
    }
  })

  test('keeps the limit though what is borrowed is used a little later', async () => {
    const { clock, lend } = open([ETSY[0]!])
    const [slow, other] = [lend({ block: 10 }), lend({ block: 10 })]
    await slow.borrow(1, KEEP_NOTHING)
    await clock.runTo(after(149))
    slow.spend(10)
    // A second after it was used at the earliest, and not a second after it was borrowed.
    await clock.runTo(after(1_148))
    await other.borrow(1, KEEP_NOTHING)
    expect(other.has(1)).toBe(false)
    await clock.runTo(after(1_250))
    await other.borrow(1, KEEP_NOTHING)
    expect(other.has(10)).toBe(true)
  })

  test('is borrowed in blocks, so that not every call asks', async () => {
    const { row, lend } = open()
    const lent = lend({ block: 5 })
    for (let i = 0; i < 5; i += 1) {
      if (!lent.has(1)) await lent.borrow(1, KEEP_NOTHING)
      lent.spend(1)
    }
    expect(row.visits).toBe(1)
  })

  test('is given out singly where there is no whole block left', async () => {
    const { lend } = open()
    expect(await spendAll(lend({ block: 4 }))).toBe(10)
  })

  test('what is not used in time is given back, and the day has lost nothing', async () => {
    const { clock, lend } = open([ETSY[1]!])
    const idle = lend({ block: 400 })
    await idle.borrow(1, KEEP_NOTHING)
    idle.spend(1)
    expect(await spendAll(lend())).toBe(600)
    await clock.runTo(after(200))
    expect(idle.has(1)).toBe(false)
    expect(await spendAll(lend())).toBe(399)
  })

  test('closing gives back at once', async () => {
    const { lend } = open([ETSY[1]!])
    const idle = lend({ block: 400 })
    await idle.borrow(1, KEEP_NOTHING)
    await idle.close()
    expect(await spendAll(lend())).toBe(1_000)
  })

  test('what a killed process had borrowed stays spent', async () => {
    const { clock, lend } = open([ETSY[1]!])
    await lend({ block: 400 }).borrow(1, KEEP_NOTHING)
    const dead = clock
    const other = lend()
    expect(await spendAll(other)).toBe(600)
    expect(other.waitMs(1, KEEP_NOTHING)).toBeGreaterThan(80_000_000)
    expect(dead.now()).toEqual(START)
  })

  test('a share is kept for the pressing', async () => {
    const { lend } = open()
    const lent = lend({ block: 1 })
    let swept = 0
    for (; swept < 20; swept += 1) {
      await lent.borrow(1, { window: 0.4, points: 0.4, budget: 0.4 })
      if (!lent.has(1)) break
      lent.spend(1)
    }
    expect(swept).toBe(6)
    expect(await spendAll(lent)).toBe(4)
  })

  test('what one process is told holds for all', async () => {
    const { lend } = open()
    const [one, other] = [lend(), lend()]
    await one.borrow(1, KEEP_NOTHING)
    one.learn({ retryAfterMs: 30_000 })
    expect(one.has(1)).toBe(false)
    expect(one.waitMs(1, KEEP_NOTHING)).toBe(30_000)
    await Promise.resolve()
    await other.borrow(1, KEEP_NOTHING)
    expect(other.has(1)).toBe(false)
    expect(other.waitMs(1, KEEP_NOTHING)).toBe(30_000)
  })

  test('out of reach, it is asked again a second later, and nothing is lost', async () => {
    const { clock, log, row, lend } = open([ETSY[1]!])
    const lent = lend({ block: 400 })
    await lent.borrow(1, KEEP_NOTHING)
    row.reachable = false
    await clock.runTo(after(200))
    expect(log.said).toMatchObject([{ level: 'error' }])
    expect(lent.waitMs(1, KEEP_NOTHING)).toBe(950)
    row.reachable = true
    await clock.runTo(after(1_200))
    expect(await spendAll(lent)).toBe(1_000)
  })
})

describe('An account under a limit that all share', () => {
  async function account(lent: LentLimit, clock: VirtualClock) {
    const limiter = await openLimiter({ limits: [], appLimit: lent, concurrency: 20, clock, log: keptLog() })
    const sent: number[] = []
    const call = (patienceMs?: number) => {
      const answer = limiter.run({ lane: 'urgent', ...(patienceMs !== undefined && { patienceMs }) }, () =>
        Promise.resolve(sent.push(clock.now().getTime() - START.getTime())),
      )
      answer.catch(() => {})
      return answer
    }
    return { limiter, sent, call }
  }

  test('sends while there is some, waits for the rest, and shares fairly enough with the next', async () => {
    const { clock, lend } = open()
    const lent = lend({ block: 2 })
    const [one, other] = [await account(lent, clock), await account(lent, clock)]
    const calls = Array.from({ length: 8 }, () => [one.call(), other.call()]).flat()
    for (let ms = 0; ms <= 5_000; ms += 25) {
      await clock.runTo(after(ms))
      await new Promise(setImmediate)
    }
    await Promise.all(calls)
    expect(one.sent).toHaveLength(8)
    expect(other.sent).toHaveLength(8)
    const all = [...one.sent, ...other.sent]
    expect(all.filter((ms) => ms < 1_000)).toHaveLength(10)
  })

  test('without patience is sent away for as long as it takes, and nothing waits', async () => {
    const { clock, lend } = open()
    const lent = lend()
    const { call, sent } = await account(lent, clock)
    for (let i = 0; i < 10; i += 1) await call(0)
    const error: unknown = await call(0).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TryAgain)
    expect(error).toMatchObject({ afterMs: expect.toSatisfy((ms: number) => ms > 1_000 && ms < 1_400) })
    await clock.runTo(after(1_400))
    await call(0)
    expect(sent).toHaveLength(11)
  })

  test('is sent away without patience too when another process has taken all', async () => {
    const { clock, lend } = open()
    await spendAll(lend())
    const { call, sent } = await account(lend(), clock)
    await expect(call(0)).rejects.toBeInstanceOf(TryAgain)
    expect(sent).toEqual([])
  })

  test('"come back later" reaches the other accounts', async () => {
    const { clock, lend } = open()
    const lent = lend()
    const [one, other] = [await account(lent, clock), await account(lent, clock)]
    await one.limiter.run({ lane: 'urgent' }, (learn) => Promise.resolve(learn({ retryAfterMs: 5_000 })))
    expect(other.limiter.waitMs(1, 'urgent')).toBe(5_000)
  })
})

describe('The row of a shared limit', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.drop())

  test('is changed by one at a time, and lends no more than there is', async () => {
    const clock = new VirtualClock(START)
    const row = appLimitRow({ name: 'etsy', transaction: (work) => transaction(database.pool, work), clock })
    const lents = Array.from({ length: 8 }, () =>
      openLentLimit({ row, limits: ETSY, margin: 0, block: 1, clock, log: keptLog() }),
    )
    const spent = await Promise.all(lents.map(spendAll))
    expect(spent.reduce((sum, one) => sum + one, 0)).toBe(10)
    const { rows } = await database.pool.query("SELECT updated_at FROM app_limit WHERE name = 'etsy'")
    expect(rows).toEqual([{ updated_at: START }])
  })

  test('of one name knows nothing of another', async () => {
    const clock = new VirtualClock(START)
    const lend = (name: string) => {
      const row = appLimitRow({ name, transaction: (work) => transaction(database.pool, work), clock })
      return openLentLimit({ row, limits: ETSY, margin: 0, clock, log: keptLog() })
    }
    expect(await spendAll(lend('walmart'))).toBe(10)
    expect(await spendAll(lend('walmart'))).toBe(0)
    expect(await spendAll(lend('ebay'))).toBe(10)
  })
})
