import type { Random } from '#app/kernel/clock.ts'
import { setMadeToOrder } from '#app/catalog/made-to-order.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { convert } from '#app/pool/conversion.server.ts'
import { breakPairs, mendPairs } from '#app/pool/pair.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Action, Life } from './action.ts'
import { LEAD_DAYS } from './arrange.ts'
import { by, spotsOf, through } from './doing.ts'
import { BOX, BOXED, PAIR } from './shop.ts'
import { placesOf } from './staff.ts'

/** A box of two things is packed, or unpacked. */
async function box(life: Life, random: Random): Promise<void> {
  const makes = happens(random, 0.5)
  const [from, to] = makes ? [BOXED, [BOX]] : [[BOX], BOXED]
  const lying = await Promise.all([...from, ...to].map((sku) => placesOf(life, sku)))
  const name = pick(random, ['Safe', 'Window'])
  const pieces = lying.flatMap((places) => places.filter((place) => place.name === name))
  const takes = pieces.slice(0, from.length)
  if (pieces.length < lying.length || takes.some(({ available }) => available === 0)) return
  const one = ({ itemId, locationId }: { itemId: number; locationId: number }) => ({
    ...{ itemId, locationId },
    quantity: 1,
    state: 'available' as const,
  })
  const kind = makes ? ('set made' as const) : ('set broken' as const)
  const asked = {
    ...by(life),
    kind,
    takes: takes.map(one),
    makes: pieces.slice(from.length).map(one),
    remark: 'For the shop.',
  }
  if (isRefusal(await through(life, (tx, at) => convert(tx, { ...asked, at })))) return
  for (const sku of from) life.books.change(sku, { sellable: -1, total: -1 })
  for (const sku of to) life.books.change(sku, { sellable: 1, total: 1 })
}

/** One of a pair is broken; or there are two again. */
async function pair(life: Life, random: Random): Promise<void> {
  const mends = happens(random, 0.5)
  const half = `${PAIR}-HALF`
  const spots = mends ? await spotsOf(life, half, 'damaged') : await spotsOf(life, PAIR, 'available')
  if (spots.length === 0) return
  const { locationId, sellable } = pick(random, spots)
  const itemId = mends ? ((await placesOf(life, PAIR))[0]?.itemId ?? 0) : (spots[0]?.itemId ?? 0)
  const state = mends ? ('damaged' as const) : ('available' as const)
  const asked = { ...by(life), itemId, quantity: 1, locationId, state, remark: 'One of them.' }
  const change = mends ? mendPairs : breakPairs
  if (isRefusal(await through(life, (tx, at) => change(tx, { ...asked, at })))) return
  const n = mends ? 1 : -1
  life.books.change(PAIR, { sellable: sellable ? n : 0, total: n })
  life.books.change(half, { sellable: 0, total: -n })
}

/** The workshop can make more at a time, or fewer. */
async function changeCapacity(life: Life, random: Random): Promise<void> {
  const { sku } = pick(
    random,
    life.goods.filter((good) => good.capacity !== undefined),
  )
  const text = `SELECT m.item_id AS "itemId", m.capacity FROM made_to_order m JOIN item i ON i.merchant_id = m.merchant_id AND i.id = m.item_id
    WHERE m.merchant_id = $1 AND i.sku = $2`
  type Row = { itemId: number; capacity: number }
  const { merchantId } = life.world
  const [row] = (await life.db.query<Row>({ name: 'capacity', text, values: [merchantId, sku] })).rows
  if (!row) return
  const capacity = whole(random, 1, 4)
  const asked = { merchantId, itemId: row.itemId, capacity, leadDays: LEAD_DAYS }
  const done = await through(life, (tx) => setMadeToOrder(tx, asked))
  if (!isRefusal(done)) life.books.change(sku, { sellable: capacity - row.capacity, total: 0 })
}

export const MADE: Action[] = [
  { name: 'pack a box', weight: 2, perform: box },
  { name: 'break or mend a pair', weight: 2, perform: pair },
  { name: 'make more or fewer', weight: 1, perform: changeCapacity },
]
