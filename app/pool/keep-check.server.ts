import type { Sql } from '../kernel/sql.ts'
import type { Moving } from './move.server.ts'

type Checked = { at: Date; cause: string; pieces: { key: string; itemId: number; quantity: number }[] }

/** Keeps who has looked at which pieces, and whether they passed. Nothing where no check was made. */
export async function keepChecks(
  tx: Sql,
  { merchantId, from, check, actor }: Pick<Moving, 'merchantId' | 'from' | 'check' | 'actor'>,
  { at, cause, pieces }: Checked,
): Promise<void> {
  if (!check) return
  const text = `INSERT INTO piece_check (merchant_id, key, item_id, location_id, quantity, passed, actor, checked_at, remark)
    SELECT $1, p.key, p.item_id, $2, p.quantity, $3, $4, $5, $6
    FROM unnest($7::text[], $8::int[], $9::int[]) AS p (key, item_id, quantity)`
  const columns = [pieces.map(({ key }) => key), pieces.map(({ itemId }) => itemId), pieces.map((p) => p.quantity)]
  const values = [merchantId, from.locationId, check === 'passed', actor, at, cause, ...columns]
  await tx.query({ name: 'keep-checks', text, values })
}
