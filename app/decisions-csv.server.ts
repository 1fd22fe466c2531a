import { csvLine } from './kernel/csv.ts'
import type { Sql } from './kernel/sql.ts'
import { actorsOf } from './merchant/actor.server.ts'
import type { AuditFilter } from './pool/audit.server.ts'

/**
 * Where the decisions of people are kept, beside the ledger: SQL that gives `at`, `actor`, `what` and `about` of a
 * merchant ($1). One entry a table; each is small beside the ledger, and read whole.
 */
const SOURCES: string[] = [
  `SELECT n.at, n.actor, c.kind || ': ' || n.sentence AS what, 'incident/' || c.id AS about FROM incident_note n
    JOIN incident c ON c.merchant_id = n.merchant_id AND c.id = n.incident_id WHERE n.merchant_id = $1`,
  `SELECT answered_at, answered_by, 'the listing is the item: ' || answer, 'listing/' || listing_id || ', item/' || item_id
    FROM match_proposal WHERE merchant_id = $1 AND answered_at IS NOT NULL`,
  `SELECT decided_at, '', CASE WHEN undecided IS NULL THEN 'its number is published' ELSE undecided END, 'item/' || id
    FROM item WHERE merchant_id = $1 AND decided_at IS NOT NULL`,
  `SELECT finished_at, actor, what || ' checked, wrong: ' || wrong, 'books' FROM books_check
    WHERE merchant_id = $1 AND finished_at IS NOT NULL`,
]

const DECISIONS = `
SELECT * FROM (${SOURCES.join(' UNION ALL ')}) d
WHERE ($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3) AND ($4::text IS NULL OR actor = $4)
ORDER BY at, about`

type Row = { at: Date; actor: string; what: string; about: string }

/** What was decided beside the ledger, as CSV. */
export async function* decisionsCsv(db: Sql, merchantId: number, filter: AuditFilter): AsyncGenerator<string> {
  const actors = await actorsOf(db, merchantId)
  yield csvLine(['At (UTC)', 'Who', 'Who (code)', 'What', 'About'])
  const values = [merchantId, filter.from ?? null, filter.until ?? null, filter.actor ?? null]
  for (const { at, actor, what, about } of (await db.query<Row>({ text: DECISIONS, values })).rows) {
    yield csvLine([at.toISOString(), actors[actor] ?? actor, actor, what, about])
  }
}
