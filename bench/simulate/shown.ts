import { present } from '#app/kernel/assert.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import type { StockAtLocation, Supply } from '#app/pool/supply.ts'
import { goodOnEtsy } from './etsy-goods.ts'
import type { Violation } from './laws.ts'
import { type Condition, isFor, limited, type OnChannel, type Rulebook } from './rulebook.ts'
import { categoryOf } from './shop.ts'
import type { Stage } from './stage.ts'

const ETSY_CAP = 999
const LAW = 'after quiet every channel shows what it should'

type Sold = { sku: string; onlyOne: boolean; size: string | null; isSet: boolean }
type Kept = { itemId: number; locationId: number; quantity: number }

/** What a channel does not show as it should: by what lies where, and by the rules that people have made. */
export async function channelsShowOther(stage: Stage): Promise<Violation[]> {
  const { world, plain, rules } = stage
  const items = await itemsOf(stage)
  const stock = await stockOf(stage.db, world.merchantId, [...items.values()])
  const kept = await keptBack(stage)
  const conditions = await conditionsOf(stage)
  const at = world.road.sync.clock.now()
  return soldBy(stage).flatMap(({ sku, onlyOne, size, isSet }) => {
    const itemId = present(items.get(sku), sku)
    const supply = present(stock.get(itemId), sku).supply
    const keptOfIt = kept.filter((one) => one.itemId === itemId)
    return ['shopify', 'etsy', ...plain.keys()].flatMap((channel) => {
      // Of a set Shopify keeps no number, or computes it by itself.
      if (channel === 'shopify' && isSet) return []
      const of = { channel, sku, category: categoryOf({ size }), onlyOne, at }
      const pool = channel === 'shopify' ? whole(supply) : piecesFor(supply, rules.inForce(of), keptOfIt)
      const should = channel === 'shopify' ? pool : told({ of, pool, rules, condition: conditions.get(channel) })
      const there = shownThere(stage, channel, sku)
      return there === should ? [] : [{ law: LAW, detail: `${sku}: ${channel} shows ${there}, should ${should}` }]
    })
  })
}

function soldBy({ goods, sets }: Stage): Sold[] {
  const isOne = new Set(goods.filter(({ unique }) => unique).map(({ sku }) => sku))
  return [
    ...goods.map(({ sku, size, unique }) => ({ sku, size, onlyOne: unique, isSet: false })),
    ...sets.map(({ sku, parts }) => ({
      sku,
      size: null,
      onlyOne: parts.some((part) => isOne.has(part.sku)),
      isSet: true,
    })),
  ]
}

const HEALTHY: Condition = { healthy: true, p95Ms: null }

type Told = { of: OnChannel; pool: number; rules: Rulebook; condition: Condition | undefined }

function told({ of, pool, rules, condition = HEALTHY }: Told): number {
  const shown = limited(pool, rules.inForce(of), { ...condition, onlyOne: of.onlyOne })
  return of.channel === 'etsy' ? Math.min(shown, ETSY_CAP) : shown
}

/** What a channel shows of a thing now. */
export function shownThere(stage: Stage, channel: string, sku: string): number {
  if (channel === 'shopify') return stage.world.shopify.shown(sku)
  return channel === 'etsy' ? goodOnEtsy(stage, sku).shown : (stage.plain.get(channel)?.shown(sku) ?? 0)
}

type InForce = ReturnType<Rulebook['inForce']>

const lyingFor = (stock: StockAtLocation[], rules: InForce, kept: Kept[] = []): number =>
  stock
    .filter(({ name, sellable }) => sellable && isFor(rules, name))
    .reduce((sum, { id, balance }) => {
      const lent = kept.filter(({ locationId }) => locationId === id).reduce((n, { quantity }) => n + quantity, 0)
      return sum + balance.available + lent
    }, 0)

function piecesFor(supply: Supply, rules: InForce, kept: Kept[]): number {
  if (supply.kind === 'bundle')
    return Math.min(...supply.components.map(({ stock, needs }) => Math.floor(lyingFor(stock, rules) / needs)))
  const more = supply.kind === 'made_to_order' ? Math.max(0, supply.capacity - supply.taken) : 0
  return lyingFor(supply.stock, rules, kept) + more
}

const whole = (supply: Supply): number => (supply.kind === 'bundle' ? 0 : lyingFor(supply.stock, new Map()))

async function itemsOf({ db, world }: Stage): Promise<Map<string, number>> {
  const text = 'SELECT id, sku FROM item WHERE merchant_id = $1'
  const { rows } = await db.query<{ id: number; sku: string }>({ text, values: [world.merchantId] })
  return new Map(rows.map(({ id, sku }) => [sku, id]))
}

/** What rules keep back from Shopify, and from Shopify only. */
async function keptBack({ db, world }: Stage): Promise<Kept[]> {
  const text = `SELECT k.item_id AS "itemId", k.location_id AS "locationId", LEAST(k.quantity, b.safety_stock) AS quantity FROM rule_buffer k
    JOIN balance b ON b.merchant_id = k.merchant_id AND b.item_id = k.item_id AND b.location_id = k.location_id WHERE k.merchant_id = $1`
  return (await db.query<Kept>({ text, values: [world.merchantId] })).rows
}

async function conditionsOf({ db, world, accounts }: Stage): Promise<Map<string, Condition>> {
  const text = `SELECT DISTINCT ON (account_id) account_id AS "accountId", p95_ms AS "p95Ms", healthy FROM channel_fact
    WHERE merchant_id = $1 ORDER BY account_id, at DESC`
  const { rows } = await db.query<Condition & { accountId: number }>({ text, values: [world.merchantId] })
  const of = new Map(rows.map(({ accountId, ...condition }) => [accountId, condition]))
  return new Map([...accounts].flatMap(([channel, id]) => (of.has(id) ? [[channel, of.get(id)!]] : [])))
}
