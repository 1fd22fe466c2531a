import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { handBack } from '#app/pool/hand-back.server.ts'
import { movePieces } from '#app/pool/move.server.ts'
import { arrivePieces, sendPieces } from '#app/pool/transit.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Action, Life } from './action.ts'
import { BENCH, ON_MEMO, PARTNER } from './arrange.ts'
import { by, placeCalled, somethingForSale, type Spot, spotsOf, through, wrote } from './doing.ts'

// Pieces that people carry to places no channel has, and back.

const PLAIN = { dueAt: null, partnerId: null, stayId: null, check: null, bought: false, why: 'It is to be done.' }
const AT_MOST = 2
const DAY_MS = 86_400_000
const BACK_TO = ['Safe', 'Window', 'Workshop']

const some = (random: Random, { n }: Spot) => whole(random, 1, Math.min(AT_MOST, n))

/** To the bench, where whatever comes from must have passed a check before it is for sale. */
async function toTheBench(life: Life, random: Random): Promise<void> {
  const found = await somethingForSale(life, random)
  if (!found) return
  const { sku, itemId, locationId } = found
  const bench = await placeCalled(life, BENCH)
  const quantity = some(random, found)
  const from = { locationId, state: 'available' as const }
  const to = { locationId: bench.id, state: 'in_work' as const }
  const moving = { ...by(life), ...PLAIN, itemId, quantity, from, to }
  wrote(life, await through(life, (tx, at) => movePieces(tx, moving, at)), { sku, sellable: -quantity, total: 0 })
}

/** Things that lie at a place, in a state: the first of them that is found, beginning anywhere. */
async function lyingAt(life: Life, random: Random, of: { place: string; state: 'available' | 'in_work' }) {
  const from = whole(random, 0, life.goods.length - 1)
  const text = `SELECT i.sku FROM location l JOIN balance b ON b.merchant_id = l.merchant_id AND b.location_id = l.id
    JOIN item i ON i.merchant_id = b.merchant_id AND i.id = b.item_id
    WHERE l.merchant_id = $1 AND l.name = $2 AND (CASE $3 WHEN 'in_work' THEN b.in_work ELSE b.available END) > 0 ORDER BY i.id`
  const values = [life.world.merchantId, of.place, of.state]
  const { rows } = await life.db.query<{ sku: string }>({ name: 'lying-at', text, values })
  const sku = rows[from % Math.max(1, rows.length)]?.sku
  const spot =
    sku === undefined ? undefined : (await spotsOf(life, sku, of.state)).find(({ name }) => name === of.place)
  return spot && sku !== undefined ? { ...spot, sku } : undefined
}

async function fromTheBench(life: Life, random: Random): Promise<void> {
  const found = await lyingAt(life, random, { place: BENCH, state: 'in_work' })
  if (!found) return
  const { sku, itemId, locationId } = found
  const quantity = some(random, found)
  const safe = await placeCalled(life, 'Safe')
  const from = { locationId, state: 'in_work' as const }
  const check = pick(random, ['passed', 'passed', 'passed', 'failed', null] as const)
  const to =
    check === 'failed'
      ? { locationId, state: 'damaged' as const }
      : { locationId: safe.id, state: 'available' as const }
  const moving = { ...by(life), ...PLAIN, itemId, quantity, from, to, check }
  const done = await through(life, (tx, at) => movePieces(tx, moving, at))
  if (check === null && !isRefusal(done))
    life.violations.push({ law: 'what owes a check is not for sale', detail: `${sku}: ${quantity} went to the safe` })
  else wrote(life, done, { sku, sellable: check === 'passed' ? quantity : 0, total: 0 })
}

/** Lent to a partner who may sell it. */
async function outOnMemo(life: Life, random: Random): Promise<void> {
  const found = await somethingForSale(life, random)
  if (!found) return
  const { sku, itemId, locationId } = found
  const memo = await placeCalled(life, ON_MEMO)
  const text = 'SELECT id FROM partner WHERE merchant_id = $1 AND name = $2'
  const values = [life.world.merchantId, PARTNER]
  const partnerId = (await life.db.query<{ id: number }>({ name: 'partner', text, values })).rows[0]?.id ?? null
  const quantity = some(random, found)
  const dueAt = new Date(life.world.road.sync.clock.now().getTime() + whole(random, 1, 30) * DAY_MS)
  const from = { locationId, state: 'available' as const }
  const to = { locationId: memo.id, state: 'available' as const }
  const moving = { ...by(life), ...PLAIN, itemId, quantity, from, to, partnerId, dueAt }
  wrote(life, await through(life, (tx, at) => movePieces(tx, moving, at)), { sku, sellable: -quantity, total: 0 })
}

async function memoEnds(life: Life, random: Random): Promise<void> {
  const found = await lyingAt(life, random, { place: ON_MEMO, state: 'available' })
  if (!found) return
  const { sku, itemId, locationId } = found
  const quantity = some(random, found)
  const from = { locationId, state: 'available' as const }
  if (happens(random, 0.4)) {
    const sold = { ...by(life), itemId, quantity, from, why: 'Sold there.', stayId: null }
    wrote(life, await through(life, (tx, at) => handBack(tx, sold, at)), { sku, sellable: 0, total: -quantity })
    return
  }
  const place = await placeCalled(life, pick(random, BACK_TO))
  const moving = {
    ...by(life),
    ...PLAIN,
    itemId,
    quantity,
    from,
    to: { locationId: place.id, state: 'available' as const },
  }
  const sellable = place.sellable ? quantity : 0
  wrote(life, await through(life, (tx, at) => movePieces(tx, moving, at)), { sku, sellable, total: 0 })
}

/** Pieces set out for another place. */
async function setOut(life: Life, random: Random): Promise<void> {
  const found = await somethingForSale(life, random)
  if (!found) return
  const { sku, itemId, locationId } = found
  const goal = await placeCalled(life, pick(random, BACK_TO))
  const quantity = some(random, found)
  const from = { locationId, state: 'available' as const }
  const { check: _, bought: __, ...plain } = PLAIN
  const sending = { ...by(life), ...plain, itemId, quantity, from, toLocationId: goal.id }
  wrote(life, await through(life, (tx, at) => sendPieces(tx, sending, at)), { sku, sellable: -quantity, total: 0 })
}

type Underway = { stayId: number; sku: string; n: number; sellable: boolean }

async function arrive(life: Life, random: Random): Promise<void> {
  const text = `SELECT s.id AS "stayId", i.sku, s.quantity_left AS n, goal.sellable FROM stay s
    JOIN location l ON l.merchant_id = s.merchant_id AND l.id = s.location_id AND l.kind = 'transit'
    JOIN location goal ON goal.merchant_id = s.merchant_id AND goal.id = s.bound_for
    JOIN item i ON i.merchant_id = s.merchant_id AND i.id = s.item_id
    WHERE s.merchant_id = $1 AND s.quantity_left > 0 AND s.state = 'available' ORDER BY s.id LIMIT 5`
  const { rows } = await life.db.query<Underway>({ name: 'underway-now', text, values: [life.world.merchantId] })
  if (rows.length === 0) return
  const { stayId, sku, n, sellable } = pick(random, rows)
  const quantity = whole(random, 1, n)
  const what = { stayId, quantity, state: 'available' as const, toLocationId: null, check: null, why: 'It is here.' }
  const done = await through(life, (tx, at) => arrivePieces(tx, { ...by(life), ...what }, at))
  wrote(life, done, { sku, sellable: sellable ? quantity : 0, total: 0 })
}

export const HANDS: Action[] = [
  { name: 'to the bench', weight: 2, perform: toTheBench },
  { name: 'from the bench', weight: 3, perform: fromTheBench },
  { name: 'out on memo', weight: 2, perform: outOnMemo },
  { name: 'a memo ends', weight: 3, perform: memoEnds },
  { name: 'set out for a place', weight: 2, perform: setOut },
  { name: 'arrive', weight: 3, perform: arrive },
]
