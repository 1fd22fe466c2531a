import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** Who lends us pieces or keeps ours. `name` null: erased. */
export type Partner = { id: number; name: string | null }

export async function partnersOf(db: Sql, merchantId: number): Promise<Partner[]> {
  const text = 'SELECT id, name FROM partner WHERE merchant_id = $1 AND name IS NOT NULL ORDER BY name, id'
  return (await db.query<Partner>({ text, values: [merchantId] })).rows
}

export async function addPartner(
  db: Sql,
  { merchantId, name, at }: { merchantId: number; name: string; at: Date },
): Promise<number> {
  const text = 'INSERT INTO partner (merchant_id, name, created_at) VALUES ($1, $2, $3) RETURNING id'
  return (await db.query<{ id: number }>({ text, values: [merchantId, name, at] })).rows[0]!.id
}

/** Takes a partner's name away, out of what the app wrote about them too. The ledger never held it. */
export async function erasePartner(
  db: Sql,
  { merchantId, partnerId }: { merchantId: number; partnerId: number },
): Promise<Refusal | undefined> {
  const text = `
    WITH was AS (
      SELECT id, name FROM partner WHERE merchant_id = $1 AND id = $2 FOR UPDATE
    ), erased AS (
      UPDATE partner p SET name = NULL FROM was WHERE p.merchant_id = $1 AND p.id = was.id
    ), about AS (
      UPDATE incident i SET sentence = replace(i.sentence, was.name, 'a partner') FROM was
      WHERE i.merchant_id = $1 AND i.kind = 'overdue' AND strpos(i.sentence, was.name) > 0
      RETURNING i.id
    ), notes AS (
      UPDATE incident_note n SET sentence = replace(n.sentence, was.name, 'a partner') FROM was, incident i
      WHERE i.merchant_id = $1 AND i.kind = 'overdue' AND n.merchant_id = i.merchant_id AND n.incident_id = i.id
        AND strpos(n.sentence, was.name) > 0
    )
    SELECT id FROM was`
  const { rows } = await db.query({ text, values: [merchantId, partnerId] })
  return rows.length === 1 ? undefined : refuse('unknown-partner', 'There is no such partner.')
}
