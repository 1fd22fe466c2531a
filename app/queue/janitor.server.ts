import { heldLocks, tryLock } from '../kernel/advisory-lock.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { pause } from '../kernel/session.server.ts'
import type { Sql } from '../kernel/sql.ts'
import type { OnGiveUp } from './fact.ts'
import { busyWorkers, freeJobs, lastAttempts } from './graphile-job.server.ts'

const LOOK_MS = 1_000
const JANITOR = 'queue:janitor'
const workerLock = (id: string) => `queue:worker:${id}`

/** What the janitor needs: `freed` is called when there are jobs to take. */
export type Janitor = { clock: Clock; log: Log; onGiveUp: OnGiveUp; freed: () => void }

/** Shows, for as long as the session lives, that the worker of this id is alive. */
export const showAlive = (session: Sql, workerId: string): Promise<boolean> => tryLock(session, workerLock(workerId))

/**
 * Frees the jobs of workers that died, until `ended`. graphile-worker itself does so only after four hours. One
 * process of all is the janitor at a time. A worker must be missing in two looks, one second apart: one that has
 * only lost its connection is back by then.
 */
export async function sweepUp(session: Sql, janitor: Janitor, ended: AbortSignal): Promise<void> {
  let missed = new Set<string>()
  while (!ended.aborted) {
    if (await tryLock(session, JANITOR)) {
      const missing = await missingWorkers(session)
      const dead = missing.filter((id) => missed.has(id))
      if (dead.length > 0) await bury(session, dead, janitor)
      missed = new Set(missing)
    }
    await pause(janitor.clock, LOOK_MS, ended)
  }
}

// A worker locks its id before it takes its first job, so one that holds jobs and no lock is gone.
async function missingWorkers(session: Sql): Promise<string[]> {
  const busy = await busyWorkers(session)
  if (busy.length === 0) return []
  const alive = await heldLocks(session, busy.map(workerLock))
  return busy.filter((id) => !alive.has(workerLock(id)))
}

async function bury(session: Sql, workers: string[], { log, onGiveUp, freed }: Janitor): Promise<void> {
  for (const { name, payload, attempt } of await lastAttempts(session, workers)) {
    await onGiveUp({ name, payload, attempt, error: new Error('The process died during the last attempt') })
  }
  await freeJobs(session, workers)
  log.warn({ workers }, 'Workers have died; their jobs go on elsewhere.')
  freed()
}
