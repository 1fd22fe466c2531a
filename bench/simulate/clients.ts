import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { makeHold } from '#app/pool/hold.server.ts'
import { releaseHold, sellHeld } from '#app/pool/hold-end.server.ts'
import { act } from '#app/sync/act.server.ts'
import { sayCart } from '#app/sync/cart-calls.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import { type Action, insist, type Life } from './action.ts'
import { clientOf } from './erasure.ts'
import { placesOf } from './staff.ts'

// What is set aside for somebody for a while. When the time is over the app gives it back by itself; its machine's clock
// is a little wrong, so that the books count it as free from the earliest moment at which it may be.
const CLOCKS_DIFFER_MS = 6_000
const MOST_HELD_MINUTES = 20

/** `end` says to the books that its time is over; called off where it ended before. */
type Aside = { sku: string; quantity: number; callOff: () => void }
type Held = Aside & { holdId: number }

const heldIn = new WeakMap<object, Held[]>()
const held = (life: Life): Held[] => {
  const known = heldIn.get(life.books) ?? []
  heldIn.set(life.books, known)
  return known
}

function aside(life: Life, { sku, quantity, until }: { sku: string; quantity: number; until: Date }): Aside {
  life.books.change(sku, { sellable: -quantity, total: 0 })
  const skew = life.world.road.sync.clock.now().getTime() - life.clock.now().getTime()
  const ms = until.getTime() - skew - CLOCKS_DIFFER_MS - life.clock.now().getTime()
  const callOff = life.clock.after(ms, () => life.books.change(sku, { sellable: quantity, total: 0 }))
  return { sku, quantity, callOff }
}

/** A client asks to have a piece kept for them. */
async function hold(life: Life, random: Random): Promise<void> {
  const { sku } = pick(random, life.goods)
  const [place] = (await placesOf(life, sku)).filter(({ sellable, available }) => sellable && available > 0)
  if (!place) return
  const quantity = whole(random, 1, Math.min(2, place.available))
  const until = new Date(life.world.road.sync.clock.now().getTime() + whole(random, 1, MOST_HELD_MINUTES) * 60_000)
  const { itemId } = place
  const client = clientOf(life.step.seed)
  const { locationId } = place
  const asked = { itemId, client, quantity, until, locationId, note: null, token: `hold-${life.step.seed}` }
  const { merchantId } = life.world
  const made = await insist(life, () =>
    act(life.world.road.sync, { merchantId }, (tx, at) => makeHold(tx, { ...life.clerk, at }, asked)),
  )
  if (!isRefusal(made)) held(life).push({ holdId: made.holdId, ...aside(life, { sku, quantity, until }) })
}

/** The client does not want it, or takes it home. */
async function endHold(life: Life, random: Random): Promise<void> {
  const open = held(life)
  if (open.length === 0) return
  const [one] = open.splice(whole(random, 0, open.length - 1), 1)
  if (!one || !(await isActive(life, one.holdId))) return
  const sells = happens(random, 0.4)
  const end = sells ? sellHeld : releaseHold
  await insist(life, () =>
    act(life.world.road.sync, life.world, (tx, at) => end(tx, { ...life.clerk, at }, { holdId: one.holdId })),
  )
  // Said twice, the second is refused: what became of it the row says.
  const status = await statusOf(life, one.holdId)
  if (status === 'expired' || status === 'active') return
  one.callOff()
  life.books.change(one.sku, sells ? { sellable: 0, total: -one.quantity } : { sellable: one.quantity, total: 0 })
}

async function statusOf({ db, world }: Life, holdId: number): Promise<string | undefined> {
  const text = 'SELECT status FROM hold WHERE merchant_id = $1 AND id = $2'
  const values = [world.merchantId, holdId]
  return (await db.query<{ status: string }>({ name: 'hold-status', text, values })).rows[0]?.status
}

// One that is about to run out is left alone: whether it had, books and app could say differently.
async function isActive({ db, world }: Life, holdId: number): Promise<boolean> {
  const soon = new Date(world.road.sync.clock.now().getTime() + 3 * CLOCKS_DIFFER_MS)
  const text = `SELECT 1 FROM hold WHERE merchant_id = $1 AND id = $2 AND status = 'active' AND until > $3`
  const values = [world.merchantId, holdId, soon]
  return (await db.query({ name: 'hold-lasts', text, values })).rows.length > 0
}

/**
 * A shopper puts something into the cart of the shop's own front, and leaves it there. Nobody has bought it: in the books
 * nothing changes, and Shopify goes on showing it, where they would check out.
 */
async function fillCart(life: Life, random: Random): Promise<void> {
  const { sku } = pick(random, life.goods)
  const quantity = whole(random, 1, 2)
  const owner = { merchantId: life.world.merchantId, accountId: life.world.accounts.shopify }
  const said = { cart: `cart-${life.step.seed}`, version: 1, lines: [{ sku, quantity }] }
  await insist(life, () => sayCart(life.world.road.sync, owner, said))
}

export const CLIENTS: Action[] = [
  { name: 'hold for a client', weight: 5, perform: hold },
  { name: 'a hold ends', weight: 3, perform: endHold },
  { name: 'fill a cart', weight: 4, perform: fillCart },
]
