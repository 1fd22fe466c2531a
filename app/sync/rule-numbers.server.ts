import type { Sql } from '../kernel/sql.ts'
import type { Balance } from '../kernel/stock-state.ts'
import { available } from '../pool/available.ts'
import type { ChannelFacts, KeptElsewhere } from '../pool/terms.ts'
import { type Rule, type Scope, scopesOf } from '../pool/rule.ts'
import { stockOf } from '../pool/stock.server.ts'
import type { StockAtLocation, Supply } from '../pool/supply.ts'

/** The rules of a merchant in two states: as they are, and as they would be. */
export type TwoStates = { before: Rule[]; after: Rule[] }

/** A number that would be another. */
export type WouldChange = { itemId: number; accountId: number; before: number; after: number }

/** How far it has come: items looked at, the last one's id, and what would change among those of this step. */
export type Stretch = { items: number; lastItem: number; numbers: number; changes: WouldChange[] }

export type Computing = TwoStates & {
  merchantId: number
  scope: Scope
  /** the channels that are told numbers, with what is known of each */
  channels: Map<number, ChannelFacts>
  at: Date
  /** begins behind this item; 0: at the first */
  afterItem: number
  /** items a step */
  atOnce: number
}

type Row = {
  id: number
  category: string | null
  kind: string
  stock: string | null
  kept: KeptElsewhere[] | null
  accounts: string
}

// Of what lies somewhere only what is for sale makes a number. Grouped by ranges of the keys: a look-up for each item
// would take three times as long for a hundred thousand.
const PAGE = (scoped: string) => `
WITH page AS MATERIALIZED (
  SELECT id, category, kind FROM item WHERE merchant_id = $1 AND id > $2 AND status <> 'deleted' AND undecided IS NULL AND tracked ${scoped} ORDER BY id LIMIT $3
), bounds AS MATERIALIZED (
  SELECT COALESCE(min(id), 0) AS first, COALESCE(max(id), 0) AS last FROM page
), stocked AS (
  SELECT item_id, string_agg(location_id || ':' || available, ',') AS stock FROM balance
  WHERE merchant_id = $1 AND item_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds) AND available > 0 GROUP BY item_id
), listed AS (
  SELECT item_id, string_agg(account_id::text, ',') AS accounts FROM listing
  WHERE merchant_id = $1 AND item_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds) AND status <> 'dead' GROUP BY item_id
), kept AS (
  SELECT k.item_id, json_agg(json_build_object('locationId', k.location_id, 'quantity', LEAST(k.quantity, b.safety_stock))) AS kept
  FROM rule_buffer k JOIN balance b ON b.merchant_id = k.merchant_id AND b.item_id = k.item_id AND b.location_id = k.location_id
  WHERE k.merchant_id = $1 AND k.item_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds) AND k.quantity > 0 GROUP BY k.item_id
)
SELECT p.*, s.stock, k.kept, COALESCE(l.accounts, '') AS accounts
FROM page p LEFT JOIN listed l ON l.item_id = p.id LEFT JOIN stocked s ON s.item_id = p.id LEFT JOIN kept k ON k.item_id = p.id
ORDER BY p.id`

/** Goes through the items of a scope and computes what each channel would show by the rules in both states. */
export async function* numbersIn(db: Sql, computing: Computing): AsyncGenerator<Stretch> {
  const { merchantId, atOnce } = computing
  const places = await placesOf(db, merchantId)
  const numbers = numbersBy(computing, places)
  let after = computing.afterItem
  let next = pageOf(db, computing, after)
  for (;;) {
    const rows = await next
    after = rows.at(-1)?.id ?? after
    // Asked for while these are being computed.
    if (rows.length === atOnce) next = pageOf(db, computing, after)
    yield numbers(rows, await specialOf(db, merchantId, rows))
    if (rows.length < atOnce) return
  }
}

function pageOf(db: Sql, { merchantId, scope, atOnce }: Computing, after: number): Promise<Row[]> {
  const { itemId, category } = scope
  const only = itemId !== null ? ['AND id = $4', itemId] : category !== null ? ['AND category = $4', category] : ['']
  const [scoped, ...value] = only as [string, ...unknown[]]
  const values = [merchantId, after, atOnce, ...value]
  const answer = db.query<Row>({ name: `rule-numbers ${scoped}`, text: PAGE(scoped), values }).then(({ rows }) => rows)
  // Whoever awaits it sees its failure; nobody else is to be disturbed by it.
  answer.catch(() => {})
  return answer
}

async function placesOf(db: Sql, merchantId: number): Promise<Map<string, Omit<StockAtLocation, 'balance'>>> {
  const text = 'SELECT id, name, sellable FROM location WHERE merchant_id = $1'
  const { rows } = await db.query<Omit<StockAtLocation, 'balance'>>({ text, values: [merchantId] })
  return new Map(rows.map((row) => [String(row.id), row]))
}

/** What has more to it than the pieces of its own. */
async function specialOf(db: Sql, merchantId: number, rows: Row[]): Promise<Map<number, Supply>> {
  const special = rows.filter(({ kind }) => kind === 'bundle' || kind === 'made_to_order').map(({ id }) => id)
  if (special.length === 0) return new Map()
  return new Map([...(await stockOf(db, merchantId, special))].map(([id, { supply }]) => [id, supply]))
}

const NOTHING: Balance = {
  available: 0,
  reserved: 0,
  held: 0,
  in_work: 0,
  quality_check: 0,
  damaged: 0,
  safety_stock: 0,
  incoming: 0,
}

type Places = Awaited<ReturnType<typeof placesOf>>

function supplyOf(stock: string | null, places: Places): Supply {
  const at = (stock ?? '').split(',').flatMap((text): StockAtLocation[] => {
    const [id = '', available] = text.split(':')
    const place = places.get(id)
    return place ? [{ ...place, balance: { ...NOTHING, available: Number(available) } }] : []
  })
  return { kind: 'stock', stock: at }
}

type Both = { before: number; after: number }

/** What the items of a category (and no rules of their own) are under on a channel. Equal ones have one id. */
type Class = { id: number; before: Rule[]; after: Rule[]; facts: ChannelFacts }

function classesBy({ before, after, channels }: Computing) {
  const classes = new Map<string, Class>()
  const ids = new Map<string, number>()
  return (accountId: number, { itemId, category }: { itemId: number; category: string | null }): Class => {
    const key = `${accountId} ${category ?? ''}`
    const known = classes.get(key)
    if (known) return known
    const scopes = scopesOf({ accountId, itemId, category })
    const under = (rules: Rule[]) => rules.filter(({ scope }) => scopes.includes(scope))
    const facts = channels.get(accountId)!
    const made = { before: under(before), after: under(after), facts }
    // Its name is for sentences only.
    const print = JSON.stringify({ ...made, facts: { ...facts, name: '' } })
    const id = ids.get(print) ?? ids.size
    ids.set(print, id)
    classes.set(key, { ...made, id })
    return { ...made, id }
  }
}

/** Computes stretches. What has the same stock and is under the same rules has the same number: it is computed once. */
function numbersBy(computing: Computing, places: Places) {
  const { before, after, channels, scope, at } = computing
  const named = new Set([...before, ...after].map((rule) => rule.scope))
  const known = new Map<string, Both>()
  const classOf = classesBy(computing)
  const compute = (row: Row, of: Omit<Class, 'id'>, supply: Supply): Both => {
    const terms = { facts: of.facts, at, oneOfOne: row.kind === 'one_of_one', keptElsewhere: row.kept ?? [] }
    const number = (rules: Rule[]) => available(supply, { ...terms, rules }).quantity
    return { before: number(of.before), after: number(of.after) }
  }
  const ofItsOwn = ({ id, kept }: Row, accountId: number) =>
    kept !== null || named.has(`*|item|${id}`) || named.has(`${accountId}|item|${id}`)
  const both = (row: Row, accountId: number, special: Supply | undefined): Both => {
    const item = { itemId: row.id, category: row.category }
    if (special || ofItsOwn(row, accountId)) {
      const alone = classesBy(computing)(accountId, item)
      return compute(row, alone, special ?? supplyOf(row.stock, places))
    }
    const of = classOf(accountId, item)
    const key = `${of.id} ${row.kind}\n${row.stock ?? ''}`
    const found = known.get(key) ?? compute(row, of, supplyOf(row.stock, places))
    if (known.size < MOST_KNOWN) known.set(key, found)
    return found
  }
  return (rows: Row[], special: Map<number, Supply>): Stretch => {
    const changes: WouldChange[] = []
    let numbers = 0
    for (const row of rows) {
      for (const text of row.accounts.split(',')) {
        const accountId = Number(text)
        if (!channels.has(accountId) || (scope.accountId !== null && scope.accountId !== accountId)) continue
        numbers += 1
        const two = both(row, accountId, special.get(row.id))
        if (two.before !== two.after) changes.push({ itemId: row.id, accountId, ...two })
      }
    }
    return { items: rows.length, lastItem: rows.at(-1)?.id ?? 0, numbers, changes }
  }
}

const MOST_KNOWN = 200_000
