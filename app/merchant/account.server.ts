import type { Sql } from '../kernel/sql.ts'

export type AccountStatus = 'connecting' | 'importing' | 'review' | 'open' | 'off'

/** A shop of the merchant on a channel. */
export type Account = {
  merchantId: number
  id: number
  /** 'shopify', 'etsy', … */
  channel: string
  /** the channel's own id of the shop; for Shopify its domain */
  externalId: string
  name: string
  status: AccountStatus
  connectedAt: Date
  /** when it was first in step with us; null: never yet */
  openedAt: Date | null
  /** channel-clock time up to which every order is known; null before the first complete poll */
  watermark: Date | null
  readOwed: boolean
  /** its listings are going off sale, and it with them; null: it is not being left */
  leavingSince: Date | null
}

const COLUMNS = `merchant_id AS "merchantId", id, channel, external_id AS "externalId", name, status,
  connected_at AS "connectedAt", opened_at AS "openedAt", watermark, read_owed AS "readOwed", leaving_since AS "leavingSince"`

export async function accountById(db: Sql, id: number): Promise<Account | undefined> {
  const text = `SELECT ${COLUMNS} FROM channel_account WHERE id = $1`
  return (await db.query<Account>({ name: 'account-by-id', text, values: [id] })).rows[0]
}

/** The account of a shop as its channel names it; whose webhook this is, for one. An account that is off is found too. */
export async function accountOf(db: Sql, channel: string, externalId: string): Promise<Account | undefined> {
  const text = `SELECT ${COLUMNS} FROM channel_account WHERE channel = $1 AND external_id = $2
    ORDER BY (status = 'off'), id DESC LIMIT 1`
  return (await db.query<Account>({ name: 'account-of', text, values: [channel, externalId] })).rows[0]
}

export async function accountsOf(db: Sql, merchantId: number): Promise<Account[]> {
  const text = `SELECT ${COLUMNS} FROM channel_account WHERE merchant_id = $1 ORDER BY id`
  return (await db.query<Account>({ text, values: [merchantId] })).rows
}

/** Ids of all accounts somebody must work for: everything that is not off. */
export async function workingAccounts(db: Sql): Promise<number[]> {
  const text = `SELECT id FROM channel_account WHERE status <> 'off' ORDER BY id`
  return (await db.query<{ id: number }>({ text })).rows.map(({ id }) => id)
}

/** Says where an account stands. One that was disconnected meanwhile stays off: only a person connects it again. */
export async function setStatus(
  db: Sql,
  account: { merchantId: number; id: number },
  status: AccountStatus,
): Promise<void> {
  const text = `UPDATE channel_account SET status = $3 WHERE merchant_id = $1 AND id = $2 AND status <> 'off'`
  await db.query({ text, values: [account.merchantId, account.id, status] })
}

/** From now on it is written to, unless it was disconnected meanwhile. */
export async function openAccount(db: Sql, account: { merchantId: number; id: number }, at: Date): Promise<void> {
  const text = `UPDATE channel_account SET status = 'open', opened_at = COALESCE(opened_at, $3)
    WHERE merchant_id = $1 AND id = $2 AND status <> 'off'`
  await db.query({ text, values: [account.merchantId, account.id, at] })
}

/**
 * Says up to when (channel clock) every order of the account is known. Never moves back. `asOwed`: that was the read
 * which was owed after a write; a read that began before the write is not.
 */
export async function raiseWatermark(
  db: Sql,
  account: { merchantId: number; id: number },
  { to, asOwed = true }: { to: Date; asOwed?: boolean },
): Promise<void> {
  const text = `UPDATE channel_account SET watermark = GREATEST(watermark, $3), read_owed = read_owed AND NOT $4
    WHERE merchant_id = $1 AND id = $2`
  await db.query({ name: 'raise-watermark', text, values: [account.merchantId, account.id, to, asOwed] })
}
