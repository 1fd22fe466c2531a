import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { convert } from '#app/pool/conversion.server.ts'
import { act } from '#app/sync/act.server.ts'
import { pick } from '#sandbox/jeweler/chance.ts'
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

export const WORKSHOP: Action[] = [{ name: 'resize a ring', weight: 4, perform: resize }]
