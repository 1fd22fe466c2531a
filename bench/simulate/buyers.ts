import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Action, Life, Order, OrderLine } from './action.ts'
import { goodOnEtsy } from './etsy-goods.ts'
import { sold } from './judge.ts'
import { PLACES } from './shop.ts'

type Wanted = { sku: string; quantity: number }

const MOST_LINES = 2
const MOST_PIECES = 3
const SETS_SHARE = 0.2

/** Things a buyer sees on sale there, one or two of them. */
function basket(life: Life, random: Random, shown: (sku: string) => number): Wanted[] {
  const wanted = new Map<string, Wanted>()
  const lines = happens(random, 0.2) ? MOST_LINES : 1
  for (let n = 0; n < lines; n += 1) {
    const { sku } = pick<{ sku: string }>(random, happens(random, SETS_SHARE) ? life.sets : life.goods)
    const most = Math.min(MOST_PIECES, shown(sku))
    if (most > 0) wanted.set(sku, { sku, quantity: whole(random, 1, most) })
  }
  return [...wanted.values()]
}

async function buyOnShopify(life: Life, random: Random): Promise<void> {
  const { shopify } = life.world
  const sets = new Map(life.sets.map((set) => [set.sku, set]))
  // A set that Shopify computes is there an order of its parts. Of one without a number whoever buys asks whether it is there.
  const lines = basket(life, random, (sku) => {
    const set = sets.get(sku)
    return !set ? shopify.shown(sku) : set.computedThere ? 0 : life.books.left(sku)
  })
  const placed = lines.length > 0 && shopify.placeOrder({ source: 'web', lines })
  if (!placed || isRefusal(placed)) return
  const known = placed.lines.map(({ id, sku, quantity }) => lineOf({ sku: sku ?? '', quantity }, id))
  await sold(life, { channel: 'shopify', id: placed.id, lines: known, paid: true, over: false })
}

/** At the till somebody hands over what lies there and is set aside for nobody. */
async function buyAtTheTill(life: Life, random: Random): Promise<void> {
  const { shopify } = life.world
  const place = shopify.location(
    pick(
      random,
      PLACES.filter(({ sells }) => sells),
    ).name,
  )
  const isSet = (sku: string) => life.sets.some((set) => set.sku === sku)
  const lines = basket(life, random, (sku) =>
    isSet(sku) ? 0 : Math.min(shopify.shown(sku, place.id), life.books.left(sku)),
  )
  const placed = lines.length > 0 && shopify.placeOrder({ source: 'pos', locationId: place.id, lines })
  if (!placed || isRefusal(placed)) return
  const known = placed.lines.map(({ id, sku, quantity }) => ({ sku: sku ?? '', lineId: id, open: 0, sent: quantity }))
  await sold(life, { channel: 'shopify', id: placed.id, lines: known, paid: true, over: false })
  for (const { sku, sent } of known) life.books.ship(sku, sent)
}

async function buyOnEtsy(life: Life, random: Random): Promise<void> {
  const lines = basket(life, random, (sku) => goodOnEtsy(life, sku).shown)
  const paid = !happens(random, 0.1)
  const there = lines.map((line) => ({ ...goodOnEtsy(life, line.sku), ...line }))
  const receipt = lines.length > 0 && life.world.etsy.buy({ lines: there, paid })
  if (!receipt || isRefusal(receipt)) return
  const known = lines.map((line) => lineOf(line, ''))
  await sold(life, { channel: 'etsy', id: String(receipt.receiptId), lines: known, paid, over: false })
}

const buyOn = (name: string) => async (life: Life, random: Random) => {
  const channel = life.plain.get(name)
  const lines = channel ? basket(life, random, (sku) => channel.shown(sku)) : []
  const order = lines.length > 0 && channel?.sell(lines)
  if (!order || isRefusal(order)) return
  const known = lines.map((line) => lineOf(line, line.sku))
  await sold(life, { channel: name, id: order.id, lines: known, paid: true, over: false })
}

const lineOf = ({ sku, quantity }: Wanted, lineId: string): OrderLine => ({ sku, lineId, open: quantity, sent: 0 })

/** The payment that was under way has come, or never does. */
function endPayment(life: Life, random: Random): void {
  const order = life.orders.find(({ paid, over }) => !paid && !over)
  if (!order) return
  const id = Number(order.id)
  if (happens(random, 0.6)) order.paid = !isRefusal(life.world.etsy.pay(id))
  else if (!isRefusal(life.world.etsy.cancel(id))) giveUpAll(life, order)
}

/** All of an order that is not sent is given up. */
export function giveUpAll(life: Life, order: Order): void {
  const at = life.clock.now().getTime()
  order.over = true
  for (const line of order.lines) {
    const of = { channel: order.channel, orderId: order.id, sku: line.sku, at, quantity: line.open }
    if (line.open > 0) life.books.giveUp(of)
    line.open = 0
  }
}

export const BUYERS: Action[] = [
  { name: 'buy on shopify', weight: 14, perform: buyOnShopify },
  { name: 'buy on etsy', weight: 14, perform: buyOnEtsy },
  { name: 'buy on the market', weight: 10, perform: buyOn('market') },
  { name: 'buy on the bazaar', weight: 10, perform: buyOn('bazaar') },
  { name: 'buy at the till', weight: 4, perform: buyAtTheTill },
  { name: 'payment ends', weight: 3, perform: endPayment },
]
