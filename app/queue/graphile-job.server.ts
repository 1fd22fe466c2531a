import type { Job } from 'graphile-worker'
import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { KEYED } from './graphile-outbox.server.ts'

/** How a job's row reads after a failed run. `runAt` null leaves it where it is. */
type After = { attempts: number; runAt: Date | null; sentence: string }

// graphile-worker knows only "done" (it deletes the row by its id) and "failed" (it waits exp(attempts) seconds). A
// job that gets a new id here and then counts as done is spared by that delete: it has moved on, exactly to where
// we want it, in one statement. A job whose key was taken by a newer fact is not moved, and so is deleted.
const MOVE = `
WITH mine AS (
  SELECT id FROM graphile_worker._private_jobs WHERE id = $1 AND locked_by = $2 FOR UPDATE
), moved AS (
  UPDATE graphile_worker._private_jobs AS job
  SET id = DEFAULT, attempts = $3, run_at = COALESCE($4, job.run_at), last_error = $5, locked_at = NULL, locked_by = NULL
  FROM mine WHERE job.id = mine.id AND (job.key IS NOT NULL OR job.flags ? '${KEYED}' IS NOT TRUE)
)
SELECT id FROM mine`

/**
 * Moves the running job on to another time, or to its end (`attempts` = `max_attempts`: kept for a person to see,
 * never run). The task must return normally afterwards. A Mistake if the job is no longer this worker's.
 */
export async function moveOn(db: Sql, job: Job, after: After): Promise<void> {
  const values = [job.id, job.locked_by, after.attempts, after.runAt, after.sentence]
  const { rows } = await db.query<{ id: number }>({ name: 'move-job-on', text: MOVE, values })
  assert(rows.length === 1, `Job ${job.id} is no longer held by this worker`)
}

/** A job that a dead worker held in its last attempt. */
export type DeadJob = { id: number; name: string; payload: { [name: string]: never }; attempt: number }

const LAST_ATTEMPT_OF_THE_DEAD = `
SELECT job.id, task.identifier AS name, job.payload, job.attempts AS attempt
FROM graphile_worker._private_jobs AS job JOIN graphile_worker._private_tasks AS task ON task.id = job.task_id
WHERE job.locked_by = ANY($1) AND job.attempts >= job.max_attempts
  AND (job.key IS NOT NULL OR job.flags ? '${KEYED}' IS NOT TRUE)`

/** The jobs that `workers` held in their last attempt: freed, they would never run again and nobody would know. */
export async function lastAttempts(db: Sql, workers: readonly string[]): Promise<DeadJob[]> {
  return (await db.query<DeadJob>({ text: LAST_ATTEMPT_OF_THE_DEAD, values: [workers] })).rows
}

/** The ids of the workers that hold jobs. */
export async function busyWorkers(db: Sql): Promise<string[]> {
  const text = 'SELECT DISTINCT locked_by AS id FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL'
  return (await db.query<{ id: string }>({ text })).rows.map((row) => row.id)
}

/** Frees the jobs of these workers, which must be dead. */
export async function freeJobs(db: Sql, workers: readonly string[]): Promise<void> {
  await db.query({ text: 'SELECT graphile_worker.force_unlock_workers($1)', values: [workers] })
}
