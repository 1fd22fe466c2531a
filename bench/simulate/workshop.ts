import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { failReturn, passReturn } from '#app/orders/return.server.ts'
import { convert } from '#app/pool/conversion.server.ts'
import { act } from '#app/sync/act.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import { type Action, insist, type Life } from './action.ts'
import { placesOf } from './staff.ts'

/** A ring is made into another size. */
async function resize(life: Life, random: Random): Promise<void> {
  const from = pick(
    random,
    life.goods.filter(({ size }) => size !== null),
  )
  const to = pick(
    random,
    life.goods.filter(({ style, size }) => style === from.style && size !== from.size),
  )
  const place = (await placesOf(life, from.sku)).find(({ available }) => available > 0)
  const [other] = await placesOf(life, to.sku)
  if (!place || !other) return
  const at = { locationId: place.locationId, quantity: 1, state: 'available' as const }
  const { merchantId } = life.world
  const asked = {
    kind: 'resized' as const,
    takes: [{ itemId: place.itemId, ...at }],
    makes: [{ itemId: other.itemId, ...at }],
    merchantId,
    token: String(life.step.seed),
    actor: life.clerk.actor,
    remark: 'Another size was wanted.',
  }
  const done = await insist(life, () =>
    act(life.world.road.sync, { merchantId }, (tx, moment) => convert(tx, { ...asked, at: moment })),
  )
  if (isRefusal(done)) return
  const sells = Number(place.sellable)
  life.books.change(from.sku, { sellable: -sells, total: -1 })
  life.books.change(to.sku, { sellable: sells, total: 1 })
}

type Parcel = { parcelId: number; sku: string; waiting: number }

/** Somebody looks at what came back. */
async function lookAtReturn(life: Life, random: Random): Promise<void> {
  const text = `SELECT p.id AS "parcelId", i.sku, p.waiting FROM return_parcel p JOIN item i ON i.merchant_id = p.merchant_id AND i.id = p.item_id
    WHERE p.merchant_id = $1 AND p.waiting > 0 ORDER BY p.id LIMIT 5`
  const { merchantId } = life.world
  const { rows } = await life.db.query<Parcel>({ name: 'parcels', text, values: [merchantId] })
  if (rows.length === 0) return
  const { parcelId, sku, waiting } = pick(random, rows)
  const quantity = whole(random, 1, waiting)
  const passes = happens(random, 0.8)
  const judge = passes ? passReturn : failReturn
  const asked = { parcelId, quantity, merchantId, actor: life.clerk.actor, token: String(life.step.seed) }
  const done = await insist(life, () =>
    act(life.world.road.sync, { merchantId }, (tx, at) => judge(tx, { ...asked, at })),
  )
  if (!isRefusal(done) && passes) life.books.change(sku, { sellable: quantity, total: 0 })
}

export const WORKSHOP: Action[] = [
  { name: 'resize a ring', weight: 4, perform: resize },
  { name: 'look at a return', weight: 3, perform: lookAtReturn },
]
