import type { Sql } from '../kernel/sql.ts'

/** Names of those the ledger and the incidents speak of: "channel/3", "channel/3/person" (somebody there), "person/7", "rule/5", "app". */
export type Actors = Record<string, string>

const ROLE_WORDS = `CASE role WHEN 'owner' THEN 'the owner' ELSE role || ' no. ' || id END`

/** Every actor of a merchant by name. A person whose name we were never told is known by their role. */
export async function actorsOf(db: Sql, merchantId: number): Promise<Actors> {
  const text = `
    SELECT 'channel/' || id AS actor, name FROM channel_account WHERE merchant_id = $1
    UNION ALL SELECT 'channel/' || id || '/person', name || ', person not told' FROM channel_account WHERE merchant_id = $1
    UNION ALL SELECT 'person/' || id, COALESCE(name, ${ROLE_WORDS}) FROM person WHERE merchant_id = $1
    UNION ALL SELECT DISTINCT 'rule/' || rule_id, 'rule no. ' || rule_id FROM rule_version WHERE merchant_id = $1
    UNION ALL SELECT 'app', 'Vitrine'`
  const { rows } = await db.query<{ actor: string; name: string }>({ name: 'actors-of', text, values: [merchantId] })
  return Object.fromEntries(rows.map(({ actor, name }) => [actor, name]))
}
