import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { tellPages } from './wake.server.ts'

/** How far a long work on an account has come; a person watches it, and the work goes on from it. */
export type Progress = { stage: string; done: number; total: number | null; cursor: string | null; sentence: string }

type Kept = Progress & { startedAt: Date; finishedAt: Date | null }

export async function progressOf(db: Sql, account: Account): Promise<Kept | undefined> {
  const text = `SELECT stage, done, total, cursor #>> '{}' AS cursor, sentence, started_at AS "startedAt", finished_at AS "finishedAt"
    FROM import_run WHERE merchant_id = $1 AND account_id = $2`
  return (await db.query<Kept>({ text, values: [account.merchantId, account.id] })).rows[0]
}

/** Begins anew, unless it is under way. Returns where it stands. */
export async function beginProgress(db: Sql, account: Account, at: Date): Promise<Kept> {
  const text = `INSERT INTO import_run AS r (merchant_id, account_id, stage, done, sentence, started_at, moved_at)
    VALUES ($1, $2, 'places', 0, 'Beginning', $3, $3)
    ON CONFLICT (merchant_id, account_id) DO UPDATE SET stage = 'places', done = 0, total = NULL, cursor = NULL, sentence = 'Beginning',
      started_at = $3, moved_at = $3, finished_at = NULL WHERE r.finished_at IS NOT NULL`
  await db.query({ text, values: [account.merchantId, account.id, at] })
  const kept = await progressOf(db, account)
  if (!kept) throw new Error('an import that was begun has a row')
  return kept
}

/** Says how far it is; pages that are open show it at once. */
export async function keepProgress(
  db: Sql,
  account: Account,
  progress: Progress & { at: Date; finished?: boolean },
): Promise<void> {
  const text = `UPDATE import_run SET stage = $3, done = $4, total = $5, cursor = to_jsonb($6::text), sentence = $7, moved_at = $8,
      finished_at = CASE WHEN $9 THEN $8::timestamptz END
    WHERE merchant_id = $1 AND account_id = $2`
  const { stage, done, total, cursor, sentence, at, finished = false } = progress
  await db.query({ text, values: [account.merchantId, account.id, stage, done, total, cursor, sentence, at, finished] })
  await tellPages(db, account.merchantId)
}
