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
  let sweepAt = 0
  let failures = 0
  while (!signal.aborted) {
    const account = await accountById(sync.db, loop.open.account.id)
    if (!account) return
    // Let go by its owner at the next look, or connected again before that: who returned here would own it in idleness.
    if (account.status === 'off') {
      await pause(sync.clock, LOOK_ANYWAY_MS, signal)
      continue
    }
    const open = { ...loop.open, account }
    try {
      const sweep = sync.clock.now().getTime() >= sweepAt
      if (sweep) await accountSweep(open)
      if (sweep) sweepAt = sync.clock.now().getTime() + loop.sweepEveryMs
      const step = await accountStep(open)
      if (step.news > 0) await wake(sync.db, account.merchantId)
      else if (step.written > 0 || sweep) await tellPages(sync.db, account.merchantId)
      if (failures >= DOWN_AFTER_FAILURES) await isUp(open)
      failures = 0
      await rest(loop, account.merchantId, { ms: step.againMs ?? Infinity, signal })
    } catch (error) {
      failures += 1
      loop.log.warn({ err: error, account: account.id }, 'A round for an account was ended by an outage.')
      if (failures === DOWN_AFTER_FAILURES) await isDown(open, error)
      await pause(sync.clock, backoffMs(error, failures), signal)
    }
  }
}

const backoffMs = (error: unknown, failures: number) =>
  error instanceof TryAgain ? Math.max(50, error.afterMs) : Math.min(MOST_BACKOFF_MS, 500 * 2 ** Math.min(failures, 8))

async function rest(
  loop: Loop,
  merchantId: number,
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<void> {
  if (ms <= 0) return
  const rested = new AbortController()
  const either = AbortSignal.any([signal, rested.signal])
  await Promise.race([
    loop.changed(merchantId, either),
    pause(loop.open.sync.clock, Math.min(ms, LOOK_ANYWAY_MS), either),
  ])
  rested.abort()
}

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
