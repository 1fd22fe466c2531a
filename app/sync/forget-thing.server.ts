import { settleAuthoritative } from '../catalog/authoritative.server.ts'
import { openIncident } from '../incidents/incident.server.ts'
import type { Sql } from '../kernel/sql.ts'

/**
 * A thing was deleted on its channel: the item and its ledger stay, its listing there is dead, and where stock is left
 * a person is told.
 */
export async function forgetThing(
  db: Sql,
  owner: { merchantId: number; accountId: number; at: Date },
  externalId: string,
): Promise<void> {
  const text = `
    WITH dead AS (
      UPDATE listing SET status = 'dead', shown = 0, seen_at = $4, agreed_since = NULL, authoritative = false
      WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3 AND status <> 'dead' RETURNING item_id, title
    ), gone AS (
      UPDATE item i SET status = 'deleted' FROM dead d WHERE i.merchant_id = $1 AND i.id = d.item_id
    )
    SELECT d.item_id AS "itemId", d.title, COALESCE((SELECT sum(b.available) FROM balance b
      WHERE b.merchant_id = $1 AND b.item_id = d.item_id), 0)::int AS left FROM dead d WHERE d.item_id IS NOT NULL`
  type Dead = { itemId: number; title: string; left: number }
  const { rows } = await db.query<Dead>({ text, values: [owner.merchantId, owner.accountId, externalId, owner.at] })
  await settleAuthoritative(db, { merchantId: owner.merchantId, itemIds: rows.map(({ itemId }) => itemId) })
  for (const { itemId, title, left } of rows.filter((row) => row.left > 0)) {
    const sentence = `“${title}” was deleted, and our books still have ${left} of it.`
    const about = { subject: `item/${itemId}`, itemId, accountId: owner.accountId, at: owner.at }
    await openIncident(db, { merchantId: owner.merchantId, kind: 'dead-listing', sentence, ...about })
  }
}
