import { TryAgain } from '../kernel/outage.ts'
import { pause } from '../kernel/session.server.ts'
import type { Log } from '../kernel/log.ts'
import { accountById } from '../merchant/account.server.ts'
import { openIncident, closeIncident } from '../incidents/incident.server.ts'
import { accountStep, accountSweep, type Open } from './account-step.server.ts'
import { tellPages, wake } from './wake.server.ts'

export type Loop = {
  open: Open
  log: Log
  /** Settles when the merchant's stock has changed, or the signal aborts. */
  changed: (merchantId: number, signal: AbortSignal) => Promise<void>
  sweepEveryMs: number
}

// What a lost NOTIFY costs at most.
const LOOK_ANYWAY_MS = 1_000
const DOWN_AFTER_FAILURES = 5
const MOST_BACKOFF_MS = 60_000

/**
 * Works for one account as long as this process owns it: a round whenever stock changes, a sweep now and then. An
 * outage of the channel ends a round, never the loop; a long one is an incident.
 */
export async function workFor(loop: Loop, signal: AbortSignal): Promise<void> {
  const { sync } = loop.open
  const sweeps = sweeper(loop)
  let failures = 0
  while (!signal.aborted) {
    const account = await accountById(sync.db, loop.open.account.id)
    if (!account) break
    // Let go by its owner at the next look, or connected again before that: who returned here would own it in idleness.
    if (account.status === 'off') {
      await pause(sync.clock, LOOK_ANYWAY_MS, signal)
      continue
    }
    const open = { ...loop.open, account }
    try {
      await sweeps.begin(open)
      await round(loop, open, signal)
      // A sweep that is made again after an outage has not shown yet that it is over.
      if (!sweeps.areWell()) continue
      if (failures >= DOWN_AFTER_FAILURES) await isUp(open)
      failures = 0
    } catch (error) {
      failures += 1
      loop.log.warn({ err: error, account: account.id }, 'A round for an account was ended by an outage.')
      if (failures === DOWN_AFTER_FAILURES) await isDown(open, error)
      await pause(sync.clock, backoffMs(error, failures), signal)
    }
  }
  // Whoever owns the account next must not meet it.
  await sweeps.running()
}

/** One look, and the rest until the next. */
async function round(loop: Loop, open: Open, signal: AbortSignal): Promise<void> {
  const { sync, account } = open
  const rested = new AbortController()
  const either = AbortSignal.any([signal, rested.signal])
  // Listened for from before the look: what changes meanwhile is looked at next, and not a second later.
  const changed = loop.changed(account.merchantId, either)
  try {
    const step = await accountStep(open)
    if (step.news > 0) await wake(sync.db, account.merchantId)
    else if (step.written > 0) await tellPages(sync.db, account.merchantId)
    const ms = Math.min(step.againMs ?? Infinity, LOOK_ANYWAY_MS)
    if (ms > 0) await Promise.race([changed, pause(sync.clock, ms, either)])
  } finally {
    rested.abort()
  }
}

/**
 * Sweeps beside the rounds: after a busy minute a sweep reads for seconds, and news must not wait for it. Only the first
 * is waited for. What ended one is thrown by the next `begin`.
 */
function sweeper({ sweepEveryMs }: Loop) {
  let next = 0
  let running: Promise<void> | undefined
  let failure: { error: unknown } | undefined
  async function sweep(open: Open): Promise<void> {
    const { db, clock } = open.sync
    try {
      await accountSweep(open)
      next = clock.now().getTime() + sweepEveryMs
      await wake(db, open.account.merchantId)
    } catch (error) {
      failure = { error }
    }
    running = undefined
  }
  return {
    running: () => running,
    areWell: () => !running && !failure,
    async begin(open: Open): Promise<void> {
      if (!running && !failure && open.sync.clock.now().getTime() >= next) {
        running = sweep({ ...open, account: { ...open.account } })
        if (next === 0) await running
      }
      if (!failure) return
      const { error } = failure
      failure = undefined
      throw error
    },
  }
}

const backoffMs = (error: unknown, failures: number) =>
  error instanceof TryAgain ? Math.max(50, error.afterMs) : Math.min(MOST_BACKOFF_MS, 500 * 2 ** Math.min(failures, 8))

const aboutDown = ({ account }: Open) => ({
  merchantId: account.merchantId,
  kind: 'channel-down' as const,
  subject: `account/${account.id}`,
})

async function isDown(open: Open, error: unknown): Promise<void> {
  const why = error instanceof Error ? error.message : String(error)
  const sentence = `${open.account.name} does not answer: ${why} Its numbers may be old.`
  const at = open.sync.clock.now()
  await openIncident(open.sync.db, { ...aboutDown(open), sentence, accountId: open.account.id, at })
}

async function isUp(open: Open): Promise<void> {
  const how = { actor: 'app', sentence: `${open.account.name} answers again.`, at: open.sync.clock.now() }
  await closeIncident(open.sync.db, aboutDown(open), how)
}
