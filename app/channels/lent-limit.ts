import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { openBucket, type Bucket, type BucketState, type Limit, type Reading } from './bucket.ts'

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
  waitMs(cost: number, keepFree: number): number
  /** Asks for so much. Settles in any case; `has` and `waitMs` say what came of it. */
  borrow(cost: number, keepFree: number): Promise<void>
  /** Takes in what an answer said, for all who share the limit. */
  learn(reading: Reading): void
  /** Gives back what is left. */
  close(): Promise<void>
}

const BLOCK = 4
const LASTS_MS = 150
const ASK_AGAIN_MS = 1_000

type Block = { left: number; at: Date; until: number }
type Loan = { amount: number; at: Date; state: BucketState }

/** Opens this process's part of a shared limit. One serves all accounts of the process. */
export function openLentLimit(options: LentLimitOptions): LentLimit {
  const { block = BLOCK, lastsMs = LASTS_MS, clock, log, row } = options
  const opened = (saved: BucketState | null) =>
    openBucket({ ...options, limits: options.limits.map(widen(lastsMs)) }, saved)
  // What was last seen of the row: it knows nothing of what others have taken since, so it never makes wait in vain.
  let seen = opened(null)
  let blocks: Block[] = []
  let returned: Block[] = []
  let heard: { reading: Reading; at: Date }[] = []
  let closedUntil = 0
  let callOff = () => {}

  const now = () => clock.now().getTime()
  const here = () => {
    returned.push(...blocks.filter((one) => one.until <= now() && one.left > 0))
    blocks = blocks.filter((one) => one.until > now() && one.left > 0)
    return blocks.reduce((sum, one) => sum + one.left, 0)
  }

  /** One visit to the row: brings back and tells what there is, and takes what `take` takes. */
  async function visit(take: (bucket: Bucket, at: Date) => number): Promise<void> {
    here()
    const [bringing, telling] = [returned, heard]
    returned = []
    heard = []
    try {
      const loan = await row.update<Loan>((saved) => {
        const bucket = opened(saved)
        for (const { left, at } of bringing) bucket.giveBack(left, at)
        for (const { reading, at } of telling) bucket.learn(reading, at)
        const at = clock.now()
        const amount = take(bucket, at)
        const state = bucket.state()
        return { state, result: { amount, at, state } }
      })
      seen = opened(loan.state)
      if (loan.amount > 0) receive(loan)
    } catch (error) {
      // The calls wait, and are made when the row can be reached again.
      returned.push(...bringing)
      heard.push(...telling)
      closedUntil = now() + ASK_AGAIN_MS
      log.error({ err: error }, 'A limit that is shared could not be asked.')
    }
  }

  const receive = ({ amount, at }: Loan): void => {
    blocks.push({ left: amount, at, until: at.getTime() + lastsMs })
    callOff()
    callOff = clock.after(lastsMs, settle)
  }
  const settle = async (): Promise<void> => {
    here()
    if (returned.length > 0 || heard.length > 0) await visit(() => 0)
  }

  return {
    has: (cost) => here() >= cost,
    spend(cost) {
      for (const one of blocks) {
        const part = Math.min(one.left, cost)
        one.left -= part
        cost -= part
      }
    },
    waitMs(cost, keepFree) {
      const missing = cost - here()
      return missing <= 0 ? 0 : Math.max(closedUntil - now(), seen.waitMs(missing, clock.now(), keepFree))
    },
    borrow: (cost, keepFree) =>
      visit((bucket, at) => {
        const amount = [Math.max(block, cost), cost].find((some) => bucket.waitMs(some, at, keepFree) === 0) ?? 0
        if (amount > 0) bucket.take(amount, at)
        return amount
      }),
    learn(reading) {
      heard.push({ reading, at: clock.now() })
      if (!reading.retryAfterMs) return
      // Nobody may go on with what was borrowed before, here or elsewhere.
      seen.learn(reading, clock.now())
      for (const one of blocks) one.until = 0
      void settle()
    },
    async close() {
      callOff()
      for (const one of blocks) one.until = 0
      await settle()
    },
  }
}

// What was taken at one moment may be used until `lastsMs` later: only a window longer by that keeps the limit.
const widen =
  (lastsMs: number) =>
  (limit: Limit): Limit =>
    limit.kind === 'window' ? { ...limit, lengthMs: limit.lengthMs + lastsMs } : limit
