import type { RunTransaction, Sql } from '../kernel/sql.ts'
import type { Role } from './role.ts'

/** Somebody who works at the merchant's. `subject` is the `sub` of Shopify's ID token. */
export type Person = { id: number; subject: string; role: Role }

export type Visitor = { merchantId: number; subject: string; at: Date }

/** The database, and a way to do something there as one. */
export type Store = { db: Sql; inTransaction: RunTransaction }

/** The person this is. One never seen before is taken in: the first of a merchant as its owner, the others as staff. */
export async function personOf(store: Store, visitor: Visitor): Promise<Person> {
  return (await known(store.db, visitor)) ?? store.inTransaction((tx) => takeIn(tx, visitor))
}

async function known(db: Sql, { merchantId, subject }: Visitor): Promise<Person | undefined> {
  const text = 'SELECT id, subject, role FROM person WHERE merchant_id = $1 AND subject = $2'
  return (await db.query<Person>({ name: 'person-of', text, values: [merchantId, subject] })).rows[0]
}

async function takeIn(tx: Sql, visitor: Visitor): Promise<Person> {
  const { merchantId, subject, at } = visitor
  // One at a time for each merchant, or two first visitors would both be owners.
  await tx.query({ text: 'SELECT 1 FROM merchant WHERE id = $1 FOR NO KEY UPDATE', values: [merchantId] })
  const text = `INSERT INTO person (merchant_id, subject, role, first_seen)
    SELECT $1, $2, CASE WHEN EXISTS (SELECT FROM person WHERE merchant_id = $1) THEN 'staff' ELSE 'owner' END, $3
    ON CONFLICT (merchant_id, subject) DO UPDATE SET subject = EXCLUDED.subject
    RETURNING id, subject, role`
  return (await tx.query<Person>({ text, values: [merchantId, subject, at] })).rows[0]!
}
