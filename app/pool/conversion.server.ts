import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { type Conversion, conversionProblem, type ConversionKind, type Convertible } from './conversion.ts'
import { conversionPlaces } from './conversion-places.server.ts'
import { append } from './ledger.server.ts'
import type { Change } from './movement.ts'
import { notAllMoved } from './not-all-moved.server.ts'
import { keepRemark } from './remark.server.ts'

/** `token` names it: the same one happens once. `remark`: why, in a person's words. */
export type Converting = Conversion & {
  merchantId: number
  token: string
  actor: string
  remark: string
  at: Date
}

/**
 * Takes pieces out and makes others of them, in one change of the ledger: a ring resized, a set broken or made, a pair
 * broken or made whole. All of it, or a refusal. `freed`: items of which pieces became sellable.
 */
export async function convert(tx: Sql, converting: Converting): Promise<Refusal | { freed: number[] }> {
  const { merchantId, takes, makes } = converting
  const all = [...takes, ...makes]
  const key = `conversion/${converting.token}`
  const items = await lockItems(tx, merchantId, [...new Set(all.map(({ itemId }) => itemId))])
  // After the lock: the same one that has just been committed is seen.
  if (await happened(tx, merchantId, key)) return { freed: [] }
  const problem = conversionProblem(converting, items)
  if (problem) return problem
  const owed = await conversionPlaces(tx, converting)
  if (isRefusal(owed)) return owed
  const cause = await keep(tx, { ...converting, key })
  const done = await append(tx, changeOf(converting, { key, cause }), movesOf(converting, owed))
  if (done === 'already') return { freed: [] }
  if (done !== 'done')
    return done.twice ? notAllMoved(tx, merchantId, done) : refuse('not-there', notThere(done.lacking, items))
  return { freed: makes.filter(({ state }) => state === 'available').map(({ itemId }) => itemId) }
}

// What had a check before it still has, whatever was made of it.
const movesOf = ({ takes, makes }: Conversion, { checkOwed }: { checkOwed: boolean }) => [
  ...takes.map(({ itemId, quantity, ...from }) => ({ itemId, quantity, from, to: { outside: 'converted' as const } })),
  ...makes.map(({ itemId, quantity, ...to }) => ({
    ...{ itemId, quantity, from: { outside: 'converted' as const }, to, stay: { checkOwed } },
  })),
]

const changeOf = (of: Converting, { key, cause }: { key: string; cause: string }): Change => ({
  merchantId: of.merchantId,
  key,
  reason: of.kind,
  actor: of.actor,
  cause,
  accountId: null,
  occurredAt: of.at,
  recordedAt: of.at,
})

function notThere(lacking: number[], items: ReadonlyMap<number, Convertible>): string {
  const names = lacking.map((id) => items.get(id)?.name ?? 'it')
  return `There are not so many of ${new Intl.ListFormat('en-GB').format(names)} at that place and in that state.`
}

// Units that came in from, and went out to, anywhere but a buyer: what a buyer has is still in the world. Few movements:
// an item of one of a kind has one piece's.
const IN_THE_WORLD = `(SELECT COALESCE(sum(m.quantity * ((m.from_location IS NULL AND m.from_state <> 'customer')::int
    - (m.to_location IS NULL AND m.to_state <> 'customer')::int)), 0)::int
  FROM movement m WHERE m.merchant_id = i.merchant_id AND m.item_id = i.id)`

/** The items by id, locked, so that nobody makes a second of one of a kind meanwhile. */
async function lockItems(tx: Sql, merchantId: number, itemIds: number[]): Promise<Map<number, Convertible>> {
  const values = [merchantId, itemIds]
  const lock = 'SELECT FROM item WHERE merchant_id = $1 AND id = ANY ($2::int[]) ORDER BY id FOR NO KEY UPDATE'
  await tx.query({ name: 'lock-convertible', text: lock, values })
  const text = `SELECT i.id, concat_ws(', ', i.title, NULLIF(i.variant, '')) AS name, i.kind, i.status = 'deleted' AS deleted,
      i.half_of AS "halfOf", CASE WHEN i.kind = 'one_of_one' THEN ${IN_THE_WORLD} ELSE 0 END AS "inTheWorld"
    FROM item i WHERE i.merchant_id = $1 AND i.id = ANY ($2::int[])`
  const { rows } = await tx.query<Convertible>({ name: 'convertible', text, values })
  return new Map(rows.map((item) => [item.id, item]))
}

async function happened(tx: Sql, merchantId: number, key: string): Promise<boolean> {
  const text = 'SELECT FROM conversion WHERE merchant_id = $1 AND key = $2'
  return (await tx.query({ name: 'converted-before', text, values: [merchantId, key] })).rowCount !== 0
}

async function keep(tx: Sql, of: Converting & { key: string }): Promise<string> {
  const { merchantId, kind, actor, at, remark, key, takes, makes } = of
  const cause = await keepRemark(tx, { merchantId, actor, text: remark, at })
  const pieces = [...takes.map((one) => ({ ...one, quantity: -one.quantity })), ...makes]
  const text = `WITH made AS (
      INSERT INTO conversion (merchant_id, key, kind, actor, remark_id, made_at)
      VALUES ($1, $2, $3, $4, substring($5 FROM 8)::bigint, $6) RETURNING id
    )
    INSERT INTO conversion_piece (merchant_id, item_id, conversion_id, quantity)
    SELECT $1, p.item_id, made.id, p.quantity FROM made, unnest($7::int[], $8::int[]) AS p (item_id, quantity)`
  const columns = [pieces.map(({ itemId }) => itemId), pieces.map(({ quantity }) => quantity)]
  await tx.query({ name: 'keep-conversion', text, values: [merchantId, key, kind, actor, cause, at, ...columns] })
  return cause
}

/** A conversion that an item had a part in: `quantity` below 0, its pieces became others; above, they were made of them. */
export type ConversionOf = {
  id: number
  kind: ConversionKind
  quantity: number
  madeAt: Date
  actor: string
  /** null: erased */
  remark: string | null
  others: { itemId: number; name: string; quantity: number }[]
}

const SHOWN = 25

/** What became of an item's pieces, and what they were before: newest first, the last 25. */
export async function conversionsOf(db: Sql, merchantId: number, itemId: number): Promise<ConversionOf[]> {
  const text = `SELECT c.id, c.kind, p.quantity, c.made_at AS "madeAt", c.actor, r.text AS remark,
      (SELECT json_agg(json_build_object('itemId', i.id, 'name', concat_ws(', ', i.title, NULLIF(i.variant, '')), 'quantity', o.quantity) ORDER BY i.id)
        FROM conversion_piece o JOIN item i ON i.merchant_id = o.merchant_id AND i.id = o.item_id
        WHERE o.merchant_id = c.merchant_id AND o.conversion_id = c.id AND o.item_id <> p.item_id) AS others
    FROM conversion_piece p JOIN conversion c ON c.merchant_id = p.merchant_id AND c.id = p.conversion_id
    JOIN remark r ON r.merchant_id = c.merchant_id AND r.id = c.remark_id
    WHERE p.merchant_id = $1 AND p.item_id = $2 ORDER BY p.conversion_id DESC LIMIT ${SHOWN}`
  return (await db.query<ConversionOf>({ name: 'conversions-of', text, values: [merchantId, itemId] })).rows
}
