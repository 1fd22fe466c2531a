import type { Sql } from '../kernel/sql.ts'
import type { RuleDraft } from './rule-draft.ts'
import { type Rule, scopeKey } from './rule.ts'

/** A version of a rule with all that it says. `validTo` null: it is in force. */
export type RuleVersion = RuleDraft & { id: number; version: number; scope: string; validTo: Date | null }

const COLUMNS = `rule_id AS id, version, kind, scope, item_id AS "itemId", category, account_id AS "accountId", quantity, low,
  slow_ms AS "slowMs", places, starts_at AS "from", ends_at AS "until", remark_id AS "remarkId", owner_id AS "ownerId",
  to_char(review_on, 'YYYY-MM-DD') AS "reviewOn", valid_to AS "validTo"`

type Row = Omit<RuleVersion, 'from' | 'until'> & { from: Date | null; until: Date | null }

const versionOf = ({ from, until, ...row }: Row): RuleVersion => ({
  ...row,
  from: from?.toISOString() ?? null,
  until: until?.toISOString() ?? null,
})

/** The last two versions of a rule, the newest first; none when the merchant has no such rule. */
export async function lastVersions(db: Sql, merchantId: number, ruleId: number): Promise<RuleVersion[]> {
  const text = `SELECT ${COLUMNS} FROM rule_version WHERE merchant_id = $1 AND rule_id = $2 ORDER BY version DESC LIMIT 2`
  return (await db.query<Row>({ text, values: [merchantId, ruleId] })).rows.map(versionOf)
}

/** The rules of a scope that are in force. */
export async function rulesOfScope(db: Sql, merchantId: number, scope: string): Promise<RuleVersion[]> {
  const text = `SELECT ${COLUMNS} FROM rule_version WHERE merchant_id = $1 AND scope = $2 AND valid_to IS NULL ORDER BY rule_id`
  return (await db.query<Row>({ text, values: [merchantId, scope] })).rows.map(versionOf)
}

/** Holds all others off who would change rules of this merchant, until the transaction ends. The version they are of. */
export async function lockRules(tx: Sql, merchantId: number): Promise<number> {
  await tx.query({
    text: 'INSERT INTO rules_state (merchant_id) VALUES ($1) ON CONFLICT DO NOTHING',
    values: [merchantId],
  })
  const text = 'SELECT version FROM rules_state WHERE merchant_id = $1 FOR UPDATE'
  return (await tx.query<{ version: number }>({ text, values: [merchantId] })).rows[0]!.version
}

type Write = { merchantId: number; ruleId: number | null; draft: RuleDraft | null; actor: string; at: Date }

/**
 * Writes what a rule says from `at` on: a new version, or with no draft its end. The merchant's rules are locked.
 * Returns the rule as it stands; null when it has ended.
 */
export async function writeRule(tx: Sql, { merchantId, ruleId, draft, actor, at }: Write): Promise<Rule | null> {
  const close = `UPDATE rule_version SET valid_to = GREATEST(valid_from, $3), ended_by = $4
    WHERE merchant_id = $1 AND rule_id = $2 AND valid_to IS NULL`
  if (ruleId !== null) await tx.query({ text: close, values: [merchantId, ruleId, at, actor] })
  if (draft === null) return null
  const text = `INSERT INTO rule_version (merchant_id, rule_id, version, kind, scope, item_id, category, account_id, quantity, low,
      slow_ms, places, starts_at, ends_at, remark_id, owner_id, review_on, saved_by, valid_from)
    SELECT $1, r.id, 1 + COALESCE((SELECT max(version) FROM rule_version v WHERE v.merchant_id = $1 AND v.rule_id = r.id), 0),
      $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18
    FROM (SELECT COALESCE($2::int, nextval('rule_id_seq')::int) AS id) r RETURNING rule_id AS id, version`
  const { kind, itemId, category, accountId, quantity, low, slowMs, places, from, until, ...why } = draft
  const scope = scopeKey(draft)
  const said = [kind, scope, itemId, category, accountId, quantity, low, slowMs, places, from, until]
  const values = [merchantId, ruleId, ...said, why.remarkId, why.ownerId, why.reviewOn, actor, at]
  const { id, version } = (await tx.query<{ id: number; version: number }>({ text, values })).rows[0]!
  return { id, version, kind, scope, quantity, low, slowMs, places, from, until }
}

/**
 * Counts one change of the merchant's rules, in these scopes, and finds out when a schedule changes something next.
 * From then on the numbers of those scopes are of an older version. The rules are locked.
 */
export async function countChange(
  tx: Sql,
  merchantId: number,
  { scopes, at }: { scopes: string[]; at: Date },
): Promise<void> {
  const text = `WITH counted AS (
      UPDATE rules_state SET version = version + 1, boundary_at = (
        SELECT min(b) FROM rule_version r, unnest(ARRAY[r.starts_at, r.ends_at]) AS b
        WHERE r.merchant_id = $1 AND r.valid_to IS NULL AND b > $3),
        facts_at = CASE WHEN EXISTS (SELECT FROM rule_version r WHERE r.merchant_id = $1 AND r.valid_to IS NULL AND r.kind = 'throttle')
          THEN $3::timestamptz END,
        -- once there has been a safety stock for one channel, pieces may lie in it
        buffers_at = CASE WHEN buffers_at IS NOT NULL OR EXISTS (SELECT FROM rule_version r
            WHERE r.merchant_id = $1 AND r.kind = 'safety_stock' AND r.account_id IS NOT NULL) THEN $3::timestamptz END
      WHERE merchant_id = $1 RETURNING version
    )
    INSERT INTO rules_changed (merchant_id, scope, version) SELECT DISTINCT $1::int, s, version FROM counted, unnest($2::text[]) s
    ON CONFLICT (merchant_id, scope) DO UPDATE SET version = EXCLUDED.version`
  await tx.query({ text, values: [merchantId, scopes, at] })
}
