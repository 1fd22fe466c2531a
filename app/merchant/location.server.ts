import type { Sql } from '../kernel/sql.ts'

/** Our location for each place of the account's, by the channel's id of the place. */
export async function locationsByPlace(db: Sql, account: { merchantId: number; id: number }): Promise<Map<string, number>> {
  const text = `SELECT external_id AS place, location_id AS location FROM location_mapping
    WHERE merchant_id = $1 AND account_id = $2 AND quantity_name = 'available'`
  const { rows } = await db.query<{ place: string; location: number }>({
    name: 'locations-by-place',
    text,
    values: [account.merchantId, account.id],
  })
  return new Map(rows.map(({ place, location }) => [place, location]))
}
