import type { Sql } from '../kernel/sql.ts'

/** Something wrong that a person or the app must fix. One is open at a time for each kind and subject. */
export type NewIncident = {
  merchantId: number
  kind:
    | 'oversell'
    | 'unmapped-line'
    | 'unclear-order'
    | 'drift'
    | 'dead-listing'
    | 'refused-write'
    | 'channel-down'
    | 'hold-astray'
    | 'overdue'
    | 'books-differ'
    | 'seal-broken'
    | 'data-request'
    | 'mirrored-order'
  /** what it is about, as an address of ours: "order/3/1042/line/7" */
  subject: string
  sentence: string
  itemId?: number | null
  accountId?: number | null
  value?: { minor: number; currency: string } | null
  at: Date
}

/** Opens it, or says in the one that is open already what is new about it. Returns its id. */
export async function openIncident(db: Sql, incident: NewIncident): Promise<number> {
  const text = `
    WITH known AS (
      SELECT sentence FROM incident WHERE merchant_id = $1 AND kind = $2 AND subject = $3 AND closed_at IS NULL
    ), opened AS (
      INSERT INTO incident (merchant_id, kind, subject, sentence, item_id, account_id, value_minor, currency, opened_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      ON CONFLICT (merchant_id, kind, subject) WHERE closed_at IS NULL
      DO UPDATE SET sentence = EXCLUDED.sentence, value_minor = EXCLUDED.value_minor, currency = EXCLUDED.currency
      RETURNING id, sentence
    ), noted AS (
      INSERT INTO incident_note (merchant_id, incident_id, at, actor, sentence)
      SELECT $1, id, $9, 'app', sentence FROM opened WHERE NOT EXISTS (SELECT FROM known WHERE known.sentence = opened.sentence)
    )
    SELECT id FROM opened`
  const { merchantId, kind, subject, sentence, at } = incident
  const about = [incident.itemId ?? null, incident.accountId ?? null]
  const value = [incident.value?.minor ?? null, incident.value?.currency ?? null]
  const { rows } = await db.query<{ id: number }>({
    text,
    values: [merchantId, kind, subject, sentence, ...about, ...value, at],
  })
  return rows[0]!.id
}

/** Closes the open incident of this kind and subject, with who and why. Nothing happens when there is none. */
export async function closeIncident(
  db: Sql,
  which: { merchantId: number; kind: NewIncident['kind']; subject: string },
  how: { actor: string; sentence: string; at: Date },
): Promise<void> {
  const text = `
    WITH closed AS (
      UPDATE incident SET closed_at = $5, closed_by = $4
      WHERE merchant_id = $1 AND kind = $2 AND subject = $3 AND closed_at IS NULL
      RETURNING id
    )
    INSERT INTO incident_note (merchant_id, incident_id, at, actor, sentence) SELECT $1, id, $5, $4, $6 FROM closed`
  const values = [which.merchantId, which.kind, which.subject, how.actor, how.at, how.sentence]
  await db.query({ text, values })
}

/** Which of these subjects have an open incident of a kind. */
export async function openOf(
  db: Sql,
  { merchantId, kind }: { merchantId: number; kind: NewIncident['kind'] },
  subjects: string[],
): Promise<string[]> {
  const text = `SELECT subject FROM incident WHERE merchant_id = $1 AND kind = $2 AND subject = ANY ($3) AND closed_at IS NULL`
  const { rows } = await db.query<{ subject: string }>({ name: 'open-of', text, values: [merchantId, kind, subjects] })
  return rows.map(({ subject }) => subject)
}
