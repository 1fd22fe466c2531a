import type { Sql } from '../kernel/sql.ts'
import { hashSql, movementLineSql, NO_HASH, sealLineSql } from './seal-line.ts'

/** Seal `n` of a merchant's ledger: everything above the seal before it up to movement `upTo`. */
export type Seal = { n: number; upTo: number; movements: number; hash: string; sealedAt: Date }

/** A seal covers no more than this; what is beyond it has the next one at once. About 12 MB of lines. */
export const MOST_MOVEMENTS = 50_000

// One statement: what is hashed is what is counted. Two that seal at once both want the same n, and one of them fails.
const SEAL_NEXT = `
WITH last AS (
  SELECT n, up_to, hash FROM ledger_seal WHERE merchant_id = $1 ORDER BY n DESC LIMIT 1
), covered AS (
  SELECT m.id, ${movementLineSql('m')} AS line FROM movement m
  WHERE m.merchant_id = $1 AND m.id > COALESCE((SELECT up_to FROM last), 0) AND m.id <= $2
  ORDER BY m.merchant_id, m.id LIMIT $4
), told AS (
  SELECT count(*)::int AS movements, string_agg(line, '' ORDER BY id) AS lines, max(id) AS latest FROM covered
), next AS (
  SELECT COALESCE((SELECT n FROM last), 0) + 1 AS n, CASE WHEN movements = $4 THEN latest ELSE $2 END AS up_to,
    movements, lines, COALESCE((SELECT hash FROM last), '${NO_HASH}') AS previous_hash
  FROM told WHERE movements > 0
)
INSERT INTO ledger_seal (merchant_id, n, up_to, movements, previous_hash, hash, sealed_at)
SELECT $1, n, up_to, movements, previous_hash, ${hashSql(
  'lines',
  sealLineSql({
    merchantId: '$1::int',
    n: 'n',
    upTo: 'up_to',
    movements: 'movements',
    previousHash: 'previous_hash',
    sealedAt: '$3::timestamptz',
  }),
)}, $3 FROM next
RETURNING n, up_to AS "upTo", movements, hash, sealed_at AS "sealedAt"`

/**
 * Seals what is not sealed yet of a merchant's ledger, up to movement `upTo`, which must be settled (settled.server.ts).
 * Undefined when there is nothing new, or when somebody else is sealing it. Call it in a transaction, and again while a
 * seal is full.
 */
export async function sealNext(
  tx: Sql,
  { merchantId, upTo, at, most = MOST_MOVEMENTS }: { merchantId: number; upTo: number; at: Date; most?: number },
): Promise<Seal | undefined> {
  const lock = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine'
  const { rows } = await tx.query<{ mine: boolean }>({ text: lock, values: [`seal/${merchantId}`] })
  if (!rows[0]?.mine) return undefined
  return (await tx.query<Seal>({ text: SEAL_NEXT, values: [merchantId, upTo, at, most] })).rows[0]
}

// One look-up a merchant along the seals' key, and one along movement_in_order.
const DUE = `
SELECT m.id FROM merchant m
LEFT JOIN LATERAL (
  SELECT s.up_to, s.sealed_at, s.movements FROM ledger_seal s WHERE s.merchant_id = m.id ORDER BY s.n DESC LIMIT 1
) last ON true
CROSS JOIN LATERAL (
  SELECT v.id FROM movement v WHERE v.merchant_id = m.id AND v.id > COALESCE(last.up_to, 0) AND v.id <= $2
  ORDER BY v.merchant_id, v.id LIMIT 1
) beyond
WHERE last.sealed_at IS NULL OR last.sealed_at < $1 OR last.movements >= $3
ORDER BY m.id LIMIT $4`

/** The merchants that have movements up to `upTo` and no seal since `since`. */
export async function dueForSeal(
  db: Sql,
  { since, upTo, most, atMost = MOST_MOVEMENTS }: { since: Date; upTo: number; most: number; atMost?: number },
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>({ text: DUE, values: [since, upTo, atMost, most] })
  return rows.map(({ id }) => id)
}

/** The latest seal of a merchant. */
export async function lastSeal(db: Sql, merchantId: number): Promise<Seal | undefined> {
  const text = `SELECT n, up_to AS "upTo", movements, hash, sealed_at AS "sealedAt" FROM ledger_seal
    WHERE merchant_id = $1 ORDER BY n DESC LIMIT 1`
  return (await db.query<Seal>({ text, values: [merchantId] })).rows[0]
}
