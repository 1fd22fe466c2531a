import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { assert } from '../kernel/assert.ts'
import { openBucket, type Bucket, type BucketState, type Limit, type Reading } from './bucket.ts'
import type { Keep } from './meter.ts'
import { openPurse, type Block, type Purse } from './purse.ts'

/** Where a shared bucket is kept: `change` is called with what is there, alone at any moment over all processes. */
export type LimitRow = {
  update<T>(change: (saved: BucketState | null) => { state: BucketState; result: T }): Promise<T>
}

export type LentLimitOptions = {
  row: LimitRow
  limits: readonly Limit[]
  margin?: number
  /** How much is borrowed at a time (4 when left out), if there is that much. */
  block?: number
  /** How long what was borrowed may be used, in milliseconds (150 when left out); what is left is given back. */
  lastsMs?: number
  clock: Clock
  log: Log
}

/** A limit that many processes share, lent to each in blocks. */
export type LentLimit = {
  /** Whether so much is here, to be used now. */
  has(cost: number): boolean
  spend(cost: number): void
  /** How long until so much can be had, as far as is known here; 0 if it is here or asking is worth while. */
  waitMs(cost: number, keepFree: Keep): number
  /** What is left of the budgets for hours or a day, as far as is known here; null where the limit has none. */
  budgetLeft(keepFree: Keep): number | null
  /** Asks for so much. Settles in any case; `has` and `waitMs` say what came of it. */
  borrow(cost: number, keepFree: Keep): Promise<void>
  /** Takes in what an answer said, for all who share the limit. */
  learn(reading: Reading): void
  /** Gives back what is left. */
  close(): Promise<void>
}

const BLOCK = 4
const LASTS_MS = 150
const ASK_AGAIN_MS = 1_000

type Loan = { amount: number; at: Date; state: BucketState }

/** Opens this process's part of a shared limit. One serves all accounts of the process. */
export function openLentLimit(options: LentLimitOptions): LentLimit {
  const { block = BLOCK, lastsMs = LASTS_MS, clock } = options
  assert(
    options.limits.every(({ kind }) => kind === 'window'),
    'only a window can be lent: points that were used later than they were taken would have come back in between',
  )
  const purse = openPurse(lastsMs)
  // As the row was last seen. It knows nothing of what others have taken since, so it never makes wait in vain.
  let seen = openBucket(options)
  let callOff = () => {}
  const visit = visitor(options, purse)

  async function borrow(cost: number, keepFree: Keep): Promise<void> {
    // Counted as of the last moment at which it may be used; when it was, the next visit says.
    const loan = await visit.row((bucket, at) => {
      const amount = [Math.max(block, cost), cost].find((some) => bucket.waitMs(some, at, keepFree) === 0) ?? 0
      if (amount > 0) bucket.take(amount, new Date(at.getTime() + lastsMs))
      return amount
    })
    if (!loan) return
    seen = openBucket(options, loan.state)
    if (loan.amount === 0) return
    purse.put(loan)
    callOff()
    callOff = clock.after(lastsMs, settle)
  }

  async function settle(): Promise<void> {
    if (visit.isDue(clock.now())) await visit.row(() => 0)
  }

  return {
    borrow,
    has: (cost) => purse.amount(clock.now()) >= cost,
    spend(cost) {
      const at = clock.now()
      for (const { cost: part, until } of purse.spend(cost, at)) {
        seen.giveBack(part, until)
        seen.take(part, at)
      }
    },
    budgetLeft: (keepFree) => seen.budgetLeft(clock.now(), keepFree),
    waitMs(cost, keepFree) {
      const missing = cost - purse.amount(clock.now())
      return missing <= 0 ? 0 : Math.max(visit.closedMs(), seen.waitMs(missing, clock.now(), keepFree))
    },
    learn(reading) {
      visit.tell(reading)
      if (!reading.retryAfterMs) return
      // Nobody may go on with what was borrowed before, here or elsewhere.
      seen.learn(reading, clock.now())
      purse.close()
      void settle()
    },
    async close() {
      callOff()
      purse.close()
      await settle()
    },
  }
}

/** Visits the row: brings back what was not used, tells what was heard, and takes what `take` takes. */
function visitor(options: LentLimitOptions, purse: Purse) {
  const { clock, log, row } = options
  let heard: { reading: Reading; at: Date }[] = []
  let closedUntil = 0

  const change = (back: Block[], news: typeof heard, take: Take) => (saved: BucketState | null) => {
    const bucket = openBucket(options, saved)
    for (const { left, until, used } of back) {
      bucket.giveBack(left + used.reduce((sum, { cost }) => sum + cost, 0), until)
      for (const { cost, at } of used) bucket.take(cost, at)
    }
    for (const { reading, at } of news) bucket.learn(reading, at)
    const at = clock.now()
    const amount = take(bucket, at)
    const state = bucket.state()
    return { state, result: { amount, at, state } }
  }

  return {
    tell: (reading: Reading) => void heard.push({ reading, at: clock.now() }),
    isDue: (now: Date) => heard.length > 0 || purse.hasExpired(now),
    closedMs: () => closedUntil - clock.now().getTime(),
    /** Undefined if the row was out of reach: then nothing is lost, and it is asked again in a while. */
    async row(take: Take): Promise<Loan | undefined> {
      const [back, news] = [purse.settled(clock.now()), heard]
      heard = []
      try {
        return await row.update<Loan>(change(back, news, take))
      } catch (error) {
        purse.keepSettled(back)
        heard.push(...news)
        closedUntil = clock.now().getTime() + ASK_AGAIN_MS
        log.error({ err: error }, 'A limit that is shared could not be asked.')
        return undefined
      }
    },
  }
}

type Take = (bucket: Bucket, at: Date) => number
