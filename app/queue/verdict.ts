import { GiveUp, TryAgain } from '../kernel/outage.ts'

/** What becomes of work that failed: once more after a time (counting the attempt or not), or over. */
export type Verdict = { over: false; afterMs: number; counts: boolean; error: Error } | { over: true; error: Error }

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 300_000

/** How long to wait after the n-th mistake (from 1): 1 s, doubled each time, at most five minutes. */
export const defaultBackoffMs = (attempt: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS)

type Attempts = { attempt: number; maxAttempts: number; backoffMs: (attempt: number) => number }

/**
 * Judges a failure by its type: an outage that passes waits exactly as long as it says and costs no attempt; one
 * that does not is over at once; all else is a mistake, tried again with growing waits, `maxAttempts` times in all.
 */
export function judge(thrown: unknown, { attempt, maxAttempts, backoffMs }: Attempts): Verdict {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  if (error instanceof TryAgain) return { over: false, afterMs: error.afterMs, counts: false, error }
  if (error instanceof GiveUp || attempt >= maxAttempts) return { over: true, error }
  return { over: false, afterMs: backoffMs(attempt), counts: true, error }
}
