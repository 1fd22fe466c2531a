import type { Job, Task, TaskList } from 'graphile-worker'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Sql } from '../kernel/sql.ts'
import { handlerOf, type FactMap, type Handlers, type JsonObject, type OnGiveUp } from './fact.ts'
import { moveOn } from './graphile-job.server.ts'
import { judge, type Verdict } from './verdict.ts'

/** What the tasks of one worker share. `wakeAfter` makes an idle hand of this worker look for jobs in `ms`. */
export type Workbench = {
  db: Sql
  onGiveUp: OnGiveUp
  backoffMs: (attempt: number) => number
  wakeAfter: (ms: number) => void
  clock: Clock
  log: Log
}

/** graphile-worker's tasks for these handlers: a handler's failure moves the job on; graphile's own retry sleeps. */
export function tasksFor<Facts extends FactMap>(handlers: Handlers<Facts>, bench: Workbench): TaskList {
  const taskOf = (name: string): Task => {
    const handler = handlerOf(handlers, name)
    return async (_, { job, abortSignal }) => {
      try {
        await handler(payloadOf(job), { attempt: job.attempts, signal: abortSignal })
      } catch (thrown) {
        const { attempts: attempt, max_attempts: maxAttempts } = job
        await follow(judge(thrown, { attempt, maxAttempts, backoffMs: bench.backoffMs }), job, bench)
      }
    }
  }
  return Object.fromEntries(Object.keys(handlers).map((name) => [name, taskOf(name)]))
}

async function follow(verdict: Verdict, job: Job, bench: Workbench): Promise<void> {
  if (!verdict.over) return putOff(verdict, job, bench)
  const { error } = verdict
  try {
    await bench.onGiveUp({ name: job.task_identifier, payload: payloadOf(job), attempt: job.attempts, error })
  } catch (untold) {
    // Nobody was told, so it must not end: once more, and told then.
    bench.log.error({ err: untold, fact: job.task_identifier }, 'A fact that ended without success was not reported.')
    return putOff({ afterMs: bench.backoffMs(job.attempts), counts: false, error }, job, bench)
  }
  await moveOn(bench.db, job, { attempts: job.max_attempts, runAt: null, sentence: error.message })
}

type Delay = { afterMs: number; counts: boolean; error: Error }

async function putOff({ afterMs, counts, error }: Delay, job: Job, bench: Workbench): Promise<void> {
  const fields = { fact: job.task_identifier, attempt: job.attempts, afterMs, err: error }
  if (counts) bench.log.error(fields, 'Work on a fact failed by mistake; it is tried again.')
  else bench.log.debug(fields, 'Work on a fact is put off.')
  const runAt = new Date(bench.clock.now().getTime() + afterMs)
  await moveOn(bench.db, job, { attempts: counts ? job.attempts : job.attempts - 1, runAt, sentence: error.message })
  bench.wakeAfter(afterMs)
}

// What record() took in was an object.
const payloadOf = (job: Job): JsonObject => job.payload as JsonObject
