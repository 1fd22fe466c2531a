import type { Sql } from '../kernel/sql.ts'
import { rulesVersionSql } from '../pool/rules.server.ts'
import { ORDER_COLUMNS, RISK, riskSql, standingLateral } from './telling-order.server.ts'

type Owned = { merchantId: number; at: Date }

const OF_A_LISTING = { merchant: 'l.merchant_id', account: 'l.account_id', item: 'l.item_id', category: 'i.category' }

/** Rules of all of a merchant's items, of a category or a channel have changed: its accounts have to look at everything. */
export async function everythingMayBeBehind(
  tx: Sql,
  { merchantId, at }: Owned,
  of: { accountId: number | null; stockedChannels: readonly string[] },
): Promise<void> {
  const text = `INSERT INTO rules_behind (merchant_id, account_id, since)
    SELECT merchant_id, id, $2 FROM channel_account
    WHERE merchant_id = $1 AND status <> 'off' AND channel <> ALL ($4::text[]) AND ($3::int IS NULL OR id = $3)
    ON CONFLICT (merchant_id, account_id) DO UPDATE SET looked_at = 0`
  await tx.query({ text, values: [merchantId, at, of.accountId, of.stockedChannels] })
}

/** Rules of one item have changed: its listings are on the list at once. */
export async function itemMayBeBehind(
  tx: Sql,
  { merchantId, at }: Owned,
  of: { itemId: number; stockedChannels: readonly string[] },
): Promise<void> {
  const text = `INSERT INTO listing_due (merchant_id, account_id, listing_id, ${ORDER_COLUMNS}, since, not_before)
    SELECT l.merchant_id, l.account_id, l.id, ${riskSql({ s: 's', shown: 'l.shown' })}, s.pace, s.pieces, $3, $3::timestamptz FROM listing l
    JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id AND a.status = 'open' AND a.channel <> ALL ($4::text[]),
    ${standingLateral} s
    WHERE l.merchant_id = $1 AND l.item_id = $2
    ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1, attempts = 0,
      not_before = LEAST(listing_due.not_before, EXCLUDED.not_before)`
  await tx.query({ text, values: [merchantId, of.itemId, at, of.stockedChannels] })
}

// Few enough that what is sold meanwhile finds no queue; behind everything that stock has made due (pieces).
const AT_ONCE = 200
const LAST = 1_000_000_000

const TAKE = `
WITH behind AS (
  SELECT account_id, looked_at, since FROM rules_behind WHERE merchant_id = $1 AND account_id = $2 FOR UPDATE SKIP LOCKED
), next AS MATERIALIZED (
  SELECT l.*, b.since FROM behind b, LATERAL (
    SELECT id, merchant_id, account_id, item_id, published_rules FROM listing
    WHERE account_id = $2 AND merchant_id = $1 AND id > b.looked_at AND item_id IS NOT NULL ORDER BY account_id, id LIMIT ${AT_ONCE} OFFSET 0) l
), due AS (
  INSERT INTO listing_due (merchant_id, account_id, listing_id, risk, pieces, since, not_before)
  SELECT l.merchant_id, l.account_id, l.id, ${RISK.restock}, ${LAST}, l.since, $3 FROM next l,
  LATERAL (SELECT category FROM item WHERE merchant_id = l.merchant_id AND id = l.item_id OFFSET 0) i
  WHERE l.published_rules < ${rulesVersionSql(OF_A_LISTING)}
  ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1
), done AS (
  DELETE FROM rules_behind r USING behind WHERE r.merchant_id = $1 AND r.account_id = $2 AND (SELECT count(*) FROM next) < ${AT_ONCE}
), on_the_way AS (
  UPDATE rules_behind r SET looked_at = (SELECT max(id) FROM next) FROM behind
  WHERE r.merchant_id = $1 AND r.account_id = $2 AND (SELECT count(*) FROM next) = ${AT_ONCE}
)
SELECT EXISTS (SELECT FROM behind) AND (SELECT count(*) FROM next) = ${AT_ONCE} AS more`

/**
 * Puts the next listings of an account that are behind the rules on its list, when the list has come to its end. True
 * when there may be more.
 */
export async function takeBehind(db: Sql, account: { merchantId: number; id: number }, at: Date): Promise<boolean> {
  const busy = `SELECT EXISTS (SELECT FROM rules_behind WHERE merchant_id = $1 AND account_id = $2) AS behind,
    EXISTS (SELECT FROM listing_due WHERE account_id = $2 AND not_before <= $3) AS busy`
  const values = [account.merchantId, account.id, at]
  type Found = { behind: boolean; busy: boolean }
  const { behind, busy: listed } = (await db.query<Found>({ name: 'rules-behind', text: busy, values })).rows[0]!
  if (!behind || listed) return behind
  return (await db.query<{ more: boolean }>({ name: 'take-behind', text: TAKE, values })).rows[0]?.more === true
}
