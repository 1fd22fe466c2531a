import { setParts } from '#app/catalog/bundle.server.ts'
import { setMadeToOrder } from '#app/catalog/made-to-order.server.ts'
import { present } from '#app/kernel/assert.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { act } from '#app/sync/act.server.ts'
import { addPlace } from '#app/sync/arrange-place.server.ts'
import { setCategory } from '#app/sync/category.server.ts'
import { addPartner } from '#app/merchant/partner.server.ts'
import type { InProcessWorld } from '../in-process-world.ts'
import { categoryOf, type Good, type MadeSet } from './shop.ts'

export const LEAD_DAYS = 10
/** Places that no channel has: work is done at one, another is with a partner. */
export const BENCH = 'Bench'
export const ON_MEMO = 'On memo'
export const PARTNER = 'A partner'

type Shop = {
  world: InProcessWorld
  db: Sql
  goods: Good[]
  sets: MadeSet[]
  clerk: { merchantId: number; actor: string }
}

/** What a person tells the app about the shop before anything is sold elsewhere: what things are, and where work is done. */
export async function arrange({ world, db, goods, sets, clerk }: Shop): Promise<void> {
  const { sync } = world.road
  const { merchantId, actor } = clerk
  const items = await itemsOf(db, merchantId)
  const idOf = (sku: string) => present(items.get(sku), sku)
  const done = async (asked: Promise<Refusal | object | undefined>) => {
    const answer = await asked
    if (answer && isRefusal(answer)) throw new Error(answer.sentence)
  }
  for (const { sku, parts } of sets) {
    const made = parts.map((part) => ({ itemId: idOf(part.sku), needs: part.needs }))
    const of = { merchantId, bundleId: idOf(sku), parts: made, actor }
    await done(act(sync, clerk, (tx, at) => setParts(tx, { ...of, at })))
  }
  for (const { sku, capacity, size } of goods) {
    const itemId = idOf(sku)
    if (capacity !== undefined)
      await done(act(sync, clerk, (tx) => setMadeToOrder(tx, { merchantId, itemId, capacity, leadDays: LEAD_DAYS })))
    const category = categoryOf({ size })
    if (category !== null) await done(setCategory(sync, clerk, { itemId, category }))
  }
  await addPartner(db, { merchantId, name: PARTNER, at: sync.clock.now() })
  const ours = { owner: 'ours' as const, partnerId: null, sellable: false, expectedHours: null }
  await done(addPlace(sync, clerk, { ...ours, name: BENCH, kind: 'bench', work: 'polishing', needsCheck: true }))
  await done(addPlace(sync, clerk, { ...ours, name: ON_MEMO, kind: 'memo_out', work: null, needsCheck: false }))
}

async function itemsOf(db: Sql, merchantId: number): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: number; sku: string }>({
    text: 'SELECT id, sku FROM item WHERE merchant_id = $1',
    values: [merchantId],
  })
  return new Map(rows.map(({ id, sku }) => [sku, id]))
}
