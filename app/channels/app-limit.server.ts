import { assert } from '../kernel/assert.ts'
import type { Clock } from '../kernel/clock.ts'
import type { RunTransaction } from '../kernel/sql.ts'
import { savedBucket } from './bucket.ts'
import type { LimitRow } from './lent-limit.ts'

/** The row of a limit that is the whole app's, over all merchants and processes: the table `app_limit`. */
export function appLimitRow(options: { name: string; transaction: RunTransaction; clock: Clock }): LimitRow {
  const { name, transaction, clock } = options
  return {
    update: (change) =>
      transaction(async (tx) => {
        await tx.query({ text: MAKE, values: [name, clock.now()] })
        const { rows } = await tx.query<{ state: unknown }>({ text: LOCK, values: [name] })
        assert(rows.length === 1, `The row of the limit ${name} is gone`)
        const { state, result } = change(savedBucket.parse(rows[0]?.state))
        await tx.query({ text: KEEP, values: [name, JSON.stringify(state), clock.now()] })
        return result
      }),
  }
}

const MAKE = `INSERT INTO app_limit (name, state, updated_at) VALUES ($1, 'null', $2) ON CONFLICT DO NOTHING`
const LOCK = 'SELECT state FROM app_limit WHERE name = $1 FOR UPDATE'
const KEEP = 'UPDATE app_limit SET state = $2, updated_at = $3 WHERE name = $1'
