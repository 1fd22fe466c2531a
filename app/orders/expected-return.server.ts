import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { lockReturned } from './returned-line.server.ts'

/** Who is told of it, when, and with which form. */
type Told = { merchantId: number; actor: string; token: string; at: Date }

const NOTHING = { freed: [] }

/** A return is told of before its parcel has come: pieces of the line are on their way back. */
export async function expectReturn(
  tx: Sql,
  given: Told & { lineId: number; quantity: number },
): Promise<Refusal | { freed: number[] }> {
  const { merchantId, lineId, quantity, token, actor, at } = given
  const line = await lockReturned(tx, merchantId, lineId)
  if (isRefusal(line)) return line
  const known = 'SELECT FROM expected_return WHERE merchant_id = $1 AND token = $2'
  if ((await tx.query({ text: known, values: [merchantId, token] })).rows.length > 0) return NOTHING
  const coming =
    'SELECT COALESCE(sum(outstanding), 0)::int AS n FROM expected_return WHERE merchant_id = $1 AND line_id = $2'
  const { rows } = await tx.query<{ n: number }>({ text: coming, values: [merchantId, lineId] })
  const out = line.shipped - line.returned - (rows[0]?.n ?? 0)
  if (quantity > out) return refuse('not-there', `Only ${Math.max(0, out)} more of this line can still come back.`)
  const text = `INSERT INTO expected_return (merchant_id, line_id, quantity, outstanding, told_at, actor, token)
    VALUES ($1, $2, $3, $3, $4, $5, $6)`
  await tx.query({ text, values: [merchantId, lineId, quantity, at, actor, token] })
  return NOTHING
}

/** A person says that what was expected does not come after all. Said twice it is said once. */
export async function expectNoMore(
  tx: Sql,
  { merchantId, expectedId, actor, at }: Omit<Told, 'token'> & { expectedId: number },
): Promise<Refusal | { freed: number[] }> {
  const known =
    'SELECT ended_at AS "endedAt", outstanding FROM expected_return WHERE merchant_id = $1 AND id = $2 FOR UPDATE'
  type Row = { endedAt: Date | null; outstanding: number }
  const [row] = (await tx.query<Row>({ text: known, values: [merchantId, expectedId] })).rows
  if (!row) return refuse('unknown-return', 'There is no such return.')
  if (row.endedAt) return NOTHING
  if (row.outstanding === 0) return refuse('came', 'It has come already.')
  const text = `UPDATE expected_return SET outstanding = 0, ended_at = $3, ended_by = $4 WHERE merchant_id = $1 AND id = $2`
  await tx.query({ text, values: [merchantId, expectedId, at, actor] })
  return NOTHING
}

/** So many more units of a line have come back, whoever said so: what was expected first is what came. Its line is locked. */
export async function arrived(
  db: Sql,
  { merchantId, lineId, units }: { merchantId: number; lineId: number; units: number },
): Promise<void> {
  if (units <= 0) return
  const text = `WITH open AS (
      SELECT id, outstanding, COALESCE(sum(outstanding) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::int AS before
      FROM expected_return WHERE merchant_id = $1 AND line_id = $2 AND outstanding > 0
    )
    UPDATE expected_return e SET outstanding = e.outstanding - LEAST(o.outstanding, GREATEST(0, $3 - o.before))
    FROM open o WHERE e.merchant_id = $1 AND e.id = o.id AND o.before < $3`
  await db.query({ name: 'return-arrived', text, values: [merchantId, lineId, units] })
}
