import { csvLine } from './kernel/csv.ts'
import type { Sql } from './kernel/sql.ts'
import { actorsOf } from './merchant/actor.server.ts'
import type { AuditFilter } from './pool/audit.server.ts'

// What an own source below tells with more words than the note of the decision has.
const TOLD_WITH_MORE = ['rule-save', 'rule-end', 'rule-undo', 'item-category', 'item-category-undo']
  .concat(['add-place', 'edit-place', 'archive-place', 'close', 'match', 'match-all', 'publish'])
  .map((name) => `'${name}'`)
  .join(', ')

// What a version of a rule says, as far as it is not in its reason.
const RULE_SAYS = `concat_ws(', ', replace(v.kind, '_', ' ') || ' ' || v.quantity, 'few: ' || v.low, 'slow from ' || v.slow_ms || ' ms',
  CASE WHEN v.places <> '{}' THEN 'places ' || array_to_string(v.places, ' ') END, 'from ' || v.starts_at, 'until ' || v.ends_at,
  'answers for it: person/' || v.owner_id, 'review on ' || v.review_on)`
const RULE_ABOUT = `concat_ws(', ', 'rule/' || v.rule_id || '@' || v.version, COALESCE('item/' || v.item_id, 'category ' || v.category, 'everything'),
  COALESCE('channel/' || v.account_id, 'every channel'))`

/** What of a change's words is another after it: "name: Safe > Vault". */
const changed = (
  of: string,
) => `(SELECT string_agg(k || ': ' || COALESCE(${of}.before ->> k, '–') || ' > ' || COALESCE(${of}.after ->> k, '–'), '; ' ORDER BY k)
  FROM jsonb_object_keys(${of}.after) k WHERE ${of}.after -> k IS DISTINCT FROM ${of}.before -> k)`

/**
 * Where decisions are kept, beside the ledger: SQL that gives `at`, `actor`, `origin`, `what`, `words` (why, as somebody
 * wrote it) and `about` of a merchant ($1). What people decided on a page is in decision_made whatever it was; a table
 * that knows more of it, or knows what the app and the channels decided, has an entry of its own.
 */
const SOURCES: string[] = [
  `SELECT d.at, d.actor, d.origin, d.decision AS what, NULL AS words, (SELECT string_agg(key || ' ' || (value #>> '{}'), ', ' ORDER BY key)
      FROM jsonb_each(d.about)) AS about
    FROM decision_made d WHERE d.merchant_id = $1 AND d.decision NOT IN (${TOLD_WITH_MORE})`,
  `SELECT v.valid_from, v.saved_by, NULL, 'rule saved: ' || ${RULE_SAYS}, r.text, ${RULE_ABOUT}
    FROM rule_version v LEFT JOIN remark r ON r.merchant_id = v.merchant_id AND r.id = v.remark_id WHERE v.merchant_id = $1`,
  `SELECT v.valid_to, COALESCE(v.ended_by, ''), NULL, 'rule ended: ' || ${RULE_SAYS}, NULL, ${RULE_ABOUT}
    FROM rule_version v WHERE v.merchant_id = $1 AND v.valid_to IS NOT NULL AND NOT EXISTS (SELECT FROM rule_version n
      WHERE n.merchant_id = v.merchant_id AND n.rule_id = v.rule_id AND n.version > v.version AND n.valid_from = v.valid_to)`,
  `SELECT c.at, c.actor, NULL, CASE WHEN c.before = '{}' THEN 'place made: ' ELSE 'place changed: ' END || COALESCE(${changed('c')}, 'nothing'), NULL,
      'location/' || c.location_id FROM place_change c WHERE c.merchant_id = $1`,
  `SELECT c.at, c.actor, NULL, 'category changed: ' || COALESCE(${changed('c')}, 'nothing'), NULL, 'item/' || c.item_id
    FROM item_category_change c WHERE c.merchant_id = $1`,
  `SELECT n.at, n.actor, NULL, c.kind || ': ' || n.sentence, NULL, 'incident/' || c.id FROM incident_note n
    JOIN incident c ON c.merchant_id = n.merchant_id AND c.id = n.incident_id WHERE n.merchant_id = $1`,
  `SELECT answered_at, answered_by, NULL, 'the listing is the item: ' || answer, NULL, 'listing/' || listing_id || ', item/' || item_id
    FROM match_proposal WHERE merchant_id = $1 AND answered_at IS NOT NULL`,
  `SELECT i.decided_at, COALESCE(d.actor, ''), d.origin, CASE WHEN i.undecided IS NULL THEN 'its number is published' ELSE i.undecided END, NULL, 'item/' || i.id
    FROM item i LEFT JOIN LATERAL (SELECT actor, origin FROM decision_made d WHERE d.merchant_id = $1 AND d.decision = 'publish'
      AND d.at >= i.decided_at AND d.about ->> 'itemId' = i.id::text ORDER BY d.at LIMIT 1) d ON true
    WHERE i.merchant_id = $1 AND i.decided_at IS NOT NULL`,
  `SELECT finished_at, actor, NULL, what || ' checked, wrong: ' || wrong, NULL, 'books' FROM books_check
    WHERE merchant_id = $1 AND finished_at IS NOT NULL`,
]

const AT_ONCE = 2_000

// Along the moment; of one moment along what is told of it, which is told once then.
const DECISIONS = `
SELECT at, actor, COALESCE(origin, '') AS origin, what, COALESCE(words, '') AS words, COALESCE(about, '') AS about
FROM (${SOURCES.join(' UNION ALL ')}) d
WHERE ($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3)
  AND ($4::text IS NULL OR actor = $4 OR starts_with(actor, $4 || '/'))
  AND ($5::timestamptz IS NULL OR (at, COALESCE(about, ''), what, actor) > ($5, $6, $7, $8))
ORDER BY at, COALESCE(about, ''), what, actor LIMIT ${AT_ONCE}`

type Row = { at: Date; actor: string; origin: string; what: string; words: string; about: string }

/** What was decided beside the ledger, as CSV: who, when, what, why in their words, and from where. Some at a time. */
export async function* decisionsCsv(db: Sql, merchantId: number, filter: AuditFilter): AsyncGenerator<string> {
  const actors = await actorsOf(db, merchantId)
  yield csvLine(['At (UTC)', 'Who', 'Who (code)', 'From where', 'What', 'In their words', 'About'])
  const asked = [merchantId, filter.from ?? null, filter.until ?? null, filter.actor ?? null]
  for (let last: Row | undefined; ;) {
    const after = last ? [last.at, last.about, last.what, last.actor] : [null, '', '', '']
    const { rows }: { rows: Row[] } = await db.query<Row>({ text: DECISIONS, values: [...asked, ...after] })
    for (const { at, actor, origin, what, words, about } of rows)
      yield csvLine([at.toISOString(), actors[actor] ?? actor, actor, origin || actor, what, words, about])
    if (rows.length < AT_ONCE) return
    last = rows.at(-1)
  }
}
