import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { giveBackPieces } from '#app/sync/give-back.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import { type Action, insist, type Life, type Order, type OrderLine } from './action.ts'
import { giveUpAll } from './buyers.ts'
import { who } from './stage.ts'

type Picked = { order: Order; line: OrderLine; quantity: number }

const LATEST = 30

/** One of the latest orders, and pieces of a line of it. */
function somePieces(life: Life, random: Random, of: { channel: string; from: 'open' | 'sent' }): Picked | undefined {
  const fit = latest(life, of.channel).filter(({ lines }) => lines.some((line) => line[of.from] > 0))
  if (fit.length === 0) return undefined
  const order = pick(random, fit)
  const line = pick(
    random,
    order.lines.filter((one) => one[of.from] > 0),
  )
  return { order, line, quantity: whole(random, 1, line[of.from]) }
}

const latest = (life: Life, channel: string): Order[] =>
  life.orders.filter((order) => order.channel === channel && !order.over).slice(-LATEST)

function someOrder(life: Life, random: Random, channel: string): Order | undefined {
  const fit = latest(life, channel).filter(({ lines, paid }) => paid && lines.some(({ open }) => open > 0))
  return fit.length > 0 ? pick(random, fit) : undefined
}

const about = (life: Life, { order, line, quantity }: Picked) => ({
  channel: order.channel,
  orderId: order.id,
  sku: line.sku,
  quantity,
  at: life.clock.now().getTime(),
})

/** Pieces that were to be sent leave the stock with nobody telling where they are. */
function goMissing(life: Life, { line, quantity }: Picked): void {
  const edit = { channel: 'shopify', sku: line.sku, at: life.clock.now().getTime(), delta: -quantity, needsWord: false }
  life.books.edit(edit, -quantity)
}

/**
 * Whether there are pieces that can go missing: not where more was sold than there is, or that nobody has looked for; and
 * of the parts of a set, which it has not taken, Shopify can say nothing.
 */
const areThere = (life: Life, lines: OrderLine[]) =>
  lines.every(({ sku }) => life.books.left(sku) >= 0 && !life.sets.some((set) => set.sku === sku))

async function cancelOnShopify(life: Life, random: Random): Promise<void> {
  const order = someOrder(life, random, 'shopify')
  if (!order) return
  const gone = happens(random, 0.2) && areThere(life, order.lines) && (await isWhole(life, order))
  const restock = !gone
  const lines = order.lines.map((line) => ({ order, line, quantity: line.open }))
  if (isRefusal(life.world.shopify.cancelOrder(order.id, { restock }))) return
  giveUpAll(life, order)
  if (!restock) for (const one of lines) if (one.quantity > 0) goMissing(life, one)
}

async function takePiecesOff(life: Life, random: Random): Promise<void> {
  const picked = somePieces(life, random, { channel: 'shopify', from: 'open' })
  if (!picked) return
  const { order, line, quantity } = picked
  const restock = !(happens(random, 0.2) && areThere(life, [line]) && (await isWhole(life, order)))
  const { shopify } = life.world
  const done = happens(random, 0.5)
    ? shopify.editOrder(order.id, [{ lineId: line.lineId, quantity }], { restock })
    : shopify.refund(order.id, [{ lineId: line.lineId, quantity, restock: restock ? 'CANCEL' : 'NO_RESTOCK' }])
  if (isRefusal(done)) return
  line.open -= quantity
  life.books.giveUp(about(life, picked))
  if (!restock) goMissing(life, picked)
}

function refundSent(life: Life, random: Random): void {
  const picked = somePieces(life, random, { channel: 'shopify', from: 'sent' })
  if (!picked) return
  const { order, line, quantity } = picked
  // Without a restock the pieces not yet sent would go first: then it is of those that it is said.
  const restock = line.open > 0 || happens(random, 0.6)
  const lines = [{ lineId: line.lineId, quantity, restock: restock ? ('RETURN' as const) : ('NO_RESTOCK' as const) }]
  if (isRefusal(life.world.shopify.refund(order.id, lines))) return
  line.sent -= quantity
  life.books.takeBack({ ...about(life, picked), restock })
}

/** Nobody sends what the app says is not there. */
async function isWhole({ db, world, accounts }: Life, { channel, id, lines }: Order): Promise<boolean> {
  const text = `SELECT COALESCE(sum(l.reserved), 0)::int AS held, COALESCE(sum(l.short), 0)::int AS short FROM channel_order o
    JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
    WHERE o.merchant_id = $1 AND o.account_id = $2 AND o.external_id = $3`
  const values = [world.merchantId, accounts.get(channel), id]
  const row = (await db.query<{ held: number; short: number }>({ name: 'is-whole', text, values })).rows[0]
  return row?.short === 0 && row.held === lines.reduce((sum, { open }) => sum + open, 0)
}

async function sendFromShopify(life: Life, random: Random): Promise<void> {
  const order = someOrder(life, random, 'shopify')
  if (!order || !(await isWhole(life, order))) return
  const all = happens(random, 0.7)
  const pieces = order.lines.map((line) => ({ line, quantity: all ? line.open : whole(random, 0, line.open) }))
  const sent = pieces.filter(({ quantity }) => quantity > 0)
  if (sent.length === 0) return
  const said = sent.map(({ line, quantity }) => ({ lineId: line.lineId, quantity }))
  if (!isRefusal(life.world.shopify.fulfill(order.id, said))) noteSent(life, sent)
}

async function sendFromEtsy(life: Life, random: Random): Promise<void> {
  const order = someOrder(life, random, 'etsy')
  if (!order || !(await isWhole(life, order)) || isRefusal(life.world.etsy.ship(Number(order.id)))) return
  noteSent(
    life,
    order.lines.map((line) => ({ line, quantity: line.open })),
  )
  order.over = true
}

function noteSent(life: Life, sent: { line: OrderLine; quantity: number }[]): void {
  for (const { line, quantity } of sent) {
    line.open -= quantity
    line.sent += quantity
    life.books.ship(line.sku, quantity)
  }
}

function cancelOnEtsy(life: Life, random: Random): void {
  const order = someOrder(life, random, 'etsy')
  if (order && !isRefusal(life.world.etsy.cancel(Number(order.id)))) giveUpAll(life, order)
}

function cancelOnPlain(life: Life, random: Random): void {
  const [name, channel] = pick(random, [...life.plain])
  const picked = somePieces(life, random, { channel: name, from: 'open' })
  if (!picked) return
  const { order, line, quantity } = picked
  if (isRefusal(channel.cancel(order.id, { sku: line.sku, quantity }))) return
  line.open -= quantity
  life.books.giveUp(about(life, picked))
}

/** Etsy does not say which pieces were given back: a person of ours does. */
async function sayWhichCameBack(life: Life, random: Random): Promise<void> {
  const picked = somePieces(life, random, { channel: 'etsy', from: 'open' })
  if (!picked?.order.paid) return
  const { db, world, accounts } = life
  const text = `SELECT o.id AS "orderId", l.id AS "lineId", l.given_back AS "givenBack" FROM channel_order o
    JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
    WHERE o.merchant_id = $1 AND o.account_id = $2 AND o.external_id = $3 AND l.sku = $4`
  const values = [world.merchantId, accounts.get('etsy'), picked.order.id, picked.line.sku]
  type Row = { orderId: number; lineId: number; givenBack: number }
  const [row] = (await db.query<Row>({ name: 'which-line', text, values })).rows
  if (!row) return
  const given = { orderId: row.orderId, lines: [{ lineId: row.lineId, quantity: picked.quantity }] }
  // Not repeated: this decision has no token yet, and said twice it means twice as many.
  const refused = await insistOnce(
    life,
    () => giveBackPieces(world.road.sync, who(world), given),
    async () => {
      const [now] = (await db.query<Row>({ name: 'which-line', text, values })).rows
      return now?.givenBack === row.givenBack + picked.quantity
    },
  )
  if (isRefusal(refused)) return
  picked.line.open -= picked.quantity
  life.books.giveUp(about(life, picked))
}

/** For what has no token: before it is said again, a person looks whether it was done. */
async function insistOnce<T>(
  life: Life,
  ask: () => Promise<T>,
  wasDone: () => Promise<boolean>,
): Promise<T | undefined> {
  let asked = false
  return insist(life, async () => {
    if (asked && (await wasDone())) return undefined
    asked = true
    return ask()
  })
}

function moveParcel(life: Life, random: Random): void {
  const order = someOrder(life, random, 'shopify')
  if (!order) return
  const { shopify } = life.world
  const place = shopify.location(pick(random, ['Safe', 'Window']))
  if (order.lines.some(({ sku, open }) => shopify.available(sku, place.id) < open)) return
  shopify.moveFulfillment(order.id, place.id)
}

export const HANDLING: Action[] = [
  { name: 'cancel on shopify', weight: 3, perform: cancelOnShopify },
  { name: 'take pieces off an order', weight: 3, perform: takePiecesOff },
  { name: 'refund what was sent', weight: 3, perform: refundSent },
  { name: 'send from shopify', weight: 7, perform: sendFromShopify },
  { name: 'send from etsy', weight: 5, perform: sendFromEtsy },
  { name: 'cancel on etsy', weight: 3, perform: cancelOnEtsy },
  { name: 'cancel on a plain channel', weight: 5, perform: cancelOnPlain },
  { name: 'say which came back', weight: 2, perform: sayWhichCameBack },
  { name: 'move a parcel', weight: 2, perform: moveParcel },
]
