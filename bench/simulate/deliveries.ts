import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { openDelivery } from '#app/pool/delivery.server.ts'
import { closeDelivery, receivePieces } from '#app/pool/receive.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Action, Life } from './action.ts'
import { by, placeCalled, through } from './doing.ts'

const MOST_LINES = 3
const MOST_ORDERED = 3
const MOST_OPEN = 3

type Line = { sku: string; itemId: number; expected: number; received: number }
type Delivery = { id: number; lines: Line[] }

const openIn = new WeakMap<object, Delivery[]>()
const open = (life: Life): Delivery[] => {
  const known = openIn.get(life.books) ?? []
  openIn.set(life.books, known)
  return known
}

async function itemOf({ db, world }: Life, sku: string): Promise<number> {
  const text = 'SELECT id FROM item WHERE merchant_id = $1 AND sku = $2'
  return (await db.query<{ id: number }>({ name: 'item-of', text, values: [world.merchantId, sku] })).rows[0]?.id ?? 0
}

/** Goods are ordered: on their way from now on. */
async function order(life: Life, random: Random): Promise<void> {
  if (open(life).length >= MOST_OPEN) return
  const several = life.goods.filter(({ unique }) => !unique)
  const skus = new Set(Array.from({ length: whole(random, 1, MOST_LINES) }, () => pick(random, several).sku))
  const lines: Line[] = []
  for (const sku of skus)
    lines.push({ sku, itemId: await itemOf(life, sku), expected: whole(random, 1, MOST_ORDERED), received: 0 })
  const place = await placeCalled(life, 'Safe')
  const ordered = lines.map(({ itemId, expected }) => ({ itemId, quantity: expected }))
  const papers = { partnerId: null, reference: 'L-1', locationId: place.id, expectedOn: null, lines: ordered }
  const done = await through(life, (tx, at) => openDelivery(tx, { ...by(life), ...papers }, at))
  if (isRefusal(done)) return
  open(life).push({ id: done.deliveryId, lines })
  for (const { sku, expected } of lines) life.books.change(sku, { sellable: 0, total: expected })
}

/** Some of it is here and has been counted; sometimes more of it than was ordered. */
async function receive(life: Life, random: Random): Promise<void> {
  if (open(life).length === 0) return
  const { id, lines } = pick(random, open(life))
  const line = pick(random, lines)
  const outstanding = Math.max(0, line.expected - line.received)
  const quantity = whole(random, 1, Math.max(1, outstanding + (happens(random, 0.2) ? 1 : 0)))
  const place = await placeCalled(life, pick(random, ['Safe', 'Safe', 'Workshop']))
  const state = pick(random, ['available', 'available', 'quality_check'] as const)
  const to = { locationId: place.id, state }
  const receiving = { ...by(life), deliveryId: id, itemId: line.itemId, quantity, to }
  if (isRefusal(await through(life, (tx, at) => receivePieces(tx, receiving, at)))) return
  line.received += quantity
  const sellable = place.sellable && state === 'available' ? quantity : 0
  life.books.change(line.sku, { sellable, total: quantity - Math.min(quantity, outstanding) })
}

/** Nothing more comes of it. Said twice it is refused, and was done all the same. */
async function close(life: Life, random: Random): Promise<void> {
  if (open(life).length === 0) return
  const [one] = open(life).splice(whole(random, 0, open(life).length - 1), 1)
  if (!one) return
  const { merchantId, actor } = by(life)
  await through(life, (tx, at) => closeDelivery(tx, { merchantId, actor, deliveryId: one.id }, at))
  for (const { sku, expected, received } of one.lines)
    life.books.change(sku, { sellable: 0, total: -Math.max(0, expected - received) })
}

export const DELIVERIES: Action[] = [
  { name: 'order goods', weight: 1, perform: order },
  { name: 'receive goods', weight: 3, perform: receive },
  { name: 'close a delivery', weight: 1, perform: close },
]
