import type { Sql } from '../kernel/sql.ts'
import type { KeptElsewhere } from './terms.ts'
import { type Rule, scopesSql } from './rule.ts'

/** What an item on a channel account is under: the rules as they stand, and the version a number of it must be of. */
export type Under = { rules: Rule[]; rulesVersion: number; keptElsewhere: KeptElsewhere[] }

/** A row `r` of rule_version as a Rule, in SQL. */
export const RULE_JSON = `json_build_object('id', r.rule_id, 'version', r.version, 'kind', r.kind, 'scope', r.scope,
  'quantity', r.quantity, 'low', r.low, 'slowMs', r.slow_ms, 'places', r.places, 'from', r.starts_at, 'until', r.ends_at)`

type Named = { merchant: string; account: string; item: string; category: string }

/** In SQL, the version that a number of this item on this account must have been computed by: the last change of its scopes. */
export const rulesVersionSql = (of: Named): string =>
  `(SELECT COALESCE(max(c.version), 0) FROM rules_changed c WHERE c.merchant_id = ${of.merchant} AND c.scope = ANY (${scopesSql(of)}))`

/** A lateral join that gives what an item on an account is under, by the names of their columns; read as one with the stock. */
export const rulesLateral = (of: Named): string => `LATERAL (
  SELECT ${rulesVersionSql(of)} AS "rulesVersion",
    COALESCE((SELECT json_agg(${RULE_JSON} ORDER BY r.rule_id) FROM rule_version r
      WHERE r.merchant_id = ${of.merchant} AND r.scope = ANY (${scopesSql(of)}) AND r.valid_to IS NULL), '[]') AS rules,
    COALESCE((SELECT json_agg(json_build_object('locationId', k.location_id, 'quantity', LEAST(k.quantity, kb.safety_stock)))
      FROM rule_buffer k JOIN balance kb ON kb.merchant_id = k.merchant_id AND kb.item_id = k.item_id AND kb.location_id = k.location_id
      WHERE k.merchant_id = ${of.merchant} AND k.item_id = ${of.item} AND k.account_id <> ${of.account} AND k.quantity > 0
        AND kb.safety_stock > 0), '[]') AS "keptElsewhere"
)`

/** A lateral join that gives the rules an item on an account was under at a moment, by the names of their columns. */
export const rulesThenLateral = (of: Named & { at: string }): string => `LATERAL (
  SELECT COALESCE(json_agg(${RULE_JSON} ORDER BY r.rule_id), '[]') AS rules FROM rule_version r
  WHERE r.merchant_id = ${of.merchant} AND r.scope = ANY (${scopesSql(of)})
    AND r.valid_from <= ${of.at} AND (r.valid_to IS NULL OR r.valid_to > ${of.at})
)`

/** What each of these items is under on an account, now. */
export async function underOf(
  db: Sql,
  account: { merchantId: number; id: number },
  itemIds: number[],
): Promise<Map<number, Under>> {
  const lateral = rulesLateral({ merchant: '$1', account: '$2::int', item: 'i.id', category: 'i.category' })
  const text = `SELECT i.id AS "itemId", u.rules, u."rulesVersion", u."keptElsewhere" FROM item i, ${lateral} u
    WHERE i.merchant_id = $1 AND i.id = ANY ($3::int[])`
  const values = [account.merchantId, account.id, itemIds]
  const { rows } = await db.query<Under & { itemId: number }>({ name: 'under-of', text, values })
  return new Map(rows.map(({ itemId, ...under }) => [itemId, under]))
}

/** Every rule of a merchant's as it stood at a moment; schedules are for whoever asks about a moment. */
export async function rulesAt(db: Sql, merchantId: number, at: Date): Promise<Rule[]> {
  const text = `SELECT ${RULE_JSON} AS rule FROM rule_version r
    WHERE r.merchant_id = $1 AND r.valid_from <= $2 AND (r.valid_to IS NULL OR r.valid_to > $2) ORDER BY r.rule_id`
  const { rows } = await db.query<{ rule: Rule }>({ name: 'rules-at', text, values: [merchantId, at] })
  return rows.map(({ rule }) => rule)
}

/** How many changes of rules there have been; 0 before the first. */
export async function rulesVersion(db: Sql, merchantId: number): Promise<number> {
  const text = 'SELECT version FROM rules_state WHERE merchant_id = $1'
  const { rows } = await db.query<{ version: number }>({ name: 'rules-version', text, values: [merchantId] })
  return rows[0]?.version ?? 0
}
