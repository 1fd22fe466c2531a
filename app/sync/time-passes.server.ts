import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { pause } from '../kernel/session.server.ts'

/**
 * Work that nothing announces but time: holds end, pieces are overdue. `run` does what is due now, as far as others do
 * not do it already (many processes run it), and says when it wants to be run next; null when nothing waits. Doing it
 * late, twice or side by side must come out the same.
 */
export type Timed = { name: string; run(): Promise<Date | null> }

// What another process has planned meanwhile is looked for at the latest after this.
const LOOK_ANYWAY_MS = 1_000

/** Runs each once. Returns when the earliest of them wants to be run next. One that fails keeps none of the others. */
export async function runTimed(works: Timed[], onFailure: (work: Timed, error: unknown) => void): Promise<Date | null> {
  let earliest: Date | null = null
  for (const work of works) {
    try {
      const next = await work.run()
      if (next && (earliest === null || next < earliest)) earliest = next
    } catch (error) {
      onFailure(work, error)
    }
  }
  return earliest
}

/** Runs them whenever one is due, until the signal aborts. */
export async function timePasses(
  { works, clock, log }: { works: Timed[]; clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const next = await runTimed(works, ({ name }, error) =>
      log.warn({ err: error, work: name }, 'What time brings could not be done; it is tried again.'),
    )
    const ms = next ? next.getTime() - clock.now().getTime() : LOOK_ANYWAY_MS
    await pause(clock, Math.min(LOOK_ANYWAY_MS, Math.max(0, ms)), signal)
  }
}
