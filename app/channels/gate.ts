import type { Clock } from '../kernel/clock.ts'
import type { Bucket } from './bucket.ts'
import type { KeepFree, Lane } from './lane.ts'
import type { LentLimit } from './lent-limit.ts'
import type { Turn } from './line.ts'

/** When its turn has come: it goes, its cost taken at that moment, or it is sent away for so long. */
export type Verdict = { go: true; at: Date } | { go: false; afterMs: number }

/** Decides for the first in line. */
export type Gate = {
  /** How long until calls of this cost in all could go. */
  waitMs(cost: number, lane: Lane): number
  /** What a lane may still spend of the budgets for hours or a day; null where there is none. */
  budgetLeft(lane: Lane): number | null
  /** Whether `admit` would say anything: false means that the call has to wait. */
  decided(turn: Turn): boolean
  admit(turn: Turn): Verdict | undefined
  /** Gets what the call lacks of the limit that is shared; undefined when it lacks nothing, or it is being got. */
  fetch(turn: Turn): Promise<void> | undefined
  /** From now on everybody is sent away for so long. */
  close(afterMs: number): void
}

type GateOptions = { bucket: Bucket; appLimit: LentLimit | undefined; keepFree: KeepFree; clock: Clock }

export function openGate({ bucket, appLimit, keepFree, clock }: GateOptions): Gate {
  let closedFor: number | undefined
  let fetching = false

  const waitMs = (cost: number, lane: Lane) =>
    Math.max(bucket.waitMs(cost, clock.now(), keepFree[lane]), appLimit?.waitMs(cost, keepFree[lane]) ?? 0)

  function budgetLeft(lane: Lane): number | null {
    const own = bucket.budgetLeft(clock.now(), keepFree[lane])
    const shared = appLimit?.budgetLeft(keepFree[lane]) ?? null
    return own === null || shared === null ? (own ?? shared) : Math.min(own, shared)
  }

  function judge({ cost, lane, deadline }: Turn): Verdict | undefined {
    if (closedFor !== undefined) return { go: false, afterMs: closedFor }
    const at = clock.now()
    const wait = waitMs(cost, lane)
    if (wait > 0) return at.getTime() + wait > deadline ? { go: false, afterMs: wait } : undefined
    return appLimit && !appLimit.has(cost) ? undefined : { go: true, at }
  }

  return {
    waitMs,
    budgetLeft,
    decided: (turn) => judge(turn) !== undefined,
    admit(turn) {
      const verdict = judge(turn)
      if (!verdict?.go) return verdict
      bucket.take(turn.cost, verdict.at)
      appLimit?.spend(turn.cost)
      return verdict
    },
    fetch({ cost, lane }) {
      if (!appLimit || fetching || appLimit.has(cost)) return undefined
      fetching = true
      return appLimit.borrow(cost, keepFree[lane]).finally(() => (fetching = false))
    },
    close: (afterMs) => void (closedFor = afterMs),
  }
}
