import { capabilitiesOf } from '../channels/registry.ts'
import type { Sql } from '../kernel/sql.ts'
import { available, type Availability, type Step } from '../pool/available.ts'
import type { Terms } from '../pool/terms.ts'
import { balancesOf, supplyAt } from '../pool/balance-at.server.ts'
import { scopesSql, type Rule } from '../pool/rule.ts'
import { RULE_JSON, rulesLateral, type Under } from '../pool/rules.server.ts'
import { ONLY_ONE, stockLateral } from '../pool/stock.server.ts'
import type { Supply } from '../pool/supply.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { factsOf } from './channel-facts.server.ts'
import { type Derivation, suppliedBy } from './derivation.ts'
import { ownCartsOf } from './own-carts.server.ts'

/** A number that a channel was told: when it was sent, and what became of it. */
export type Told = { quantity: number; sentAt: Date; answeredAt: Date; outcome: 'accepted' | 'rejected' | 'unknown' }

/** Why a listing shows what it does: the number that the pool gave it at that moment in steps, and what it was told. */
export type Why = { listingId: number; accountId: number; account: string; should: Availability; told: Told | null }

type Row = Under & {
  listingId: number
  accountId: number
  account: string
  channel: string
  unexplained: number
  oneOfOne: boolean
  category: string | null
  supply: Supply
}

const LISTED = `SELECT l.id AS "listingId", l.account_id AS "accountId", a.name AS account, a.channel, l.unexplained,
  ${ONLY_ONE} AS "oneOfOne", i.category, s.supply, u.rules, u."rulesVersion", u."keptElsewhere"
FROM listing l
JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id,
${stockLateral('l.merchant_id', 'l.item_id')} s,
${rulesLateral({ merchant: 'l.merchant_id', account: 'l.account_id', item: 'i.id', category: 'i.category' })} u
WHERE l.merchant_id = $1 AND l.item_id = $2 ORDER BY l.account_id, l.id`

const isStocked = ({ channel }: Row) => STOCKED_CHANNELS.includes(channel)
const named = (merchantId: number, { accountId, account }: Row) => ({ merchantId, id: accountId, name: account })

/** Why each channel shows what it shows of an item, now. Empty when no channel lists it. */
export async function whyNow(
  db: Sql,
  merchantId: number,
  { itemId, at }: { itemId: number; at: Date },
): Promise<Why[]> {
  const { rows } = await db.query<Row>({ name: 'why-listed', text: LISTED, values: [merchantId, itemId] })
  return Promise.all(
    rows.map(async (row) => {
      const facts = await factsOf(db, named(merchantId, row), capabilitiesOf(row.channel))
      const { supply, rules, keptElsewhere, oneOfOne, unexplained } = row
      const carts = isStocked(row) ? await ownCartsOf(db, named(merchantId, row), [itemId]) : new Map<number, number>()
      const terms: Terms = isStocked(row)
        ? { rules: [], facts: { ...facts, inOwnCarts: carts.get(itemId) ?? 0 }, at }
        : { rules, keptElsewhere, oneOfOne, at, facts: { ...facts, unexplained } }
      return whyOf(row, available(supply, terms), await toldBy(db, merchantId, { ...row, at }))
    }),
  )
}

const whyOf = ({ listingId, accountId, account }: Row, should: Availability, last: Publication | null): Why => {
  const told = last && {
    quantity: last.quantity,
    sentAt: last.sentAt,
    answeredAt: last.answeredAt,
    outcome: last.outcome,
  }
  return { listingId, accountId, account, should, told }
}

type Publication = Told & { derivation: Derivation | Step[] }

async function toldBy(db: Sql, merchantId: number, { listingId, at }: { listingId: number; at: Date }) {
  const text = `SELECT quantity, sent_at AS "sentAt", answered_at AS "answeredAt", outcome, derivation FROM publication
    WHERE merchant_id = $1 AND listing_id = $2 AND sent_at <= $3 ORDER BY sent_at DESC, id DESC LIMIT 1`
  const { rows } = await db.query<Publication>({ name: 'told-by', text, values: [merchantId, listingId, at] })
  return rows[0] ?? null
}

/**
 * The same for a past second: what the ledger had recorded by then, the rules as they were then, and of what nobody
 * keeps a history (a bundle's parts, what could be made) what the number sent last before it followed from.
 */
export async function whyThen(
  db: Sql,
  merchantId: number,
  { itemId, at }: { itemId: number; at: Date },
): Promise<Why[]> {
  const { rows } = await db.query<Row>({ name: 'why-listed', text: LISTED, values: [merchantId, itemId] })
  const balances = balancesOf(db, merchantId, at)
  return Promise.all(
    rows.map(async (row) => {
      const last = await toldBy(db, merchantId, { ...row, at })
      const kept = last && !Array.isArray(last.derivation) ? last.derivation : null
      const known = kept ? suppliedBy(kept) : row.supply
      const [then, facts, rules] = await Promise.all([
        supplyAt(balances, { itemId, supply: known }),
        factsOf(db, named(merchantId, row), { ...capabilitiesOf(row.channel), at }),
        isStocked(row) ? [] : rulesThen(db, merchantId, { ...row, itemId, at }),
      ])
      const unexplained = kept?.terms.facts.unexplained ?? 0
      const terms: Terms = isStocked(row)
        ? { rules, facts, at }
        : { rules, facts: { ...facts, unexplained }, at, oneOfOne: row.oneOfOne, keptElsewhere: then.kept }
      return whyOf(row, available(then.supply, terms), last)
    }),
  )
}

async function rulesThen(
  db: Sql,
  merchantId: number,
  of: { accountId: number; itemId: number; category: string | null; at: Date },
): Promise<Rule[]> {
  const text = `SELECT ${RULE_JSON} AS rule FROM rule_version r
    WHERE r.merchant_id = $1 AND r.scope = ANY (${scopesSql({ account: '$2::int', item: '$3::int', category: '$4::text' })})
      AND r.valid_from <= $5 AND (r.valid_to IS NULL OR r.valid_to > $5) ORDER BY r.rule_id`
  const values = [merchantId, of.accountId, of.itemId, of.category, of.at]
  return (await db.query<{ rule: Rule }>({ name: 'rules-then', text, values })).rows.map(({ rule }) => rule)
}
