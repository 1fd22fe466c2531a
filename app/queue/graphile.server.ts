import { Logger, run, runMigrations, type WorkerPool } from 'graphile-worker'
import pg from 'pg'
import { assert } from '../kernel/assert.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { keepSession } from '../kernel/session.server.ts'
import type { FactMap, Handlers, OnGiveUp } from './fact.ts'
import { tasksFor, type Workbench } from './graphile-task.server.ts'
import { showAlive, sweepUp } from './janitor.server.ts'
import { defaultBackoffMs } from './verdict.ts'

/** Installs or updates the queue's schema, `graphile_worker`: when the database is migrated. Safe from many at once. */
export async function installQueue(pool: pg.Pool): Promise<void> {
  const ignore = () => {}
  // graphile-worker insists on listeners; a broken connection shows as the query that fails anyway.
  pool.on('error', ignore).on('connect', ignore)
  await runMigrations({ pgPool: pool, logger: new Logger(() => ignore) })
  pool.off('error', ignore).off('connect', ignore)
}

export type GraphileWorkerOptions<Facts extends FactMap> = {
  connectionString: string
  handlers: Handlers<Facts>
  /** How many facts are worked on at once in this process. */
  concurrency: number
  onGiveUp: OnGiveUp
  /** The wait after the n-th mistake (from 1), in milliseconds; 1 s, doubled each time, when left out. */
  backoffMs?: (attempt: number) => number
  clock: Clock
  log: Log
}

export type RunningWorker = {
  /** Takes no more facts, waits for those in hand (their signal aborts after 5 s), and lets everything go. */
  stop: () => Promise<void>
  /** Rejects if the worker ended without having been stopped; `keepWorking` starts another. */
  ended: Promise<void>
}

// How late a fact that was recorded for a later moment may start. What this process puts off itself is punctual.
const POLL_MS = 1_000

/** Starts to work on facts. If this process is killed nothing is lost: its work goes on elsewhere within seconds. */
export async function startGraphileWorker<Facts extends FactMap>(
  options: GraphileWorkerOptions<Facts>,
): Promise<RunningWorker> {
  const { connectionString, concurrency, handlers, log } = options
  const pool = openWorkerPool(connectionString, { max: concurrency + 2, log })
  const presence = keepPresence(options)
  const alarms = alarmClock(options.clock, () => presence.nudge(1))
  const bench: Workbench = { backoffMs: defaultBackoffMs, ...options, db: pool, wakeAfter: alarms.set }
  const started = run({
    pgPool: pool,
    noHandleSignals: true,
    parsedCronItems: [],
    logger: graphileLog(log),
    taskList: tasksFor(handlers, bench),
    preset: {
      plugins: [presence.plugin],
      // Batches, even without delay, are waited for when the worker stops, and stop it when they fail; without them
      // graphile-worker forgets the promise.
      worker: { concurrentJobs: concurrency, pollInterval: POLL_MS, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    },
  })
  const runner = await started.catch(async (error: unknown) => {
    await presence.close()
    await pool.end()
    throw error
  })
  let stopping = false
  let over = false
  const ended = runner.promise.finally(presence.close).then(() => {
    over = true
    alarms.clear()
    if (!stopping) throw new Error('The worker has ended by itself; its log says why.')
  })
  const stop = async () => {
    stopping = true
    presence.stopWaiting()
    // One that is ending by itself at this moment refuses to be stopped.
    if (!over) await runner.stop().catch(() => {})
    await ended.catch(() => {})
    await pool.end()
  }
  let stopped: Promise<void> | undefined
  return { stop: () => (stopped ??= stop()), ended }
}

function openWorkerPool(connectionString: string, { max, log }: { max: number; log: Log }): pg.Pool {
  const pool = new pg.Pool({ connectionString, max, application_name: 'vitrine worker' })
  const report = (error: Error) => log.warn({ err: error }, 'The queue lost a connection to the database.')
  pool.on('error', report)
  pool.on('connect', (client) => client.on('error', report))
  return pool
}

type PresenceOptions = { connectionString: string; clock: Clock; log: Log; onGiveUp: OnGiveUp }

/**
 * Shows that this worker is alive, by a lock on its id, from before its first job to after its last; and sweeps up
 * after workers that are not.
 */
function keepPresence({ connectionString, clock, log, onGiveUp }: PresenceOptions) {
  const shown = Promise.withResolvers<void>()
  let pool: WorkerPool | undefined
  let kept: { close: () => Promise<void> } | undefined
  const nudge = (hands: number) => pool?.nudge(hands)
  const keep = ({ id }: WorkerPool) =>
    keepSession({
      connectionString,
      name: 'vitrine worker presence',
      clock,
      log,
      async use(session, ended) {
        assert(await showAlive(session, id), 'The last session of this worker is still alive')
        shown.resolve()
        await sweepUp(session, { clock, log, onGiveUp, freed: () => nudge(Infinity) }, ended)
      },
    })
  const startWorker = (workerPool: WorkerPool) => {
    pool = workerPool
    kept ??= keep(workerPool)
    return shown.promise
  }
  // A worker that is shutting down must not be nudged.
  const shutDown = () => (pool = undefined)
  const plugin = presencePlugin({ startWorker, shutDown })
  return { plugin, nudge, stopWaiting: shown.resolve, close: async () => kept?.close() }
}

type PresenceHooks = { startWorker: (pool: WorkerPool) => Promise<void>; shutDown: () => void }

const presencePlugin = ({ startWorker, shutDown }: PresenceHooks): GraphileConfig.Plugin => ({
  name: 'PresencePlugin',
  worker: {
    hooks: { startWorker: (_, event) => startWorker(event.worker.workerPool) },
    middleware: {
      poolGracefulShutdown(next) {
        shutDown()
        return next()
      },
    },
  },
})

function alarmClock(clock: Clock, ring: () => void) {
  const alarms = new Set<() => void>()
  return {
    set(ms: number): void {
      // A timer may fire up to a millisecond early, and the job would not be due yet.
      const callOff = clock.after(ms + 1, () => {
        alarms.delete(callOff)
        ring()
      })
      alarms.add(callOff)
    },
    clear(): void {
      for (const callOff of alarms) callOff()
      alarms.clear()
    },
  }
}

const graphileLog = (log: Log): Logger =>
  new Logger((scope) => (level, message, meta) => {
    const fields = { ...scope, err: meta['error'] }
    if (level === 'error') log.error(fields, message)
    else if (level === 'warning') log.warn(fields, message)
    else log.debug(fields, message)
  })
