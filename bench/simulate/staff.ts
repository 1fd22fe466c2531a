import type { Random } from '#app/kernel/clock.ts'
import { isRefusal, refuse } from '#app/kernel/refusal.ts'
import { STOCK_STATES, type StockState } from '#app/kernel/stock-state.ts'
import { append } from '#app/pool/ledger.server.ts'
import type { Change, Move } from '#app/pool/movement.ts'
import { act } from '#app/sync/act.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import { type Action, insist, type Life } from './action.ts'
import { type Good, PLACES } from './shop.ts'
import { who } from './stage.ts'

/** `inBooks`: what the app says is for sale there, wherever it is in truth. */
type Place = { locationId: number; name: string; sellable: boolean; inBooks: number } & Record<StockState, number>

const EACH_STATE = STOCK_STATES.map((state) => `COALESCE(b.${state}, 0) AS ${state}`).join(', ')

/** Where the pieces of a thing lie that Shopify has places for too: those that people find there when they look. */
export async function placesOf({ db, world }: Life, sku: string): Promise<(Place & { itemId: number })[]> {
  const text = `SELECT i.id AS "itemId", l.id AS "locationId", l.name, l.sellable, ${EACH_STATE} FROM item i
    JOIN location l ON l.merchant_id = i.merchant_id
    LEFT JOIN balance b ON b.merchant_id = i.merchant_id AND b.item_id = i.id AND b.location_id = l.id
    WHERE i.merchant_id = $1 AND i.sku = $2 AND l.name = ANY ($3::text[]) ORDER BY l.rank`
  const values = [world.merchantId, sku, PLACES.map(({ name }) => name)]
  const { rows } = await db.query<Place & { itemId: number }>({ name: 'places-of', text, values })
  return rows.map((place) => ({ ...place, ...foundAt(world.shopify, sku, place), inBooks: place.available }))
}

// Somebody may have taken it away of which one of the two has not heard yet: what both say is there is there.
function foundAt(shopify: Life['world']['shopify'], sku: string, place: Place): Partial<Place> {
  const locationId = shopify.location(place.name).id
  const both = (['available', 'damaged', 'safety_stock'] as const).map((state) => {
    const n = Math.max(0, Math.min(place[state], shopify.quantity(sku, locationId, state)))
    return [state, n] as const
  })
  return Object.fromEntries(both)
}

type Doing = { reason: Change['reason']; moves: Move[]; sellable: number; total: number }

/** Does it through the app's door, and writes it down in the books when the app has. */
async function carryOut(life: Life, sku: string, { reason, moves, sellable, total }: Doing): Promise<void> {
  const { sync, merchantId } = { sync: () => life.world.road.sync, merchantId: life.world.merchantId }
  const token = `${life.step.seed}`
  const done = await insist(life, () =>
    act(sync(), { merchantId }, async (tx, at) => {
      const change = {
        ...who(life.world),
        key: `staff/${token}`,
        reason,
        cause: 'staff',
        accountId: null,
        occurredAt: at,
        recordedAt: at,
      }
      const appended = await append(tx, change, moves)
      if (typeof appended !== 'string') return refuse('lacking', 'It is not there.')
      return { freed: moves.map(({ itemId }) => itemId) }
    }),
  )
  if (!isRefusal(done)) life.books.change(sku, { sellable, total })
}

const piecesOf = (random: Random, most: number) => whole(random, 1, Math.min(3, most))

/** From one place to another. */
async function moveThings(life: Life, random: Random): Promise<void> {
  const { sku } = pick(random, life.goods)
  const places = await placesOf(life, sku)
  const from = places.find(({ available }) => available > 0)
  if (!from) return
  const to = pick(random, places)
  if (to === from) return
  const quantity = piecesOf(random, from.available)
  const end = ({ locationId }: Place) => ({ locationId, state: 'available' as const })
  await carryOut(life, sku, {
    reason: 'moved',
    moves: [{ itemId: from.itemId, quantity, from: end(from), to: end(to) }],
    sellable: quantity * (Number(to.sellable) - Number(from.sellable)),
    total: 0,
  })
}

const ASIDE: StockState[] = ['in_work', 'quality_check', 'damaged', 'safety_stock']

/** Onto the bench or aside where they lie, and back. */
async function setAside(life: Life, random: Random): Promise<void> {
  const { sku, keptBack } = pick(random, life.goods)
  const place = pick(
    random,
    (await placesOf(life, sku)).filter(({ sellable }) => sellable),
  )
  // What a rule keeps back nobody takes for their own.
  const state = pick(random, keptBack ? ASIDE.filter((one) => one !== 'safety_stock') : ASIDE)
  const back = happens(random, 0.6)
  const [from, to]: [StockState, StockState] = back ? [state, 'available'] : ['available', state]
  if (place[from] === 0) return
  const quantity = piecesOf(random, place[from])
  const { locationId, itemId } = place
  await carryOut(life, sku, {
    reason: 'moved',
    moves: [{ itemId, quantity, from: { locationId, state: from }, to: { locationId, state: to } }],
    sellable: back ? quantity : -quantity,
    total: 0,
  })
}

/** More or fewer than was thought. */
async function count(life: Life, random: Random): Promise<void> {
  const good: Good = pick(random, life.goods)
  const places = await placesOf(life, good.sku)
  const place = pick(random, places)
  const found = !good.unique && happens(random, 0.7)
  if (!found && place.available === 0) return
  const quantity = found ? whole(random, 1, 3) : piecesOf(random, place.available)
  const [itemId, here] = [place.itemId, { locationId: place.locationId, state: 'available' as const }]
  const move: Move = found
    ? { itemId, quantity, from: { outside: 'found' }, to: here }
    : { itemId, quantity, from: here, to: { outside: 'lost' } }
  const total = found ? quantity : -quantity
  await carryOut(life, good.sku, { reason: 'counted', moves: [move], sellable: place.sellable ? total : 0, total })
}

export const STAFF: Action[] = [
  { name: 'staff move things', weight: 6, perform: moveThings },
  { name: 'staff set things aside', weight: 8, perform: setAside },
  { name: 'staff count', weight: 7, perform: count },
]
