import { coalesce, DEFAULT_MAX_ATTEMPTS, jobKey, type AnyOutbox } from './fact.ts'

// graphile-worker can keep a waiting job's time or replace it; we want the earlier of the two. Recorded again for
// "now", a fact that waits for tomorrow runs now; recorded every second for "in two seconds", it still runs.
// A fact for now has no time of ours: the database's own clock judges it, so that no skew can delay it.
const RECORD = `
SELECT FROM graphile_worker.add_jobs(ARRAY(
  SELECT (fact.name, fact.payload, NULL,
    CASE WHEN fact.run_at IS NOT NULL THEN LEAST(fact.run_at, waiting.run_at) END,
    fact.max_attempts, fact.key, fact.priority, fact.flags)::graphile_worker.job_spec
  FROM json_to_recordset($1) AS fact(name text, payload json, run_at timestamptz, max_attempts int, key text, priority int, flags text[])
  LEFT JOIN graphile_worker._private_jobs AS waiting ON waiting.key = fact.key AND waiting.is_available
))`

/**
 * Marks a job that had a key. While such a job runs, a newer fact takes the key from it (graphile-worker clears it),
 * and without the mark it would look like a job that never had one.
 */
export const KEYED = 'keyed'

/**
 * The outbox on PostgreSQL: facts become graphile-worker jobs in the caller's transaction, in one round trip, and
 * wake the workers when it commits.
 */
export const graphileOutbox: AnyOutbox = {
  async record(tx, facts) {
    if (facts.length === 0) return
    const rows = coalesce(facts).map((fact) => ({
      name: fact.name,
      payload: fact.payload,
      run_at: fact.runAt,
      max_attempts: fact.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
      key: jobKey(fact),
      // graphile-worker takes low numbers first, and 0 where none is said.
      priority: fact.patient ? 1 : undefined,
      flags: fact.key === undefined ? undefined : [KEYED],
    }))
    await tx.query({ name: 'record-facts', text: RECORD, values: [JSON.stringify(rows)] })
  },
}
