import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** How many pieces of an item can be promised beside those that lie ready, and how many days each takes to make. */
export type MakingTerms = { capacity: number; leadDays: number }

type Terms = MakingTerms & { merchantId: number; itemId: number }

export const MOST_CAPACITY = 10_000
export const MOST_LEAD_DAYS = 730

type Row = { name: string; kind: string; deleted: boolean; isPart: boolean; half: boolean; making: number }

/**
 * From now on the item is sold beyond its stock, up to a capacity. Less than is promised already: nothing more is
 * promised until enough is made. `freed`: the item, since orders may wait for the capacity.
 */
export async function setMadeToOrder(tx: Sql, terms: Terms): Promise<Refusal | { freed: number[] }> {
  const { merchantId, itemId, capacity, leadDays } = terms
  if (!isWhole(capacity, MOST_CAPACITY) || !isWhole(leadDays, MOST_LEAD_DAYS))
    return refuse(
      'terms',
      `Up to ${MOST_CAPACITY} pieces can be promised, each within ${MOST_LEAD_DAYS} days, in whole numbers.`,
    )
  const item = await lockItem(tx, merchantId, itemId)
  const problem = problemOf(item)
  if (problem) return problem
  const text = `INSERT INTO made_to_order AS m (merchant_id, item_id, capacity, lead_days) VALUES ($1, $2, $3, $4)
    ON CONFLICT (merchant_id, item_id) DO UPDATE SET capacity = $3, lead_days = $4, version = m.version + 1`
  await tx.query({ name: 'set-made-to-order', text, values: [merchantId, itemId, capacity, leadDays] })
  await becomes(tx, { merchantId, itemId, kind: 'made_to_order' })
  return { freed: [itemId] }
}

/** The item is sold from its stock alone again. Refused while some of it is still to be made. */
export async function endMadeToOrder(
  tx: Sql,
  { merchantId, itemId }: { merchantId: number; itemId: number },
): Promise<Refusal | { freed: number[] }> {
  const item = await lockItem(tx, merchantId, itemId)
  if (item?.kind !== 'made_to_order') return refuse('not-made-to-order', 'There is no such item that is made to order.')
  if (item.making > 0)
    return refuse(
      'still-to-make',
      `${item.making} of ${item.name} ${item.making === 1 ? 'is' : 'are'} still to be made.`,
    )
  const text = `UPDATE made_to_order SET capacity = 0, version = version + 1 WHERE merchant_id = $1 AND item_id = $2`
  await tx.query({ name: 'end-made-to-order', text, values: [merchantId, itemId] })
  await becomes(tx, { merchantId, itemId, kind: 'replenishable' })
  return { freed: [] }
}

const isWhole = (n: number, most: number) => Number.isSafeInteger(n) && n >= 0 && n <= most

function problemOf(item: Row | undefined): Refusal | undefined {
  if (!item || item.deleted) return refuse('unknown-item', 'There is no such item.')
  const { name, kind, isPart, half } = item
  if (kind === 'one_of_one') return refuse('one-of-one', `${name} is one of a kind: there is no second to be made.`)
  if (kind === 'bundle') return refuse('bundle', `${name} is a set: its parts are made, not the set.`)
  if (isPart) return refuse('is-part', `${name} is a part of a set, and parts must lie in stock.`)
  return half ? refuse('half', `${name} is one of a pair.`) : undefined
}

// The capacity first, as whoever promises it does, and only then what is promised of it.
async function lockItem(tx: Sql, merchantId: number, itemId: number): Promise<Row | undefined> {
  const values = [merchantId, itemId]
  const lock = 'SELECT FROM item WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE'
  await tx.query({ name: 'lock-item', text: lock, values })
  const capacity = 'SELECT FROM made_to_order WHERE merchant_id = $1 AND item_id = $2 FOR UPDATE'
  await tx.query({ name: 'lock-its-capacity', text: capacity, values })
  const text = `SELECT concat_ws(', ', i.title, NULLIF(i.variant, '')) AS name, i.kind, i.status = 'deleted' AS deleted,
      i.half_of IS NOT NULL AS half, EXISTS (SELECT FROM bundle_component c
        WHERE c.merchant_id = i.merchant_id AND c.component_id = i.id AND c.until IS NULL) AS "isPart",
      (SELECT COALESCE(sum(s.to_make), 0)::int FROM shortfall s
        WHERE s.merchant_id = i.merchant_id AND s.item_id = i.id AND s.outstanding > 0) AS making
    FROM item i WHERE i.merchant_id = $1 AND i.id = $2`
  return (await tx.query<Row>({ name: 'item-to-make', text, values })).rows[0]
}

// Its number changes without a movement: seq is lifted, and the channels look.
async function becomes(tx: Sql, { merchantId, itemId, kind }: { merchantId: number; itemId: number; kind: string }) {
  const text = `WITH made AS (
      UPDATE item SET kind = $3, composition = composition + 1 WHERE merchant_id = $1 AND id = $2 RETURNING id
    )
    INSERT INTO stock_changed (merchant_id, key, item_id) SELECT $1, 'item/' || id, id FROM made`
  await tx.query({ name: 'item-becomes', text, values: [merchantId, itemId, kind] })
}

/** A line that pieces are to be made for. */
export type ToMake = {
  lineId: number
  order: string
  channel: string
  url: string | null
  pieces: number
  makeBy: Date | null
}

export type Making = MakingTerms & { taken: number; lines: ToMake[] }

const SHOWN = 50

/** The terms of an item that is made to order, with what is to be made of it, the most urgent first (50 lines); null for others. */
export async function makingOf(db: Sql, merchantId: number, itemId: number): Promise<Making | null> {
  const text = `SELECT m.capacity, m.lead_days AS "leadDays", (SELECT COALESCE(sum(s.to_make), 0)::int FROM shortfall s
      WHERE s.merchant_id = m.merchant_id AND s.item_id = m.item_id AND s.outstanding > 0) AS taken
    FROM made_to_order m JOIN item i ON i.merchant_id = m.merchant_id AND i.id = m.item_id AND i.kind = 'made_to_order'
    WHERE m.merchant_id = $1 AND m.item_id = $2`
  const values = [merchantId, itemId]
  const [terms] = (await db.query<MakingTerms & { taken: number }>({ name: 'making-of', text, values })).rows
  return terms ? { ...terms, lines: await linesToMake(db, merchantId, itemId) } : null
}

async function linesToMake(db: Sql, merchantId: number, itemId: number): Promise<ToMake[]> {
  const text = `SELECT l.id AS "lineId", o.name AS "order", a.name AS channel, o.url, s.to_make AS pieces, s.make_by AS "makeBy"
    FROM shortfall s
    JOIN order_line l ON l.merchant_id = s.merchant_id AND l.id = s.line_id
    JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
    WHERE s.merchant_id = $1 AND s.item_id = $2 AND s.outstanding > 0 AND s.to_make > 0
    ORDER BY s.make_by, s.id LIMIT ${SHOWN}`
  return (await db.query<ToMake>({ name: 'lines-to-make', text, values: [merchantId, itemId] })).rows
}
