import { assert } from '../kernel/assert.ts'
import type { Clock, Random } from '../kernel/clock.ts'
import type { RunTransaction, Sql } from '../kernel/sql.ts'
import {
  coalesce,
  DEFAULT_MAX_ATTEMPTS,
  earlier,
  handlerOf,
  jobKey,
  type AnyOutbox,
  type Fact,
  type FactMap,
  type Failure,
  type Handlers,
  type OnGiveUp,
} from './fact.ts'
import { defaultBackoffMs, judge } from './verdict.ts'

export type InProcessOptions<Facts extends FactMap> = {
  handlers: Handlers<Facts>
  clock: Clock
  onGiveUp: OnGiveUp
  /** Told of each mistake that is tried again; throw here to make a mistake fatal at once. */
  onMistake?: (failure: Failure) => void
  backoffMs?: (attempt: number) => number
  /** With it, work that is due at the same time is taken in a random order; else in the order recorded. */
  random?: Random
}

export type InProcessQueue = {
  outbox: AnyOutbox
  /**
   * The same transactions, whose facts become work when they are committed and vanish when they are not. Every
   * transaction in which facts are recorded must be run through this.
   */
  bind: (run: RunTransaction) => RunTransaction
  /** How many facts wait or are being worked on. */
  size: () => number
}

type Entry = { fact: Fact; key: string | undefined; at: number; attempt: number; running: boolean; callOff: () => void }

type Yard<Facts extends FactMap> = InProcessOptions<Facts> & { entries: Set<Entry>; keyed: Map<string, Entry> }

/**
 * The queue in one process and on any clock, for replay and simulation: the same facts and handlers, in a certain
 * order (time, then order of recording), nothing durable. On a virtual clock one handler runs at a time, and what
 * `onGiveUp` or `onMistake` throws reaches whoever moves the clock.
 */
export function inProcessQueue<Facts extends FactMap>(options: InProcessOptions<Facts>): InProcessQueue {
  const yard: Yard<Facts> = { ...options, entries: new Set(), keyed: new Map() }
  const open = new Map<Sql, Fact[]>()
  const outbox: AnyOutbox = {
    record(tx, facts) {
      const recorded = open.get(tx)
      assert(recorded, 'Facts were recorded in a transaction that is not bound to the queue: they would be lost')
      for (const { name } of facts) handlerOf(options.handlers, name)
      recorded.push(...facts)
      return Promise.resolve()
    },
  }
  const bind =
    (run: RunTransaction): RunTransaction =>
    async (work) => {
      const recorded: Fact[] = []
      const result = await run((tx) => {
        open.set(tx, recorded)
        return work(tx).finally(() => open.delete(tx))
      })
      for (const fact of coalesce(recorded)) admit(yard, fact)
      return result
    }
  return { outbox, bind, size: () => yard.entries.size }
}

function admit<Facts extends FactMap>(yard: Yard<Facts>, fact: Fact): void {
  const key = jobKey(fact)
  const waiting = key === undefined ? undefined : yard.keyed.get(key)
  const now = yard.clock.now()
  let runAt = fact.runAt
  if (waiting && !waiting.running) {
    runAt = earlier(runAt, new Date(waiting.at))
    remove(yard, waiting)
  }
  const entry: Entry = { fact, key, at: (runAt ?? now).getTime(), attempt: 0, running: false, callOff: () => {} }
  yard.entries.add(entry)
  if (key !== undefined) yard.keyed.set(key, entry)
  schedule(yard, entry)
}

function schedule<Facts extends FactMap>(yard: Yard<Facts>, entry: Entry): void {
  const { clock, random } = yard
  const callOff = clock.after(entry.at - clock.now().getTime(), async () => {
    const chosen = random ? anyDue(yard.entries, { now: clock.now().getTime(), random }) : entry
    if (chosen) await work(yard, chosen)
  })
  // With chance, any timer may serve any entry that is due: none can be spared.
  if (!random) entry.callOff = callOff
}

function anyDue(entries: Set<Entry>, { now, random }: { now: number; random: Random }): Entry | undefined {
  const due = [...entries].filter((entry) => !entry.running && entry.at <= now)
  return due[Math.floor(random() * due.length)]
}

const NEVER_STOPPING = new AbortController().signal

async function work<Facts extends FactMap>(yard: Yard<Facts>, entry: Entry): Promise<void> {
  const { name, payload } = entry.fact
  entry.running = true
  entry.attempt += 1
  try {
    await handlerOf(yard.handlers, name)(payload, { attempt: entry.attempt, signal: NEVER_STOPPING })
  } catch (thrown) {
    return follow(yard, entry, thrown)
  }
  remove(yard, entry)
}

async function follow<Facts extends FactMap>(yard: Yard<Facts>, entry: Entry, thrown: unknown): Promise<void> {
  const { clock, backoffMs = defaultBackoffMs } = yard
  const { fact, attempt } = entry
  const verdict = judge(thrown, { attempt, maxAttempts: fact.maxAttempts ?? DEFAULT_MAX_ATTEMPTS, backoffMs })
  const failure = { name: fact.name, payload: fact.payload, attempt, error: verdict.error }
  const overtaken = entry.key !== undefined && yard.keyed.get(entry.key) !== entry
  if (verdict.over || overtaken) remove(yard, entry)
  if (verdict.over) return yard.onGiveUp(failure)
  if (verdict.counts) yard.onMistake?.(failure)
  else entry.attempt -= 1
  if (overtaken) return
  entry.running = false
  entry.at = clock.now().getTime() + verdict.afterMs
  schedule(yard, entry)
}

function remove<Facts extends FactMap>({ entries, keyed }: Yard<Facts>, entry: Entry): void {
  entry.callOff()
  entries.delete(entry)
  if (entry.key !== undefined && keyed.get(entry.key) === entry) keyed.delete(entry.key)
}
