import type { Sql } from '../kernel/sql.ts'

/** What is checked: the balances against the ledger, or the seals against it. */
export type Checked = 'balances' | 'seals'

/** A check of the books as far as it has come. `wrong`: what it found; null while it goes on. */
export type BooksCheck = {
  what: Checked
  actor: string
  startedAt: Date
  done: number
  total: number
  finishedAt: Date | null
  wrong: number | null
}

export type CheckKey = { merchantId: number; what: Checked }

export async function beginCheck(
  db: Sql,
  { merchantId, what }: CheckKey,
  { actor, total, at }: { actor: string; total: number; at: Date },
): Promise<void> {
  const text = `INSERT INTO books_check (merchant_id, what, actor, started_at, done, total) VALUES ($1, $2, $3, $4, 0, $5)
    ON CONFLICT (merchant_id, what) DO UPDATE SET actor = EXCLUDED.actor, started_at = EXCLUDED.started_at, done = 0,
      total = EXCLUDED.total, finished_at = NULL, wrong = NULL`
  await db.query({ text, values: [merchantId, what, actor, at, total] })
}

export async function stepCheck(db: Sql, { merchantId, what }: CheckKey, done: number): Promise<void> {
  const text = 'UPDATE books_check SET done = LEAST($3, total) WHERE merchant_id = $1 AND what = $2'
  await db.query({ text, values: [merchantId, what, done] })
}

export async function endCheck(
  db: Sql,
  { merchantId, what }: CheckKey,
  { wrong, at }: { wrong: number; at: Date },
): Promise<void> {
  const text = 'UPDATE books_check SET done = total, finished_at = $4, wrong = $3 WHERE merchant_id = $1 AND what = $2'
  await db.query({ text, values: [merchantId, what, wrong, at] })
}

/** The last check of each kind. */
export async function lastChecks(db: Sql, merchantId: number): Promise<BooksCheck[]> {
  const text = `SELECT what, actor, started_at AS "startedAt", done, total, finished_at AS "finishedAt", wrong
    FROM books_check WHERE merchant_id = $1 ORDER BY what`
  return (await db.query<BooksCheck>({ text, values: [merchantId] })).rows
}
