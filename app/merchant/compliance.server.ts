import type { Sql } from '../kernel/sql.ts'
import { ERASABLE, type Erasable, type PeopleTable, type TextTable } from './erasable.ts'

/** A buyer as Shopify's compliance webhooks name them. */
export type Buyer = { customer: string | null; email: string | null; phone: string | null }

/** What is kept of a buyer: so many rows of a table. Never what they say. */
export type Kept = { table: string; rows: number }

/**
 * Shopify's shop/redact, sent 48 hours after a store has uninstalled the app: what lets us in, who worked there and what
 * they wrote is forgotten (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance). The ledger stays,
 * since it says nothing of any person: "person/7" is a number by then. A store that has come back meanwhile is left alone.
 */
export async function forgetShop(db: Sql, shop: string, erasable: Erasable = ERASABLE): Promise<void> {
  const text = `
    WITH gone AS (
      SELECT merchant_id FROM channel_account WHERE channel = 'shopify' AND external_id = $1 AND status = 'off'
    ), sessions AS (
      DELETE FROM "Session" WHERE shop = $1 AND EXISTS (SELECT FROM gone)
    ), people AS (
      UPDATE person SET name = NULL, subject = 'forgotten/' || id WHERE merchant_id IN (SELECT merchant_id FROM gone)
    ), accounts AS (
      UPDATE channel_account SET credentials = NULL, status = 'off' WHERE merchant_id IN (SELECT merchant_id FROM gone)
    )
    SELECT merchant_id AS "merchantId" FROM gone`
  const { rows } = await db.query<{ merchantId: number }>({ text, values: [shop] })
  for (const { merchantId } of rows) {
    for (const { table, columns } of erasable.people) await db.query(erase(table, columns, { merchantId }))
    for (const of of erasable.texts) await db.query(eraseText(of, { merchantId, mention: null }))
  }
}

const erase = (table: string, columns: string[], { merchantId }: { merchantId: number }) => ({
  text: `UPDATE ${table} SET ${columns.map((column) => `${column} = NULL`).join(', ')} WHERE merchant_id = $1`,
  values: [merchantId],
})

/** What names a buyer: anywhere and in any case, as a word of its own as it is written, and by its digits alone. */
type Mention = { anyCase: string[]; wholeWords: string[]; digits: string[] }

const MENTIONS = (column: string) => `EXISTS (
  SELECT FROM unnest($2::text[]) AS w WHERE strpos(lower(${column}), lower(w)) > 0
  UNION ALL SELECT FROM unnest($3::text[]) AS w WHERE ${column} ~ ('\\m' || regexp_replace(w, '([^[:alnum:]])', '\\\\\\1', 'g') || '\\M')
  UNION ALL SELECT FROM unnest($4::text[]) AS w WHERE strpos(regexp_replace(${column}, '[^0-9]', '', 'g'), w) > 0)`

const whereOf = ({ column, only = 'true' }: TextTable, mentions: boolean) =>
  `merchant_id = $1 AND ${column} IS NOT NULL AND ${only}${mentions ? ` AND ${MENTIONS(column)}` : ''}`

function eraseText(of: TextTable, { merchantId, mention }: { merchantId: number; mention: Mention | null }) {
  const { table, column, forgotten } = of
  const to = forgotten === undefined ? 'NULL' : `'${forgotten}'`
  const text = `UPDATE ${table} SET ${column} = ${to} WHERE ${whereOf(of, mention !== null)}`
  return { text, values: [merchantId, ...valuesOf(mention)] }
}

const valuesOf = (mention: Mention | null) => (mention ? [mention.anyCase, mention.wholeWords, mention.digits] : [])

/**
 * Shopify's customers/redact: a buyer is forgotten in every table that may know one, and so is every text that mentions
 * them. Returns what was forgotten. Call it in a transaction.
 */
export async function forgetBuyer(
  tx: Sql,
  { merchantId, buyer }: { merchantId: number; buyer: Buyer },
  erasable: Erasable = ERASABLE,
): Promise<Kept[]> {
  const mention = await mentionOf(tx, { merchantId, buyer, erasable })
  const forgotten: Kept[] = []
  for (const people of erasable.people) {
    const { rowCount } = await tx.query({
      text: `UPDATE ${people.table} SET ${people.columns.map((column) => `${column} = NULL`).join(', ')} WHERE ${isBuyer(people)}`,
      values: [merchantId, buyer.customer, buyer.email, buyer.phone],
    })
    forgotten.push({ table: people.table, rows: rowCount ?? 0 })
  }
  for (const of of erasable.texts) {
    const { rowCount } = await tx.query(eraseText(of, { merchantId, mention }))
    forgotten.push({ table: of.table, rows: rowCount ?? 0 })
  }
  return forgotten.filter(({ rows }) => rows > 0)
}

/** What is kept of a buyer, for the merchant to answer customers/data_request with. */
export async function keptOfBuyer(
  db: Sql,
  { merchantId, buyer }: { merchantId: number; buyer: Buyer },
  erasable: Erasable = ERASABLE,
): Promise<Kept[]> {
  const mention = await mentionOf(db, { merchantId, buyer, erasable })
  const kept: Kept[] = []
  for (const people of erasable.people) {
    const text = `SELECT count(*)::int AS rows FROM ${people.table} WHERE ${isBuyer(people)}`
    const values = [merchantId, buyer.customer, buyer.email, buyer.phone]
    kept.push({ table: people.table, rows: (await db.query<{ rows: number }>({ text, values })).rows[0]?.rows ?? 0 })
  }
  for (const of of erasable.texts) {
    const text = `SELECT count(*)::int AS rows FROM ${of.table} WHERE ${whereOf(of, true)}`
    const values = [merchantId, ...valuesOf(mention)]
    kept.push({ table: of.table, rows: (await db.query<{ rows: number }>({ text, values })).rows[0]?.rows ?? 0 })
  }
  return kept.filter(({ rows }) => rows > 0)
}

const SHORTEST_NUMBER = 7
const digits = (text: string) => `regexp_replace(${text}, '[^0-9]', '', 'g')`

const isBuyer = ({ found: { customer, email, phone } }: PeopleTable): string => {
  const ways = [
    ...(customer ? [`${customer} = $2::text`] : []),
    // A column may say more than one way to reach somebody: "anna@example.org, 079 …".
    ...(email
      ? [
          `strpos(' ' || translate(lower(${email}), ',;:()<>', repeat(' ', 7)) || ' ', ' ' || lower($3::text) || ' ') > 0`,
        ]
      : []),
    ...(phone
      ? [`length(${digits('$4::text')}) >= ${SHORTEST_NUMBER} AND strpos(${digits(phone)}, ${digits('$4::text')}) > 0`]
      : []),
  ]
  // Every parameter is there, whichever of them are looked at.
  return `merchant_id = $1 AND ($2::text IS NULL OR $3::text IS NULL OR $4::text IS NULL OR true) AND (${ways.join(' OR ') || 'false'})`
}

const SHORTEST_NAME = 3

// A name is looked for whole in any case, and each part of it as a word of its own as it is written.
async function mentionOf(
  db: Sql,
  { merchantId, buyer, erasable }: { merchantId: number; buyer: Buyer; erasable: Erasable },
): Promise<Mention> {
  const names: string[] = []
  for (const people of erasable.people.filter(({ name }) => name !== undefined)) {
    const text = `SELECT ${people.name} AS name FROM ${people.table} WHERE ${isBuyer(people)} AND ${people.name} IS NOT NULL`
    const values = [merchantId, buyer.customer, buyer.email, buyer.phone]
    names.push(...(await db.query<{ name: string }>({ text, values })).rows.map(({ name }) => name))
  }
  const parts = names.flatMap((name) => name.split(/\s+/)).filter((part) => part.length >= SHORTEST_NAME)
  const digits = (buyer.phone ?? '').replace(/\D/g, '')
  return {
    anyCase: [...(buyer.email ? [buyer.email] : []), ...names],
    wholeWords: parts,
    digits: digits.length >= SHORTEST_NUMBER ? [digits] : [],
  }
}
