import type { Sql } from '../kernel/sql.ts'
import type { Capabilities } from '../channels/connector.ts'
import type { Account } from '../merchant/account.server.ts'
import { available } from '../pool/available.ts'
import { rulesLateral, type Under } from '../pool/rules.server.ts'
import { ONLY_ONE, stockLateral } from '../pool/stock.server.ts'
import type { Supply } from '../pool/supply.ts'
import { factsOf } from './channel-facts.server.ts'

/** A listing that will show another number once its channel is live. */
export type WillChange = { listingId: number; itemId: number; title: string; shown: number; should: number }

/** What going live will do. `first`: the largest changes. `unmatched`: listings nobody has said an item for. */
export type GoingLive = { compared: number; lowered: number; raised: number; unmatched: number; first: WillChange[] }

const FIRST = 10
// A person reads this once, before going live, and the page asks again with every change: not all of a large shop.
const AT_MOST = 2_000

type Row = Under & {
  listingId: number
  itemId: number
  title: string
  shown: number | null
  oneOfOne: boolean
  supply: Supply
}

/** Compares what a channel's matched listings show (the first 2,000) with what they will be told. */
export async function goingLive(
  db: Sql,
  account: Account,
  { capabilities, at }: { capabilities: Pick<Capabilities, 'maximumShown'>; at: Date },
): Promise<GoingLive> {
  const text = `SELECT l.id AS "listingId", l.item_id AS "itemId", l.title, l.shown, s.supply, ${ONLY_ONE} AS "oneOfOne",
      u.rules, u."rulesVersion", u."keptElsewhere"
    FROM listing l JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id, ${stockLateral('l.merchant_id', 'l.item_id')} s,
      ${rulesLateral({ merchant: 'l.merchant_id', account: 'l.account_id', item: 'i.id', category: 'i.category' })} u
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.status IN ('active', 'sold_out') AND i.undecided IS NULL AND (i.tracked OR i.kind = 'bundle')
      AND i.status <> 'deleted'
    ORDER BY l.id LIMIT ${AT_MOST}`
  const { rows } = await db.query<Row>({ name: 'going-live', text, values: [account.merchantId, account.id] })
  const facts = await factsOf(db, account, capabilities)
  const changes = rows
    .map(({ listingId, itemId, title, shown, supply, ...under }) => {
      const should = available(supply, { ...under, facts, at }).quantity
      return { listingId, itemId, title, shown: shown ?? 0, should }
    })
    .filter(({ shown, should }) => shown !== should)
    .sort((a, b) => Math.abs(b.should - b.shown) - Math.abs(a.should - a.shown) || a.listingId - b.listingId)
  const lowered = changes.filter(({ shown, should }) => should < shown).length
  const unmatched = await countUnmatched(db, account)
  return { compared: rows.length, lowered, raised: changes.length - lowered, unmatched, first: changes.slice(0, FIRST) }
}

async function countUnmatched(db: Sql, { merchantId, id }: Account): Promise<number> {
  const text = `SELECT count(*)::int AS n FROM listing WHERE merchant_id = $1 AND account_id = $2 AND item_id IS NULL
    AND status NOT IN ('dead', 'draft')`
  return (await db.query<{ n: number }>({ text, values: [merchantId, id] })).rows[0]?.n ?? 0
}
