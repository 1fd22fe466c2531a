import type { Sql } from '../kernel/sql.ts'
import { hashSql, movementLineSql, NO_HASH, sealLineSql } from './seal-line.ts'

/** A seal that is not what the ledger says now, and what is wrong with it. */
export type BrokenSeal = { n: number; sealedAt: Date; wrong: 'missing' | 'chain' | 'count' | 'content' }

// A seal and what its movements give now. The one before is found by its place in the chain, not by its number.
const CHECK = `
SELECT s.n, s.sealed_at AS "sealedAt", CASE
  WHEN s.n <> COALESCE(before.n, 0) + 1 THEN 'missing'
  WHEN s.previous_hash <> COALESCE(before.hash, '${NO_HASH}') OR s.up_to < COALESCE(before.up_to, 0) THEN 'chain'
  WHEN s.movements <> now.movements THEN 'count'
  WHEN s.hash <> ${hashSql(
    'now.lines',
    sealLineSql({
      merchantId: 's.merchant_id',
      n: 's.n',
      upTo: 's.up_to',
      movements: 's.movements',
      previousHash: 's.previous_hash',
      sealedAt: 's.sealed_at',
    }),
  )} THEN 'content' END AS wrong
FROM (
  SELECT * FROM (
    SELECT l.*, sum(l.movements) OVER (ORDER BY l.n) - l.movements AS before_it
    FROM (SELECT * FROM ledger_seal WHERE merchant_id = $1 AND n > $2 ORDER BY n LIMIT $3) l
  ) o WHERE before_it < $4
) s
LEFT JOIN LATERAL (
  SELECT n, hash, up_to FROM ledger_seal p WHERE p.merchant_id = $1 AND p.n < s.n ORDER BY p.n DESC LIMIT 1
) before ON true
CROSS JOIN LATERAL (
  SELECT count(*)::int AS movements, string_agg(line, '' ORDER BY id) AS lines FROM (
    SELECT m.id, ${movementLineSql('m')} AS line FROM movement m
    WHERE m.merchant_id = $1 AND m.id > COALESCE(before.up_to, 0) AND m.id <= s.up_to ORDER BY m.merchant_id, m.id OFFSET 0
  ) covered
) now
ORDER BY s.n`

// A statement that takes a second or so, and holds the lines of few seals, however busy the shop was.
const AT_ONCE = 24
const MOVEMENTS_AT_ONCE = 50_000

/**
 * Computes every seal of a merchant anew from the ledger as it is now, some at a time, and gives those that differ.
 * `onStep` is told after each step how many were looked at.
 */
export async function checkSeals(
  db: Sql,
  merchantId: number,
  onStep: (done: number) => Promise<void> = async () => {},
): Promise<BrokenSeal[]> {
  const broken: BrokenSeal[] = []
  let done = 0
  for (let after = 0; ;) {
    const values = [merchantId, after, AT_ONCE, MOVEMENTS_AT_ONCE]
    const { rows } = await db.query<BrokenSeal>({ text: CHECK, values })
    const last = rows.at(-1)
    if (!last) return broken
    broken.push(...rows.filter(({ wrong }) => wrong !== null))
    after = last.n
    done += rows.length
    await onStep(done)
  }
}

/** How many seals a merchant's ledger has. */
export async function sealCount(db: Sql, merchantId: number): Promise<number> {
  const text = 'SELECT count(*)::int AS n FROM ledger_seal WHERE merchant_id = $1'
  return (await db.query<{ n: number }>({ text, values: [merchantId] })).rows[0]?.n ?? 0
}
