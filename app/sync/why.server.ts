import { capabilitiesOf, STOCKED_CHANNELS } from '../channels/registry.ts'
import type { Sql } from '../kernel/sql.ts'
import { available, type Availability, type Step } from '../pool/available.ts'
import type { ChannelFacts } from '../pool/terms.ts'
import { balancesOf, supplyAt } from '../pool/balance-at.server.ts'
import { categoryAt } from '../pool/category-at.ts'
import type { Rule } from '../pool/rule.ts'
import { rulesLateral, rulesThenLateral, type Under } from '../pool/rules.server.ts'
import { ONLY_ONE, stockLateral } from '../pool/stock.server.ts'
import type { Supply } from '../pool/supply.ts'
import { type Derivation, suppliedBy } from './derivation.ts'
import { ownCartsOf } from './own-carts.server.ts'

/** A number that a channel was told: when it was sent, and what became of it. */
export type Told = { quantity: number; sentAt: Date; answeredAt: Date; outcome: 'accepted' | 'rejected' | 'unknown' }

/** Why a listing shows what it does: the number that the pool gave it at that moment in steps, and what it was told. */
export type Why = { listingId: number; accountId: number; account: string; should: Availability; told: Told | null }

type Row = {
  listingId: number
  accountId: number
  account: string
  channel: string
  unexplained: number
  oneOfOne: boolean
  supply: Supply
  rules: Rule[]
  p95Ms: number | null
  healthy: boolean | null
  derivation: Derivation | Step[] | null
} & { [K in keyof Told]: Told[K] | null }
type RowNow = Row & Under

const SHOWN = `l.id AS "listingId", l.account_id AS "accountId", a.name AS account, a.channel, l.unexplained,
  ${ONLY_ONE} AS "oneOfOne", s.supply, f.p95_ms AS "p95Ms", f.healthy, p.quantity, p.sent_at AS "sentAt",
  p.answered_at AS "answeredAt", p.outcome, p.derivation`

// What was known of the channel, and what it had been told, up to a moment ($3): read as one with the rest. A question is
// answered in two or three statements, however many channels an item is on.
const LISTED = `listing l
JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
CROSS JOIN ${stockLateral('l.merchant_id', 'l.item_id')} s
LEFT JOIN LATERAL (SELECT * FROM channel_fact c WHERE c.merchant_id = l.merchant_id AND c.account_id = l.account_id
  AND c.at <= $3 ORDER BY c.at DESC LIMIT 1) f ON true
LEFT JOIN LATERAL (SELECT * FROM publication b WHERE b.merchant_id = l.merchant_id AND b.listing_id = l.id
  AND b.sent_at <= $3 ORDER BY b.sent_at DESC, b.id DESC LIMIT 1) p ON true`
const WHERE = 'WHERE l.merchant_id = $1 AND l.item_id = $2 ORDER BY l.account_id, l.id'

const NOW = `SELECT ${SHOWN}, u.rules, u."rulesVersion", u."keptElsewhere" FROM ${LISTED}
CROSS JOIN ${rulesLateral({ merchant: 'l.merchant_id', account: 'l.account_id', item: 'i.id', category: 'i.category' })} u
${WHERE}`

const THEN = `SELECT ${SHOWN}, r.rules FROM ${LISTED}
CROSS JOIN LATERAL (SELECT ${categoryAt('i', '$3')} AS category OFFSET 0) c
CROSS JOIN ${rulesThenLateral({ merchant: 'l.merchant_id', account: 'l.account_id', item: 'i.id', category: 'c.category', at: '$3' })} r
${WHERE}`

const isStocked = ({ channel }: Row) => STOCKED_CHANNELS.includes(channel)

const factsOf = ({ account, channel, p95Ms, healthy }: Row): ChannelFacts => ({
  name: account,
  maximumShown: capabilitiesOf(channel).maximumShown,
  p95Ms,
  healthy: healthy ?? true,
})

/** Why each channel shows what it shows of an item, now. Empty when no channel lists it. */
export async function whyNow(
  db: Sql,
  merchantId: number,
  { itemId, at }: { itemId: number; at: Date },
): Promise<Why[]> {
  const { rows } = await db.query<RowNow>({ name: 'why-now', text: NOW, values: [merchantId, itemId, at] })
  return Promise.all(
    rows.map(async (row) => {
      const { supply, rules, keptElsewhere, oneOfOne, unexplained } = row
      const facts = factsOf(row)
      if (!isStocked(row))
        return whyOf(row, available(supply, { rules, keptElsewhere, oneOfOne, at, facts: { ...facts, unexplained } }))
      const carts = await ownCartsOf(db, { merchantId, id: row.accountId }, [itemId])
      return whyOf(row, available(supply, { rules: [], facts: { ...facts, inOwnCarts: carts.get(itemId) ?? 0 }, at }))
    }),
  )
}

const whyOf = (row: Row, should: Availability): Why => ({
  listingId: row.listingId,
  accountId: row.accountId,
  account: row.account,
  should,
  told: toldBy(row),
})

const toldBy = ({ quantity, sentAt, answeredAt, outcome }: Row): Told | null =>
  quantity === null || !sentAt || !answeredAt || !outcome ? null : { quantity, sentAt, answeredAt, outcome }

/**
 * The same for a past second: what the ledger had recorded by then, the rules, the places and the item's category as they
 * were then, and of what nobody keeps a history (a bundle's parts, what could be made) what the number sent last before
 * it followed from.
 */
export async function whyThen(
  db: Sql,
  merchantId: number,
  { itemId, at }: { itemId: number; at: Date },
): Promise<Why[]> {
  const { rows } = await db.query<Row>({ name: 'why-then', text: THEN, values: [merchantId, itemId, at] })
  const balances = balancesOf(db, merchantId, at)
  return Promise.all(
    rows.map(async (row) => {
      const kept = row.derivation && !Array.isArray(row.derivation) ? row.derivation : null
      const then = await supplyAt(balances, { itemId, supply: kept ? suppliedBy(kept) : row.supply })
      const facts = factsOf(row)
      if (isStocked(row)) return whyOf(row, available(then.supply, { rules: [], facts, at }))
      const unexplained = kept?.terms.facts.unexplained ?? 0
      const { rules, oneOfOne } = row
      const terms = { rules, facts: { ...facts, unexplained }, at, oneOfOne, keptElsewhere: then.kept }
      return whyOf(row, available(then.supply, terms))
    }),
  )
}
