import type { Sql } from '../kernel/sql.ts'

/** Where publishers listen: the payload is the merchant whose stock changed. */
export const STOCK_CHANNEL = 'vitrine_stock'
/** Where open pages listen: the payload is the merchant whose rows changed. */
export const CHANGED_CHANNEL = 'vitrine_changed'

/**
 * Says that a merchant's stock changed: publishers look at once, pages ask again. Only a hint, so it is sent after the
 * commit: a NOTIFY inside a transaction makes every commit of the database wait for every other.
 */
export async function wake(db: Sql, merchantId: number): Promise<void> {
  const text = `SELECT pg_notify($1, $3), pg_notify($2, $3)`
  await db.query({ name: 'wake', text, values: [STOCK_CHANNEL, CHANGED_CHANNEL, String(merchantId)] })
}

/** Says that something a page shows has changed. */
export async function tellPages(db: Sql, merchantId: number): Promise<void> {
  await db.query({
    name: 'tell-pages',
    text: 'SELECT pg_notify($1, $2)',
    values: [CHANGED_CHANNEL, String(merchantId)],
  })
}
