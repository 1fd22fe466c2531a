import PQueue, { type Queue, type QueueAddOptions } from 'p-queue'
import { assert, present } from '../kernel/assert.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { TryAgain } from '../kernel/outage.ts'
import { openBucket, savedBucket, type BucketState, type Limit, type Reading } from './bucket.ts'
import { openGate, type Gate, type Verdict } from './gate.ts'
import { keepJournal } from './journal.ts'
import { type KeepFree, keepFreeWith, type Lane, RESERVE } from './lane.ts'
import type { LentLimit } from './lent-limit.ts'
import { openLine, type Line, type Turn } from './line.ts'

export type LimiterOptions = {
  /** The limits that hold for this account alone. */
  limits: readonly Limit[]
  /** The share of each that is never used, as of a bucket. */
  margin?: number
  /** How many calls may be under way at once. */
  concurrency: number
  /** How many may wait (500 when left out); one more is sent away. */
  maxQueued?: number
  /** The share of a budget that is kept for orders and for reading back (20 % when left out). */
  reserve?: number | undefined
  keepFree?: Partial<KeepFree>
  /** The limits that the account shares with all others. */
  appLimit?: LentLimit
  /** The state as it was saved, and how to save it: on the account's row. */
  load?: () => Promise<unknown>
  save?: (state: BucketState) => Promise<void>
  clock: Clock
  log: Log
}

/**
 * Costs are in the unit of the limits: calls, or points. `patienceMs`: how long it may wait for the limits; any time if
 * left out. It is judged when the call comes and when it is first in line.
 */
export type Call = { lane: Lane; cost?: number; patienceMs?: number }

/** What an answer says. `cost`: what the call really cost, where the channel tells. */
export type Lesson = Reading & { cost?: number | undefined }

/** What paces the calls to one account of a channel. One per account over all processes: its owner's. */
export type Limiter = {
  /**
   * Calls `send` when its turn has come. Throws TryAgain, having sent nothing, if it would have to wait for longer
   * than its patience, or too many wait already. `send` passes on what the answer said about the limits.
   */
  run<T>(call: Call, send: (learn: (lesson: Lesson) => void) => Promise<T>): Promise<T>
  /** How long calls of this cost in all would wait if they came now, in milliseconds. */
  waitMs(cost: number, lane: Lane): number
  /** Calls that a lane may still make of the budget for a day; null where the channel has none. */
  budgetLeft(lane: Lane): number | null
  /** Sends away those who wait, waits for those under way, and saves. */
  close(): Promise<void>
}

const MOST_QUEUED = 500
// For those who are sent away without a reason to wait for a certain time.
const A_WHILE_MS = 1_000

type QueuedTurn = Turn & { start?: () => Promise<unknown>; verdict?: Verdict }

/** Opens the limiter of an account, with what was saved of its limits. */
export async function openLimiter(options: LimiterOptions): Promise<Limiter> {
  const { appLimit, clock, concurrency, load, maxQueued = MOST_QUEUED } = options
  const bucket = openBucket(options, savedBucket.parse(await load?.()))
  const journal = keepJournal({ ...options, state: bucket.state })
  const gate = openGate({ bucket, appLimit, keepFree: keepFreeOf(options), clock })
  const line = openLine<QueuedTurn>()
  const queue = new PQueue<TurnQueue, TurnOptions>({ concurrency, queueClass: gated(line, gate) })
  const proceed = pump({ queue, line, gate, clock })
  const waitMs = (cost: number, lane: Lane) => gate.waitMs(line.costBefore(lane) + cost, lane)

  function learn(taken: { cost: number; at: Date }, { cost, ...reading }: Lesson): void {
    if (cost !== undefined) bucket.giveBack(taken.cost - cost, taken.at)
    // Told to stay away for a shared limit, everybody stays away.
    if (appLimit) appLimit.learn(reading)
    bucket.learn(reading, clock.now())
    journal.note()
  }

  async function run<T>(call: Call, send: (learn: (lesson: Lesson) => void) => Promise<T>): Promise<T> {
    const { lane, cost = 1, patienceMs = Infinity } = call
    assert(cost <= bucket.most(), `A call that costs ${cost} can never be sent: the limit is ${bucket.most()}`)
    const wait = waitMs(cost, lane)
    if (wait > patienceMs) throw busyFor(wait)
    if (line.length() >= maxQueued)
      throw new TryAgain(Math.max(wait, A_WHILE_MS), 'Too many calls to the channel wait.')
    const turn: QueuedTurn = { lane, cost, deadline: clock.now().getTime() + patienceMs }
    const work = () => {
      const verdict = present(turn.verdict, 'The verdict on a call')
      if (!verdict.go) throw busyFor(verdict.afterMs)
      journal.note()
      return send((lesson) => learn({ cost, at: verdict.at }, lesson))
    }
    const sent = queue.add(work, { turn })
    proceed()
    return sent.finally(proceed)
  }

  async function close(): Promise<void> {
    gate.close(A_WHILE_MS)
    proceed()
    await queue.onIdle()
    await journal.close()
  }

  return { run, waitMs, budgetLeft: gate.budgetLeft, close }
}

const keepFreeOf = ({ reserve = RESERVE, keepFree }: LimiterOptions): KeepFree => ({
  ...keepFreeWith(reserve),
  ...keepFree,
})

const busyFor = (ms: number) => new TryAgain(ms, 'The channel allows no more calls for now.')

type TurnOptions = QueueAddOptions & { turn?: QueuedTurn }
type TurnQueue = Queue<() => Promise<unknown>, TurnOptions>

/**
 * The queue that p-queue draws from: the line, closed as long as the gate has not decided about the first. So calls
 * wait in line, where a more pressing one still overtakes them, and never in one of p-queue's places.
 */
function gated(line: Line<QueuedTurn>, gate: Gate): new () => TurnQueue {
  return class GatedQueue implements TurnQueue {
    get size(): number {
      const first = line.first()
      return first && gate.decided(first) ? line.length() : 0
    }
    enqueue(start: () => Promise<unknown>, options?: Partial<TurnOptions>): void {
      const turn = present(options?.turn, 'The turn of a call')
      turn.start = start
      line.join(turn)
    }
    dequeue(): (() => Promise<unknown>) | undefined {
      const turn = line.leave()
      const verdict = turn && gate.admit(turn)
      if (verdict) turn.verdict = verdict
      return turn?.start
    }
    filter(): (() => Promise<unknown>)[] {
      return []
    }
    setPriority(): void {
      assert(false, 'A call stays in its lane')
    }
  }
}

type Pump = { queue: PQueue<TurnQueue, TurnOptions>; line: Line<QueuedTurn>; gate: Gate; clock: Clock }

/** Lets go who may go, and comes back when the first of those who may not yet can. */
function pump({ queue, line, gate, clock }: Pump): () => void {
  let callOff = () => {}
  const proceed = (): void => {
    callOff()
    // p-queue looks again at a queue that said it was empty only when it is started anew.
    queue.pause()
    queue.start()
    const first = line.first()
    if (!first || queue.pending >= queue.concurrency) return
    const wait = gate.waitMs(first.cost, first.lane)
    if (wait > 0) callOff = clock.after(wait, proceed)
    else void gate.fetch(first)?.then(proceed)
  }
  return proceed
}
