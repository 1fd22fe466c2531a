import type { Sql } from '../kernel/sql.ts'
import { type Cart, cartChange, cartOf, type CartOwner, giveBack, lowerAllocations } from '../pool/cart.server.ts'
import type { CartPiece } from '../pool/cart.ts'
import { giveToLine, lockLine, type WaitingLine } from './give-to-line.server.ts'

type Owned = { externalId: string; accountId: number; channel: string }

/**
 * Locks the carts that an order has come from: by the names that the order itself says, or as the shop front has said.
 * Before the order is booked, in the order in which carts and orders are always locked.
 */
export async function lockCartsOf(
  tx: Sql,
  owner: CartOwner,
  order: { externalId: string; carts?: string[] | undefined },
): Promise<Owned[]> {
  const text = `SELECT c.external_id AS "externalId", c.account_id AS "accountId", a.channel FROM cart c
    JOIN channel_account a ON a.merchant_id = c.merchant_id AND a.id = c.account_id
    WHERE c.merchant_id = $1 AND c.account_id = $2 AND c.status = 'active'
      AND (c.external_id = ANY ($3::text[]) OR c.order_external_id = $4)
    ORDER BY c.id FOR UPDATE OF c`
  const values = [owner.merchantId, owner.accountId, order.carts ?? [], order.externalId]
  return (await tx.query<Owned>({ name: 'carts-of-order', text, values })).rows
}

/** Pieces that lines were given, by line, and the items of which some came free. */
export type FromCarts = { given: Map<number, number>; freed: number[] }

/**
 * The order of these carts is booked: what its lines wait for is theirs without being for sale in between, and what they
 * have taken from elsewhere is given back.
 */
export async function convertCarts(
  tx: Sql,
  owner: CartOwner,
  { carts, lineIds }: { carts: Owned[]; lineIds: number[] },
): Promise<FromCarts> {
  const result: FromCarts = { given: new Map(), freed: [] }
  for (const owned of carts) {
    const cart = await cartOf(tx, owner, owned.externalId)
    if (cart?.status !== 'active') continue
    let left = cart.pieces
    for (const lineId of lineIds) {
      const line = await lockLine(tx, owner.merchantId, lineId)
      if (line) left = await giveFrom(tx, owner, { cart, owned, line, left, result, reason: 'cart became an order' })
    }
    await giveBack(tx, owner, { cart, pieces: left, reason: 'cart given up' })
    result.freed.push(...left.map(({ itemId }) => itemId))
    const text = `UPDATE cart SET status = 'converted', revision = revision + 1 WHERE merchant_id = $1 AND id = $2`
    await tx.query({ name: 'convert-cart', text, values: [owner.merchantId, cart.id] })
  }
  return result
}

/**
 * An order that was paid comes before a cart that was not: what its lines still wait for is taken from carts, from the
 * youngest first. A cart that somebody is at is passed over.
 */
export async function takeFromCarts(
  tx: Sql,
  { merchantId, at }: Pick<CartOwner, 'merchantId' | 'at'>,
  lineIds: number[],
): Promise<FromCarts> {
  const result: FromCarts = { given: new Map(), freed: [] }
  for (const lineId of lineIds) {
    const line = await lockLine(tx, merchantId, lineId)
    for (const owned of line && line.short > 0 ? await cartsWith(tx, merchantId, line.itemId) : []) {
      const now = await lockLine(tx, merchantId, lineId)
      const owner = { merchantId, accountId: owned.accountId, at }
      const cart = await cartOf(tx, owner, owned.externalId)
      if (!now || now.short === 0 || !cart) break
      const reason = 'an order came before a cart' as const
      await giveFrom(tx, owner, { cart, owned, line: now, left: cart.pieces, result, reason })
      await noteTakenFrom(tx, merchantId, cart)
    }
  }
  return result
}

/** Pieces of carts that are needed elsewhere are for sale again, the youngest cart's first. Returns how many. */
export async function freeFromCarts(
  tx: Sql,
  { merchantId, at }: Pick<CartOwner, 'merchantId' | 'at'>,
  { itemId, quantity, locationId }: { itemId: number; quantity: number; locationId?: number | undefined },
): Promise<number> {
  let missing = quantity
  for (const owned of missing > 0 ? await cartsWith(tx, merchantId, itemId) : []) {
    const owner = { merchantId, accountId: owned.accountId, at }
    const cart = await cartOf(tx, owner, owned.externalId)
    const pieces = (cart?.pieces ?? []).flatMap((piece) => {
      const fits = piece.itemId === itemId && (locationId ?? piece.locationId) === piece.locationId
      const n = fits ? Math.min(missing, piece.quantity) : 0
      missing -= n
      return n > 0 ? [{ ...piece, quantity: n }] : []
    })
    if (!cart || pieces.length === 0) continue
    await giveBack(tx, owner, { cart, pieces, reason: 'an order came before a cart' })
    await noteTakenFrom(tx, merchantId, cart)
  }
  return quantity - missing
}

async function noteTakenFrom(tx: Sql, merchantId: number, { id }: Cart): Promise<void> {
  const text = 'UPDATE cart SET revision = revision + 1 WHERE merchant_id = $1 AND id = $2'
  await tx.query({ name: 'cart-taken-from', text, values: [merchantId, id] })
}

async function cartsWith(tx: Sql, merchantId: number, itemId: number): Promise<Owned[]> {
  const text = `SELECT c.external_id AS "externalId", c.account_id AS "accountId", a.channel FROM cart c
    JOIN channel_account a ON a.merchant_id = c.merchant_id AND a.id = c.account_id
    WHERE c.merchant_id = $1 AND c.status = 'active'
      AND c.id IN (SELECT cart_id FROM cart_allocation WHERE merchant_id = $1 AND item_id = $2)
    ORDER BY c.made_at DESC, c.id DESC FOR UPDATE OF c SKIP LOCKED`
  return (await tx.query<Owned>({ name: 'carts-with', text, values: [merchantId, itemId] })).rows
}

type Giving = {
  cart: Cart
  owned: Owned
  line: WaitingLine
  left: CartPiece[]
  result: FromCarts
  reason: 'cart became an order' | 'an order came before a cart'
}

/** Gives the line of what is left in the cart. Returns what is left then. */
async function giveFrom(tx: Sql, owner: CartOwner, giving: Giving): Promise<CartPiece[]> {
  const { cart, owned, line, left, result, reason } = giving
  let missing = line.short
  const pieces = left.flatMap((piece) => {
    const quantity = piece.itemId === line.itemId ? Math.min(missing, piece.quantity) : 0
    missing -= quantity
    return quantity > 0 ? [{ ...piece, quantity }] : []
  })
  if (pieces.length === 0) return left
  const change = cartChange(owner, { cart, reason })
  const account = { id: owned.accountId, channel: owned.channel }
  const kept = { itemId: line.itemId, state: 'reserved' as const, places: pieces, account }
  await giveToLine(tx, { ...change, key: `${change.key}/${line.lineId}` }, { line, kept })
  await lowerAllocations(tx, owner.merchantId, { cartId: cart.id, pieces })
  result.given.set(line.lineId, (result.given.get(line.lineId) ?? 0) + line.short - missing)
  return left.flatMap((piece) => {
    const taken = pieces.find(({ itemId, locationId }) => itemId === piece.itemId && locationId === piece.locationId)
    const quantity = piece.quantity - (taken?.quantity ?? 0)
    return quantity > 0 ? [{ ...piece, quantity }] : []
  })
}
