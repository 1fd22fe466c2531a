import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** A client: one we know, or one to be written down. */
export type ClientAsked = { clientId: number } | { name: string; contact: string | null }

export type Client = { id: number; name: string; contact: string | null; holds: number }

/**
 * The client's row, locked until the transaction ends, so that their holds can be counted. One that is to be written down
 * gets a row. Refused when this merchant knows no such client.
 */
export async function clientFor(
  tx: Sql,
  who: { merchantId: number; actor: string; at: Date },
  asked: ClientAsked,
): Promise<Refusal | number> {
  if ('clientId' in asked) {
    const text = 'SELECT id FROM client WHERE merchant_id = $1 AND id = $2 AND name IS NOT NULL FOR NO KEY UPDATE'
    const { rows } = await tx.query<{ id: number }>({ text, values: [who.merchantId, asked.clientId] })
    return rows[0]?.id ?? refuse('unknown-client', 'There is no such client.')
  }
  const text =
    'INSERT INTO client (merchant_id, name, contact, made_by, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING id'
  const values = [who.merchantId, asked.name, asked.contact, who.actor, who.at]
  return (await tx.query<{ id: number }>({ text, values })).rows[0]!.id
}

const MOST = 200

/** Clients by name, those with something on hold first; the first two hundred of them. */
export async function clientsOf(db: Sql, merchantId: number): Promise<Client[]> {
  const text = `SELECT c.id, c.name, c.contact, COALESCE(h.n, 0) AS holds FROM client c
    LEFT JOIN (SELECT client_id, count(*)::int AS n FROM hold WHERE merchant_id = $1 AND status = 'active' GROUP BY client_id) h
      ON h.client_id = c.id
    WHERE c.merchant_id = $1 AND c.name IS NOT NULL
    ORDER BY h.n IS NULL, c.name, c.id LIMIT ${MOST}`
  return (await db.query<Client>({ name: 'clients-of', text, values: [merchantId] })).rows
}

/**
 * Forgets who a client is, and what was noted of their deposits. Their holds stay, and the ledger, which names only a
 * number. False when there is no such client.
 */
export async function forgetClient(db: Sql, merchantId: number, clientId: number): Promise<boolean> {
  const text = `WITH notes AS (
      UPDATE remark r SET text = NULL FROM hold h
      WHERE h.merchant_id = $1 AND h.client_id = $2 AND r.merchant_id = h.merchant_id AND r.id = h.remark_id
    )
    UPDATE client SET name = NULL, contact = NULL WHERE merchant_id = $1 AND id = $2 AND name IS NOT NULL`
  return (await db.query({ text, values: [merchantId, clientId] })).rowCount === 1
}
