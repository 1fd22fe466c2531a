import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { bulkMove } from '#app/pool/bulk-move.server.ts'
import { keepRemark } from '#app/pool/remark.server.ts'
import { undo } from '#app/pool/undo.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Action, Life } from './action.ts'
import { by, placeCalled, through } from './doing.ts'
import { placesOf } from './staff.ts'

const MOST_LINES = 4
const LATEST = 5

type Carried = { sku: string; quantity: number; sellable: number }
type Act = { key: string; carried: Carried[] }

const doneIn = new WeakMap<object, Act[]>()
const acts = (life: Life): Act[] => {
  const known = doneIn.get(life.books) ?? []
  doneIn.set(life.books, known)
  return known
}

/** Many things from one place to another, all or none. */
async function carryMany(life: Life, random: Random): Promise<void> {
  const [fromName, toName] = pick(random, [
    ['Safe', 'Window'],
    ['Window', 'Workshop'],
    ['Workshop', 'Safe'],
    ['Safe', 'Workshop'],
  ] as const)
  const [from, to] = [await placeCalled(life, fromName), await placeCalled(life, toName)]
  const skus = new Set(Array.from({ length: whole(random, 2, MOST_LINES) }, () => pick(random, life.goods).sku))
  const lines: { itemId: number; quantity: number }[] = []
  const carried: Carried[] = []
  for (const sku of skus) {
    const place = (await placesOf(life, sku)).find(({ name }) => name === fromName)
    if (!place || place.available === 0) continue
    const quantity = whole(random, 1, Math.min(2, place.available))
    lines.push({ itemId: place.itemId, quantity })
    carried.push({ sku, quantity, sellable: (Number(to.sellable) - Number(from.sellable)) * quantity })
  }
  if (lines.length === 0) return
  const ends = {
    from: { locationId: from.id, state: 'available' as const },
    to: { locationId: to.id, state: 'available' as const },
  }
  const how = { dueAt: null, partnerId: null, check: null, bought: false, why: 'They are wanted there.' }
  const done = await through(life, (tx, at) => bulkMove(tx, { ...by(life), ...ends, ...how, lines }, at))
  if (isRefusal(done)) return
  acts(life).push({ key: `bulk-move/${by(life).token}`, carried })
  for (const { sku, sellable } of carried) life.books.change(sku, { sellable, total: 0 })
}

/** It was a mistake: all of it is undone, or what of it still can be. */
async function undoOne(life: Life, random: Random): Promise<void> {
  const latest = acts(life).slice(-LATEST)
  if (latest.length === 0) return
  const one = pick(random, latest)
  const { merchantId, actor } = by(life)
  const whatCan = happens(random, 0.5)
  const done = await through(life, async (tx, at) => {
    const cause = await keepRemark(tx, { merchantId, actor, text: 'It was a mistake.', at })
    return undo(tx, { merchantId, key: one.key, at, actor, cause, whatCan })
  })
  if (isRefusal(done)) return
  acts(life).splice(acts(life).indexOf(one), 1)
  const text = `SELECT DISTINCT i.sku FROM movement m JOIN item i ON i.merchant_id = m.merchant_id AND i.id = m.item_id
    WHERE m.merchant_id = $1 AND m.key = $2`
  const values = [merchantId, `undo/${one.key}`]
  const { rows } = await life.db.query<{ sku: string }>({ name: 'undone', text, values })
  const back = new Set(rows.map(({ sku }) => sku))
  for (const { sku, sellable } of one.carried)
    if (back.has(sku)) life.books.change(sku, { sellable: -sellable, total: 0 })
}

export const ACTS: Action[] = [
  { name: 'carry many things', weight: 2, perform: carryMany },
  { name: 'undo it', weight: 2, perform: undoOne },
]
