import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { exchange } from '#app/orders/exchange.server.ts'
import { addOurLine, cancelOurs, sendOurs } from '#app/orders/our-line.server.ts'
import { receiveReturn } from '#app/orders/return.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Action, Life, Order, OrderLine } from './action.ts'
import { by, somethingForSale, through } from './doing.ts'

const LATEST = 40

type Sent = { order: Order; line: OrderLine; lineId: number }

/** A line of which pieces are with the buyer, by the app's word too. */
async function somethingSent(life: Life, random: Random): Promise<Sent | undefined> {
  const isSet = (sku: string) => life.sets.some((set) => set.sku === sku)
  const sent = life.orders
    .slice(-LATEST)
    .flatMap((order) => order.lines.map((line) => ({ order, line })))
    .filter(({ line }) => line.sent > 0 && line.open === 0 && !isSet(line.sku) && !isUnique(life, line.sku))
  if (sent.length === 0) return undefined
  const { order, line } = pick(random, sent)
  const text = `SELECT l.id FROM channel_order o JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
    WHERE o.merchant_id = $1 AND o.account_id = $2 AND o.external_id = $3 AND l.sku = $4 AND l.source <> 'ours'
      AND l.shipped = $5 AND l.returned = 0`
  const values = [life.world.merchantId, life.accounts.get(order.channel), order.id, line.sku, line.sent]
  const { rows } = await life.db.query<{ id: number }>({ name: 'line-sent', text, values })
  return rows[0] && { order, line, lineId: rows[0].id }
}

const isUnique = ({ goods }: Life, sku: string) => goods.some((good) => good.sku === sku && good.unique)

/** Pieces of it are in the house again; nobody says any more of that line, so that what is said of it is of these. */
function tookBack(life: Life, { order, line }: Sent, quantity: number): void {
  const at = life.clock.now().getTime()
  life.books.takeBack({ channel: order.channel, orderId: order.id, sku: line.sku, at, quantity, restock: true })
  line.sent = 0
}

/** A buyer has sent something back, and a person opens the parcel. */
async function parcelComes(life: Life, random: Random): Promise<void> {
  const sent = await somethingSent(life, random)
  if (!sent) return
  const quantity = whole(random, 1, sent.line.sent)
  const { token, ...who } = by(life)
  const asked = { ...who, token, lineId: sent.lineId, quantity, condition: 'as new' as const }
  if (!isRefusal(await through(life, (tx, at) => receiveReturn(tx, { ...asked, at })))) tookBack(life, sent, quantity)
}

/** The buyer gets something else for it, or another of the same. */
async function giveInstead(life: Life, random: Random): Promise<void> {
  const sent = await somethingSent(life, random)
  const other = await somethingForSale(
    life,
    random,
    life.goods.filter(({ unique }) => !unique),
  )
  if (!sent || !other) return
  const quantity = 1
  const { lineId } = sent
  const { sku, itemId } = other
  const exchanges = happens(random, 0.5)
  const done = await through(life, (tx, at) => {
    const asked = { ...by(life), at, quantity, itemId }
    if (!exchanges) return addOurLine(tx, { ...asked, forLine: lineId, as: 'replace' })
    return exchange(tx, { ...asked, lineId, back: 'now', condition: 'as new' })
  })
  if (isRefusal(done)) return
  life.books.change(sku, { sellable: -quantity, total: 0 })
  if (exchanges) tookBack(life, sent, quantity)
}

/** What is given instead is sent, or not after all. */
async function endOurs(life: Life, random: Random): Promise<void> {
  const text = `SELECT l.id AS "lineId", i.sku, l.reserved AS n FROM order_line l JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    WHERE l.merchant_id = $1 AND l.source = 'ours' AND l.reserved > 0 ORDER BY l.id LIMIT 5`
  type Ours = { lineId: number; sku: string; n: number }
  const { rows } = await life.db.query<Ours>({ name: 'ours-open', text, values: [life.world.merchantId] })
  if (rows.length === 0) return
  const { lineId, sku, n: quantity } = pick(random, rows)
  const sends = happens(random, 0.6)
  const end = sends ? sendOurs : cancelOurs
  const done = await through(life, (tx, at) => end(tx, { ...by(life), at, lineId, quantity }))
  if (!isRefusal(done))
    life.books.change(sku, sends ? { sellable: 0, total: -quantity } : { sellable: quantity, total: 0 })
}

export const EXCHANGES: Action[] = [
  { name: 'a parcel comes back', weight: 2, perform: parcelComes },
  { name: 'give something instead', weight: 2, perform: giveInstead },
  { name: 'end what is given', weight: 2, perform: endOurs },
]
