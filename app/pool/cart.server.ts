import { assert } from '../kernel/assert.ts'
import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { cartChanges, type CartPiece, type CartSet, cartUntil, takenApart } from './cart.ts'
import { partsOfSets } from './held-part.server.ts'
import { holdPolicyOf } from './hold-policy.server.ts'
import { append, reserve } from './ledger.server.ts'
import type { Change, Taken } from './movement.ts'
import type { Reason } from './reason.ts'

/** Whose carts these are: the channel account that their orders come from. */
export type CartOwner = { merchantId: number; accountId: number; at: Date }

/** A cart as it stands. `pieces` that are reserved for it, by item and place. */
export type Cart = {
  id: number
  externalId: string
  version: number
  status: 'active' | 'given_up' | 'expired' | 'converted'
  until: Date
  madeAt: Date
  revision: number
  pieces: CartPiece[]
  /** the sets that were asked for */
  sets: CartSet[]
}

export type CartAsked = {
  externalId: string
  /** grows with every change of the cart; an older one, or the same again, changes nothing */
  version: number
  /** the whole cart: what is not in it is given back. One line an item or set, 1 or more each */
  lines: { itemId: number; quantity: number }[]
}

export type CartKept = { cart: Cart; freed: number[] }

const STANDS = `SELECT c.id, c.external_id AS "externalId", c.version, c.status, c.until, c.made_at AS "madeAt", c.revision,
    COALESCE((SELECT json_agg(json_build_object('itemId', a.item_id, 'locationId', a.location_id, 'quantity', a.quantity)
      ORDER BY a.item_id, a.location_id) FROM cart_allocation a WHERE a.merchant_id = c.merchant_id AND a.cart_id = c.id), '[]') AS pieces,
    COALESCE((SELECT json_agg(json_build_object('itemId', s.bundle_id, 'quantity', s.quantity, 'parts',
      (SELECT COALESCE(json_agg(json_build_object('itemId', b.component_id, 'needs', b.needs)), '[]') FROM bundle_component b
        WHERE b.merchant_id = s.merchant_id AND b.bundle_id = s.bundle_id AND b.until IS NULL)) ORDER BY s.bundle_id)
      FROM cart_set s WHERE s.merchant_id = c.merchant_id AND s.cart_id = c.id), '[]') AS sets
  FROM cart c WHERE c.merchant_id = $1 AND c.account_id = $2 AND c.external_id = $3`

/** The cart, undefined when nothing was ever said of it. */
export async function cartOf(
  db: Sql,
  { merchantId, accountId }: Omit<CartOwner, 'at'>,
  externalId: string,
): Promise<Cart | undefined> {
  const values = [merchantId, accountId, externalId]
  return (await db.query<Cart>({ name: 'cart-of', text: STANDS, values })).rows[0]
}

/**
 * Reserves what is in a shopper's cart for a while, all of it or, as a refusal, no more than before. Each newer version
 * is an explicit call that renews it, up to the longest that the merchant allows; nothing else does.
 */
export async function putCart(tx: Sql, owner: CartOwner, asked: CartAsked): Promise<Refusal | CartKept> {
  const cart = await lockCart(tx, owner, asked.externalId)
  if (cart.status === 'converted') return refuse('ordered', 'This cart has become an order.')
  if (asked.version === cart.version) return { cart, freed: [] }
  if (asked.version < cart.version) return refuse('old', `Version ${cart.version} of this cart is newer.`)
  const term = cartUntil(await holdPolicyOf(tx, owner.merchantId), { cart, at: owner.at })
  if (asked.lines.length > 0 && term.until <= owner.at)
    return refuse('longest', 'This cart has kept its pieces for as long as is allowed.')
  const parts = await partsOfSets(
    tx,
    owner.merchantId,
    asked.lines.map(({ itemId }) => itemId),
  )
  const { give, take } = cartChanges(cart.pieces, takenApart(asked.lines, parts))
  if (give.length + take.length > 1) await lockStock(tx, owner.merchantId, [...give, ...take])
  await giveBack(tx, owner, { cart, pieces: give, reason: 'cart given up' })
  const taken = await takeForCart(tx, owner, { cart, take })
  if ('refused' in taken) return taken
  await keepCart(tx, owner, { cart, asked, taken, ...term })
  const sets = asked.lines.filter(({ itemId }) => parts.has(itemId))
  if (sets.length + cart.sets.length > 0) await keepSets(tx, owner, { cart, sets })
  const kept = await cartOf(tx, owner, asked.externalId)
  assert(kept, 'a cart that was kept is there')
  return { cart: kept, freed: give.map(({ itemId }) => itemId) }
}

// Two calls about one cart wait for each other here, the first of it too.
async function lockCart(tx: Sql, owner: CartOwner, externalId: string): Promise<Cart> {
  const text = `INSERT INTO cart AS c (merchant_id, account_id, external_id, version, until, status, made_at)
    VALUES ($1, $2, $3, -1, $4, 'given_up', $4)
    ON CONFLICT (merchant_id, account_id, external_id) DO UPDATE SET external_id = c.external_id`
  const { merchantId, accountId, at } = owner
  await tx.query({ name: 'lock-cart', text, values: [merchantId, accountId, externalId, at] })
  const cart = await cartOf(tx, owner, externalId)
  assert(cart, 'a cart that was locked is there')
  return cart
}

// One cart may give back what another wants while it wants what that one gives back.
async function lockStock(tx: Sql, merchantId: number, of: { itemId: number }[]): Promise<void> {
  const text = `SELECT FROM balance WHERE merchant_id = $1 AND item_id = ANY ($2::int[]) ORDER BY item_id, location_id FOR UPDATE`
  await tx.query({ name: 'lock-stock', text, values: [merchantId, of.map(({ itemId }) => itemId)] })
}

/** A change of the ledger for a cart; its revision makes the key. */
export const cartChange = (
  { merchantId, accountId, at }: CartOwner,
  { cart, reason }: { cart: Pick<Cart, 'id' | 'revision'>; reason: Reason },
): Change => ({
  merchantId,
  key: `cart/${cart.id}/${reason}/${cart.revision + 1}`,
  reason,
  actor: `channel/${accountId}`,
  cause: `cart/${cart.id}`,
  accountId,
  occurredAt: at,
  recordedAt: at,
})

/** Pieces of a cart are for sale again where they lie. Its rows are not touched. */
export async function giveBack(
  tx: Sql,
  owner: CartOwner,
  { cart, pieces, reason }: { cart: Cart; pieces: CartPiece[]; reason: Reason },
): Promise<void> {
  if (pieces.length === 0) return
  const moves = pieces.map(({ itemId, locationId, quantity }) => ({
    itemId,
    quantity,
    from: { locationId, state: 'reserved' as const },
    to: { locationId, state: 'available' as const },
  }))
  const done = await append(tx, cartChange(owner, { cart, reason }), moves)
  assert(done === 'done', `what is reserved for cart ${cart.id} lies where its rows say`)
  await lowerAllocations(tx, owner.merchantId, { cartId: cart.id, pieces })
}

/** So many pieces are not reserved for the cart any more. They have been moved. */
export async function lowerAllocations(
  tx: Sql,
  merchantId: number,
  { cartId, pieces }: { cartId: number; pieces: CartPiece[] },
): Promise<void> {
  const text = `WITH gone AS (
      SELECT * FROM unnest($3::int[], $4::int[], $5::int[]) AS g (item_id, location_id, quantity)
    ), lowered AS (
      UPDATE cart_allocation a SET quantity = a.quantity - g.quantity FROM gone g
      WHERE a.merchant_id = $1 AND a.cart_id = $2 AND a.item_id = g.item_id AND a.location_id = g.location_id
        AND a.quantity > g.quantity
    )
    DELETE FROM cart_allocation a USING gone g
    WHERE a.merchant_id = $1 AND a.cart_id = $2 AND a.item_id = g.item_id AND a.location_id = g.location_id
      AND a.quantity = g.quantity`
  const columns = (['itemId', 'locationId', 'quantity'] as const).map((name) => pieces.map((piece) => piece[name]))
  await tx.query({ name: 'lower-cart', text, values: [merchantId, cartId, ...columns] })
}

async function takeForCart(
  tx: Sql,
  owner: CartOwner,
  { cart, take }: { cart: Cart; take: CartAsked['lines'] },
): Promise<Refusal | Taken[]> {
  if (take.length === 0) return []
  const change = cartChange(owner, { cart, reason: 'kept for a cart' })
  const done = await reserve(tx, change, { demands: take, whole: true })
  assert(done !== 'already', 'a revision of a cart is booked once')
  if (done.short.length === 0) return done.taken
  return refuse('short', (await scarcities(tx, owner.merchantId, take)).join(' '))
}

async function scarcities(tx: Sql, merchantId: number, take: CartAsked['lines']): Promise<string[]> {
  const text = `SELECT i.title, free.n AS free FROM unnest($2::int[], $3::int[]) AS t (item_id, wanted)
    JOIN item i ON i.merchant_id = $1 AND i.id = t.item_id, LATERAL (
      SELECT COALESCE(sum(b.available), 0)::int AS n FROM balance b
      JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id AND l.sellable
      WHERE b.merchant_id = $1 AND b.item_id = i.id) free
    WHERE free.n < t.wanted ORDER BY i.id`
  const values = [merchantId, take.map(({ itemId }) => itemId), take.map(({ quantity }) => quantity)]
  const { rows } = await tx.query<{ title: string; free: number }>({ text, values })
  return rows.map(({ title, free }) => `Of “${title}” ${free === 0 ? 'none' : `only ${free} more`} can be had now.`)
}

type Keeping = { cart: Cart; asked: CartAsked; taken: Taken[]; until: Date; madeAt: Date }

async function keepCart(tx: Sql, owner: CartOwner, { cart, asked, taken, until, madeAt }: Keeping): Promise<void> {
  const text = `WITH raised AS (
      INSERT INTO cart_allocation AS a (merchant_id, cart_id, item_id, location_id, quantity)
      SELECT $1, $2, t.item_id, t.location_id, t.quantity FROM unnest($7::int[], $8::int[], $9::int[]) AS t (item_id, location_id, quantity)
      ON CONFLICT (merchant_id, cart_id, item_id, location_id) DO UPDATE SET quantity = a.quantity + EXCLUDED.quantity
    )
    UPDATE cart SET version = $3, status = $4, until = $5, made_at = $6, revision = revision + 1 WHERE merchant_id = $1 AND id = $2`
  const keeps = asked.lines.length > 0
  const columns = (['itemId', 'locationId', 'quantity'] as const).map((name) => taken.map((one) => one[name]))
  const values = [
    owner.merchantId,
    cart.id,
    asked.version,
    keeps ? 'active' : 'given_up',
    keeps ? until : owner.at,
    madeAt,
  ]
  await tx.query({ name: 'keep-cart', text, values: [...values, ...columns] })
}

async function keepSets(
  tx: Sql,
  { merchantId }: CartOwner,
  { cart, sets }: { cart: Cart; sets: CartAsked['lines'] },
): Promise<void> {
  const text = `WITH gone AS (DELETE FROM cart_set WHERE merchant_id = $1 AND cart_id = $2 AND bundle_id <> ALL ($3::int[]))
    INSERT INTO cart_set (merchant_id, cart_id, bundle_id, quantity)
    SELECT $1, $2, s.id, s.quantity FROM unnest($3::int[], $4::int[]) AS s (id, quantity)
    ON CONFLICT (merchant_id, cart_id, bundle_id) DO UPDATE SET quantity = EXCLUDED.quantity`
  const columns = [sets.map(({ itemId }) => itemId), sets.map(({ quantity }) => quantity)]
  await tx.query({ name: 'keep-sets', text, values: [merchantId, cart.id, ...columns] })
}

/** Time is up: its pieces are for sale again. Refused when it was renewed, or has become an order. */
export async function expireCart(
  tx: Sql,
  owner: CartOwner,
  { externalId }: { externalId: string },
): Promise<Refusal | CartKept> {
  const cart = await lockCart(tx, owner, externalId)
  if (cart.status !== 'active' || cart.until > owner.at) return refuse('not-yet', 'This cart has not run out.')
  await giveBack(tx, owner, { cart, pieces: cart.pieces, reason: 'cart ran out' })
  const text = `UPDATE cart SET status = 'expired', revision = revision + 1 WHERE merchant_id = $1 AND id = $2`
  await tx.query({ name: 'expire-cart', text, values: [owner.merchantId, cart.id] })
  return { cart: { ...cart, status: 'expired', pieces: [] }, freed: cart.pieces.map(({ itemId }) => itemId) }
}
