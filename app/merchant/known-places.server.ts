import type { Sql } from '../kernel/sql.ts'
import type { ToldPlace } from './location.server.ts'

const KNOW = `
INSERT INTO channel_place (merchant_id, account_id, external_id, name, sells_online, active, seen_at)
SELECT $1, $2, x."externalId", x.name, x."sellsOnline", x.active, $4
FROM jsonb_to_recordset($3) AS x ("externalId" text, name text, "sellsOnline" boolean, active boolean)
ON CONFLICT (merchant_id, account_id, external_id) DO UPDATE SET name = EXCLUDED.name, sells_online = EXCLUDED.sells_online,
  active = EXCLUDED.active, seen_at = EXCLUDED.seen_at`

/**
 * Keeps what a channel told of its places and makes none of them ours: our books are open, and its shop is one of the
 * places we have, as a person will say.
 */
export async function knowPlaces(
  db: Sql,
  account: { merchantId: number; id: number },
  { places, at }: { places: ToldPlace[]; at: Date },
): Promise<void> {
  await db.query({ text: KNOW, values: [account.merchantId, account.id, JSON.stringify(places), at] })
}
