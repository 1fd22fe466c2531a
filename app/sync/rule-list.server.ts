import type { Sql } from '../kernel/sql.ts'
import type { RuleKind } from '../pool/rule.ts'

/** A rule as its page shows it. Days are the merchant's: "2027-01-31". `ended`: it is not in force any more, but was. */
export type ListedRule = {
  id: number
  version: number
  kind: RuleKind
  accountId: number | null
  account: string | null
  itemId: number | null
  item: string | null
  category: string | null
  quantity: number
  low: number | null
  slowMs: number | null
  places: number[]
  from: Date | null
  until: Date | null
  reason: string | null
  ownerId: number | null
  owner: string | null
  reviewOn: string | null
  savedBy: string
  validFrom: Date
  ended: boolean
  /** what a safety stock lacks that nobody can explain: words for a person */
  unexplained: string[]
}

const ENDED_SHOWN = 20

const LIST = `
WITH newest AS (
  SELECT DISTINCT ON (rule_id) * FROM rule_version WHERE merchant_id = $1 ORDER BY rule_id, version DESC
), shown AS (
  SELECT * FROM newest WHERE valid_to IS NULL
  UNION ALL (SELECT * FROM newest WHERE valid_to IS NOT NULL ORDER BY valid_to DESC LIMIT ${ENDED_SHOWN})
)
SELECT r.rule_id AS id, r.version, r.kind, r.account_id AS "accountId", a.name AS account, r.item_id AS "itemId",
  concat_ws(', ', i.title, NULLIF(i.variant, '')) AS item, r.category, r.quantity, r.low, r.slow_ms AS "slowMs", r.places,
  r.starts_at AS "from", r.ends_at AS "until", m.text AS reason, r.owner_id AS "ownerId", p.name AS owner,
  to_char(r.review_on, 'YYYY-MM-DD') AS "reviewOn", r.saved_by AS "savedBy", r.valid_from AS "validFrom",
  r.valid_to IS NOT NULL AS ended,
  CASE WHEN r.kind <> 'safety_stock' OR r.valid_to IS NOT NULL THEN '{}' ELSE array_remove(ARRAY[
    CASE WHEN m.text IS NULL THEN 'has no reason' END,
    CASE WHEN r.owner_id IS NULL THEN 'is nobody’s' END,
    CASE WHEN r.review_on IS NULL THEN 'has no day on which it is looked at again' END,
    CASE WHEN r.review_on < ($2::timestamptz AT TIME ZONE t.time_zone)::date THEN 'should have been looked at again by now' END
  ], NULL) END AS unexplained
FROM shown r
JOIN merchant t ON t.id = r.merchant_id
LEFT JOIN channel_account a ON a.merchant_id = r.merchant_id AND a.id = r.account_id
LEFT JOIN item i ON i.merchant_id = r.merchant_id AND i.id = r.item_id
LEFT JOIN remark m ON m.merchant_id = r.merchant_id AND m.id = r.remark_id
LEFT JOIN person p ON p.merchant_id = r.merchant_id AND p.id = r.owner_id
ORDER BY r.valid_to IS NOT NULL, r.item_id IS NOT NULL, r.category, a.name NULLS FIRST, r.item_id, r.rule_id`

/** The rules of a merchant by scope, from the shop to the item, and the last that have ended. */
export async function listRules(db: Sql, merchantId: number, at: Date): Promise<ListedRule[]> {
  const { rows } = await db.query<Omit<ListedRule, 'item'> & { item: string }>({ text: LIST, values: [merchantId, at] })
  return rows.map(({ item, ...rule }) => ({ ...rule, item: item || null }))
}

/** Safety stocks that nobody can explain: without a reason, an owner or a day of review, or past that day. */
export const unexplainedOf = (rules: ListedRule[]): ListedRule[] =>
  rules.filter(({ unexplained }) => unexplained.length > 0)

type Choice = { id: number; name: string }

/** What a rule can be for, and whose it can be. */
export async function ruleChoices(
  db: Sql,
  merchantId: number,
): Promise<{ accounts: (Choice & { channel: string })[]; places: Choice[]; people: Choice[]; categories: string[] }> {
  const ask = async <Row extends object>(text: string) => (await db.query<Row>({ text, values: [merchantId] })).rows
  const [accounts, places, people, categories] = await Promise.all([
    ask<Choice & { channel: string }>(
      `SELECT id, name, channel FROM channel_account WHERE merchant_id = $1 AND status <> 'off' ORDER BY id`,
    ),
    ask<Choice>('SELECT id, name FROM location WHERE merchant_id = $1 AND archived_at IS NULL ORDER BY rank, id'),
    ask<Choice>(
      `SELECT id, COALESCE(name, role || ' no. ' || id) AS name FROM person WHERE merchant_id = $1 ORDER BY id`,
    ),
    ask<{ category: string }>(
      'SELECT DISTINCT category FROM item WHERE merchant_id = $1 AND category IS NOT NULL ORDER BY category',
    ),
  ])
  return { accounts, places, people, categories: categories.map(({ category }) => category) }
}
