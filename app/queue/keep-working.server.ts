import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { pause } from '../kernel/session.server.ts'
import type { RunningWorker } from './graphile.server.ts'

export type KeepWorkingOptions = {
  /** Starts a worker; throws while the database is away. */
  start: () => Promise<RunningWorker>
  clock: Clock
  log: Log
}

const TRY_AGAIN_MS = 1_000

/**
 * A worker that outlives its database. graphile-worker ends when it cannot say that a job is done; what it had in hand
 * goes on once its session is gone (janitor), and here another is started, as soon as there is a database again. Throws
 * when the first cannot be started.
 */
export async function keepWorking({ start, clock, log }: KeepWorkingOptions): Promise<{ stop: () => Promise<void> }> {
  const stopping = new AbortController()
  let worker = await start()
  const startAnother = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        worker = await start()
        return
      } catch (error) {
        log.warn({ err: error }, 'The queue cannot be worked on; it is tried again.')
        await pause(clock, TRY_AGAIN_MS, stopping.signal)
      }
    }
  }
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const fallen = await worker.ended.then(
        () => null,
        (error: unknown) => ({ error }),
      )
      if (!fallen) return
      log.warn({ err: fallen.error }, 'The queue has stopped by itself; it is started anew.')
      await worker.stop()
      await startAnother()
    }
  }
  const watched = watch()
  return {
    async stop() {
      stopping.abort()
      await worker.stop()
      await watched
      // One that was being started meanwhile.
      await worker.stop()
    },
  }
}
