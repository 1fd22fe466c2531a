import { setTimeout as sleep } from 'node:timers/promises'
import { present } from '#app/kernel/assert.ts'
import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Good } from '../goods.ts'
import type { LiveShop } from '../live-shop.ts'
import { Books } from './books.ts'
import { brokenLaws, type Violation } from './laws.ts'

export type ChaosOptions = {
  shop: LiveShop
  /** stocked up, nothing of them sold yet */
  goods: Good[]
  restartDatabase: () => Promise<void>
  random: Random
  seconds: number
  perSecond: number
}

export type Chaos = { sales: number; cancelled: number; killed: number; restarts: number; violations: Violation[] }

type Sold = { channel: 'shopify' | 'etsy'; id: string; sku: string; quantity: number }
type Playing = ChaosOptions & { books: Books; all: Sold[]; open: Sold[]; done: Omit<Chaos, 'violations'> }

// What a lost notification costs at most is a sweep of each minute, and a channel's own second attempt.
const PATIENCE_MS = 180_000
const LOOK_MS = 500
/** Shares of the time at which something dies. */
const MOMENTS = [0.25, 0.5, 0.75]

/**
 * Trades through real processes, killing workers and restarting the database at seeded moments, and then says which laws
 * are broken once everything has had time to come right.
 */
export async function chaos(options: ChaosOptions): Promise<Chaos> {
  const { shop, goods, random, seconds, perSecond } = options
  const books = new Books()
  for (const { sku } of goods) {
    const pieces = shop.shopify.shown(sku)
    books.open(sku, { sellable: pieces, total: pieces })
  }
  const done = { sales: 0, cancelled: 0, killed: 0, restarts: 0 }
  const playing: Playing = { ...options, books, all: [], open: [], done }
  const blows = [killOne, restart, killOne].map((blow, n) => ({ blow, at: (MOMENTS[n] ?? 0) * seconds * 1_000 }))
  const steps = Math.round(seconds * perSecond)
  const began = performance.now()
  for (let n = 0; n < steps; n += 1) {
    await sleep(Math.max(0, began + (n * 1_000) / perSecond - performance.now()))
    if (happens(random, 0.2)) cancelOne(playing)
    else buyOne(playing)
    const [next] = blows
    if (!next || performance.now() - began < next.at) continue
    blows.shift()
    await next.blow(playing)
  }
  return { ...done, violations: await atRest(playing) }
}

function buyOne({ shop, goods, random, books, all, open, done }: Playing): void {
  const { sku, listingId, productId } = pick(random, goods)
  const quantity = whole(random, 1, 2)
  const at = performance.now()
  const sold = (channel: Sold['channel'], id: string) => {
    books.sell({ channel, orderId: id, sku, at, quantity })
    all.push({ channel, id, sku, quantity })
    open.push({ channel, id, sku, quantity })
    done.sales += 1
  }
  if (happens(random, 0.5)) {
    const order = shop.shopify.placeOrder({ source: 'web', lines: [{ sku, quantity }] })
    if (!isRefusal(order)) sold('shopify', order.id)
  } else {
    const receipt = shop.etsy.buy({ lines: [{ listingId, productId, quantity }] })
    if (!isRefusal(receipt)) sold('etsy', String(receipt.receiptId))
  }
}

function cancelOne({ shop, random, books, open, done }: Playing): void {
  if (open.length === 0) return
  const [order] = open.splice(whole(random, 0, open.length - 1), 1)
  const { channel, id, sku, quantity } = present(order, 'an order')
  const cancelled = channel === 'etsy' ? shop.etsy.cancel(Number(id)) : shop.shopify.cancelOrder(id, { restock: true })
  if (isRefusal(cancelled)) return
  books.giveUp({ channel, orderId: id, sku, at: performance.now(), quantity })
  done.cancelled += 1
}

/** A worker is killed without a word, and its supervisor starts another. */
async function killOne({ shop, random, done }: Playing): Promise<void> {
  const [worker] = shop.workers.splice(whole(random, 0, shop.workers.length - 1), 1)
  process.kill(present(worker?.pid, 'the pid of a worker'), 'SIGKILL')
  await worker?.ended
  done.killed += 1
  shop.workers.push(await shop.addWorker())
}

async function restart({ restartDatabase, done }: Playing): Promise<void> {
  await restartDatabase()
  done.restarts += 1
}

async function atRest(playing: Playing): Promise<Violation[]> {
  let broken = await brokenNow(playing)
  for (let waited = 0; waited < PATIENCE_MS && broken.length > 0; waited += LOOK_MS) {
    await sleep(LOOK_MS)
    broken = await brokenNow(playing)
  }
  return broken
}

async function brokenNow({ shop, goods, books, all }: Playing): Promise<Violation[]> {
  const merchant = await shop.db.query<{ id: number }>({ text: 'SELECT id FROM merchant' })
  const text = `SELECT i.sku, sum(b.available)::int AS available FROM item i
    JOIN balance b ON b.merchant_id = i.merchant_id AND b.item_id = i.id GROUP BY i.sku`
  const { rows } = await shop.db.query<{ sku: string; available: number }>({ text })
  const available = new Map(rows.map((row) => [row.sku, row.available]))
  const law = 'the app and every channel say what is there'
  const off: Violation[] = []
  for (const { sku, listingId, productId } of goods) {
    const left = books.left(sku)
    const said = [available.get(sku) ?? 0, shop.shopify.shown(sku), shop.etsy.shown(listingId, productId)]
    if (said.every((n) => n === left)) continue
    const detail = `${sku}: ${left} left, said to be ${said.join(', ')}; ${await storyOf(shop, sku, all)}`
    off.push({ law, detail })
  }
  return [...(await brokenLaws(shop.db, present(merchant.rows[0], 'the merchant').id, null)), ...off]
}

// Processes and their races are not played again by a seed: what can be known of a failure must be told with it.
async function storyOf({ db }: LiveShop, sku: string, all: Sold[]): Promise<string> {
  const orders = all
    .filter((sold) => sold.sku === sku)
    .map(({ channel, id, quantity }) => `${channel} ${id} × ${quantity}`)
  const text = `SELECT json_build_object(
      'booked', (SELECT json_agg(json_build_object('order', o.external_id, 'updated', o.updated_at, 'reserved', l.reserved, 'short', l.short,
          'current', l.current_quantity, 'returned', l.returned) ORDER BY o.id) FROM order_line l JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
        WHERE l.merchant_id = i.merchant_id AND l.item_id = i.id),
      'listings', (SELECT json_agg(json_build_object('account', l.account_id, 'shown', l.shown, 'seen', l.seen_at, 'unexplained', l.unexplained))
        FROM listing l WHERE l.merchant_id = i.merchant_id AND l.item_id = i.id),
      'moved', (SELECT json_agg(concat_ws(' ', m.quantity, m.from_state, m.to_state, m.reason, m.cause, m.recorded_at) ORDER BY m.id)
        FROM movement m WHERE m.merchant_id = i.merchant_id AND m.item_id = i.id),
      'accounts', (SELECT json_agg(json_build_object('channel', a.channel, 'status', a.status, 'watermark', a.watermark)) FROM channel_account a))::text AS story
    FROM item i WHERE i.sku = $1`
  const { rows } = await db.query<{ story: string }>({ text, values: [sku] })
  return `sold: ${orders.join(', ')}; the app: ${rows[0]?.story}`
}
