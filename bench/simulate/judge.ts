import type { Life, Order } from './action.ts'
import type { Ordered } from './books.ts'
import { waitingForSets } from './waiting.ts'

type Telling = { channel: string; sku: string; quantity: number }
type Sale = Telling & { oversold: number; told: number | undefined }

/**
 * A sale was taken. Where pieces of it are not there, it is said whether that could have been prevented: not before the
 * news had come, nor when the channel showed more than it was told (unavoidable), nor while it let no number through
 * (rateBound). Anything else breaks the law.
 */
export async function sold(life: Life, order: Order): Promise<void> {
  const { books, told } = life
  const at = life.clock.now().getTime()
  life.orders.push(order)
  for (const { sku, open, sent } of order.lines) {
    const { channel, id: orderId } = order
    const quantity = open + sent
    const key = `${channel}/${sku}`
    const known = told.get(key)
    if (known !== undefined) told.set(key, Math.max(0, known - quantity))
    const waiting = await waitingForSets(life, books.partsOf(sku))
    const oversold = books.sell({ channel, orderId, sku, at, quantity }, waiting)
    if (oversold > 0) await judge(life, { channel, sku, quantity, oversold, told: known })
  }
}

/**
 * A channel was told a higher number than it was thought to show: no sold piece goes back on sale by it that could have
 * been known to be sold (design §1.6).
 */
export async function raised(life: Life, { channel, sku, quantity }: Telling): Promise<void> {
  if (quantity <= life.books.left(sku)) return
  const knew = await couldKnow(life, { channel, sku, quantity: 0 })
  if (quantity <= knew) return
  const detail = `${sku}: ${channel} was told ${quantity} when it could be known that ${Math.max(0, knew)} were left`
  life.violations.push({ law: 'no sold piece goes back on sale', detail })
}

async function judge(life: Life, sale: Sale): Promise<void> {
  const { books, violations } = life
  const { channel, sku, quantity, oversold } = sale
  const knew = await couldKnow(life, sale)
  if (knew >= quantity || (sale.told ?? Infinity) < quantity) books.oversold.unavoidable += oversold
  else if (await heldUp(life, sale)) books.oversold.rateBound += oversold
  else {
    const detail = `${sku}: ${channel} sold ${quantity} when it could be known that ${knew} were left`
    violations.push({ law: 'what was sold twice could not be prevented', detail })
  }
}

// Of a set, what its scarcest part allows.
async function couldKnow(life: Life, { channel, sku, quantity }: Telling): Promise<number> {
  const parts = life.books.partsOf(sku)
  const waiting = await waitingForSets(life, parts)
  let least = Infinity
  for (const part of parts) {
    const known = await couldKnowOf(life, { channel, sku: part.sku, listing: sku, quantity: part.needs * quantity })
    least = Math.min(least, Math.floor((known + waiting(part.sku)) / part.needs))
  }
  return least
}

// Its own sales of it a channel takes off by itself; of all others it is told what the app has booked.
async function couldKnowOf(
  life: Life,
  { channel, sku, listing, quantity }: Telling & { listing: string },
): Promise<number> {
  const at = life.clock.now().getTime()
  const { orders, edits } = life.books.perhapsUnheard(sku, { channel, at, listing })
  let knew = life.books.left(sku) + quantity + life.books.perhapsPutBack(sku, { channel, at })
  for (const order of orders) {
    const unheard = order.each * (order.current - (await booked(life, order)))
    knew += order.odd ? Math.max(0, unheard) : unheard
  }
  for (const edit of edits) if (edit.needsWord || !(await adopted(life, edit))) knew -= edit.delta
  return knew
}

async function booked({ db, world, accounts }: Life, { channel, orderId, sku }: Ordered): Promise<number> {
  const text = `SELECT COALESCE(sum(l.reserved + l.short + l.shipped - l.returned), 0)::int AS n FROM channel_order o
    JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
    WHERE o.merchant_id = $1 AND o.account_id = $2 AND o.external_id = $3 AND l.sku = $4`
  const values = [world.merchantId, accounts.get(channel), orderId, sku]
  return (await db.query<{ n: number }>({ name: 'booked', text, values })).rows[0]?.n ?? 0
}

// Whoever did it in Shopify is not named: the movement by somebody there, after it, is the answer.
async function adopted({ db, world, clock }: Life, { sku, at }: { sku: string; at: number }): Promise<boolean> {
  const text = `SELECT 1 FROM item i JOIN movement m ON m.merchant_id = i.merchant_id AND m.item_id = i.id
    WHERE i.merchant_id = $1 AND i.sku = $2 AND m.reason = 'changed there' AND m.recorded_at >= $3 LIMIT 1`
  const skew = world.road.sync.clock.now().getTime() - clock.now().getTime()
  const { rows } = await db.query({ name: 'adopted', text, values: [world.merchantId, sku, new Date(at + skew)] })
  return rows.length > 0
}

// The number is due, or the read of orders that a write owes and that it would follow from; and the channel's limit or an
// outage of it keeps it: never our own leisure.
async function heldUp({ db, world, accounts, faults, clock }: Life, { channel, sku }: Sale): Promise<boolean> {
  const account = accounts.get(channel) ?? 0
  const text = `SELECT 1 FROM item i
    WHERE i.merchant_id = $1 AND i.sku = $3 AND (
      EXISTS (SELECT FROM mirror_due d WHERE d.account_id = $2 AND d.item_id = i.id)
      OR EXISTS (SELECT FROM channel_account a WHERE a.merchant_id = $1 AND a.id = $2 AND a.read_owed)
      OR EXISTS (SELECT FROM listing l JOIN listing_due d ON d.account_id = l.account_id AND d.listing_id = l.id
        WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.item_id = i.id))`
  const { rows } = await db.query({ name: 'held-up', text, values: [world.merchantId, account, sku] })
  return rows.length > 0 && (world.road.waiting.has(account) || faults.troubledSince(channel, clock.now()))
}
