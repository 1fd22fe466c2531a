import type { Sql } from '../kernel/sql.ts'
import { type Cart, cartChange, cartOf, type CartOwner, giveBack, lowerAllocations } from '../pool/cart.server.ts'
import type { CartPiece } from '../pool/cart.ts'
import { giveToLine, lockLine, type WaitingLine } from './give-to-line.server.ts'
import { pickUnits, unitsIn } from './parts.ts'

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
    if (line?.apart) {
      result.freed.push(...(await freePartsFor(tx, { merchantId, at }, line)))
      continue
    }
    for (const owned of line && line.short > 0 ? await cartsWith(tx, merchantId, [line.itemId]) : []) {
      const now = await lockLine(tx, merchantId, lineId)
      const owner = { merchantId, accountId: owned.accountId, at }
      const cart = await cartOf(tx, owner, owned.externalId)
      if (!now || now.short === 0 || !cart) break
      const reason = 'an order came before a cart' as const
      await giveFrom(tx, owner, { cart, owned, line: now, left: cart.pieces, result, reason })
      await countRevision(tx, merchantId, cart)
    }
  }
  return result
}

/** Pieces of carts that are needed elsewhere are for sale again, the youngest cart's first. Returns how many. */
export async function freeFromCarts(
  tx: Sql,
  owner: Pick<CartOwner, 'merchantId' | 'at'>,
  { itemId, quantity, locationId }: { itemId: number; quantity: number; locationId?: number | undefined },
): Promise<number> {
  return (await freePieces(tx, owner, { missing: new Map([[itemId, quantity]]), locationId })).length
}

/**
 * Of a set only a part may lie in carts: what lacks for as many whole sets as there can be comes free, for the caller to
 * give it to those that wait. Where no whole set comes of it, no cart is touched. Returns the items that came free.
 */
async function freePartsFor(
  tx: Sql,
  owner: Pick<CartOwner, 'merchantId' | 'at'>,
  line: WaitingLine,
): Promise<number[]> {
  return [...new Set(await freePieces(tx, owner, { missing: await lackingParts(tx, owner.merchantId, line) }))]
}

type Missing = { missing: Map<number, number>; locationId?: number | undefined }

/** The items of the pieces that came free, one for each piece. */
async function freePieces(
  tx: Sql,
  { merchantId, at }: Pick<CartOwner, 'merchantId' | 'at'>,
  { missing, locationId }: Missing,
): Promise<number[]> {
  const wanted = [...missing].filter(([, pieces]) => pieces > 0).map(([itemId]) => itemId)
  const freed: number[] = []
  for (const owned of wanted.length > 0 ? await cartsWith(tx, merchantId, wanted) : []) {
    const owner = { merchantId, accountId: owned.accountId, at }
    const cart = await cartOf(tx, owner, owned.externalId)
    const pieces = (cart?.pieces ?? []).flatMap((piece) => {
      const fits = (locationId ?? piece.locationId) === piece.locationId
      const lacks = missing.get(piece.itemId) ?? 0
      const quantity = fits ? Math.min(lacks, piece.quantity) : 0
      missing.set(piece.itemId, lacks - quantity)
      return quantity > 0 ? [{ ...piece, quantity }] : []
    })
    if (!cart || pieces.length === 0) continue
    await giveBack(tx, owner, { cart, pieces, reason: 'an order came before a cart' })
    await countRevision(tx, merchantId, cart)
    freed.push(...pieces.flatMap(({ itemId, quantity }) => Array.from({ length: quantity }, () => itemId)))
  }
  return freed
}

/** Pieces that lack of each part for as many whole units as can be had with what lies in carts. */
async function lackingParts(tx: Sql, merchantId: number, { parts, short }: WaitingLine): Promise<Map<number, number>> {
  const text = `SELECT p.id AS "itemId", (SELECT COALESCE(sum(b.available), 0)::int FROM balance b
      JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id AND l.sellable
      WHERE b.merchant_id = $1 AND b.item_id = p.id) AS free,
    (SELECT COALESCE(sum(a.quantity), 0)::int FROM cart_allocation a WHERE a.merchant_id = $1 AND a.item_id = p.id) AS kept
    FROM unnest($2::int[]) AS p (id)`
  type Row = { itemId: number; free: number; kept: number }
  const values = [merchantId, parts.map(({ itemId }) => itemId)]
  const { rows } = await tx.query<Row>({ name: 'lacking-parts', text, values })
  const of = (itemId: number) => rows.find((row) => row.itemId === itemId) ?? { free: 0, kept: 0 }
  const units = Math.min(
    short,
    ...parts.map(({ itemId, needs }) => Math.floor((of(itemId).free + of(itemId).kept) / needs)),
  )
  const lacking = parts.map(({ itemId, needs }): [number, number] => [itemId, needs * units - of(itemId).free])
  return new Map(lacking.filter(([, pieces]) => pieces > 0))
}

async function countRevision(tx: Sql, merchantId: number, { id }: Cart): Promise<void> {
  const text = 'UPDATE cart SET revision = revision + 1 WHERE merchant_id = $1 AND id = $2'
  await tx.query({ name: 'cart-taken-from', text, values: [merchantId, id] })
}

async function cartsWith(tx: Sql, merchantId: number, itemIds: number[]): Promise<Owned[]> {
  const text = `SELECT c.external_id AS "externalId", c.account_id AS "accountId", a.channel FROM cart c
    JOIN channel_account a ON a.merchant_id = c.merchant_id AND a.id = c.account_id
    WHERE c.merchant_id = $1 AND c.status = 'active'
      AND c.id IN (SELECT cart_id FROM cart_allocation WHERE merchant_id = $1 AND item_id = ANY ($2::int[]))
    ORDER BY c.made_at DESC, c.id DESC FOR UPDATE OF c SKIP LOCKED`
  return (await tx.query<Owned>({ name: 'carts-with', text, values: [merchantId, itemIds] })).rows
}

type Giving = {
  cart: Cart
  owned: Owned
  line: WaitingLine
  left: CartPiece[]
  result: FromCarts
  reason: 'cart became an order' | 'an order came before a cart'
}

/** Gives the line of what is left in the cart: as many whole units as there are pieces for. Returns what is left then. */
async function giveFrom(tx: Sql, owner: CartOwner, giving: Giving): Promise<CartPiece[]> {
  const { cart, owned, line, left, result, reason } = giving
  const units = Math.min(line.short, unitsIn(left, line.parts))
  if (units === 0) return left
  const pieces = pickUnits(left, line.parts, units)
  const change = cartChange(owner, { cart, reason })
  const account = { id: owned.accountId, channel: owned.channel }
  const kept = { units, state: 'reserved' as const, places: pieces, account }
  await giveToLine(tx, { ...change, key: `${change.key}/${line.lineId}` }, { line, kept })
  await lowerAllocations(tx, owner.merchantId, { cartId: cart.id, pieces })
  result.given.set(line.lineId, (result.given.get(line.lineId) ?? 0) + units)
  return left.flatMap((piece) => {
    const taken = pieces.find(({ itemId, locationId }) => itemId === piece.itemId && locationId === piece.locationId)
    const quantity = piece.quantity - (taken?.quantity ?? 0)
    return quantity > 0 ? [{ ...piece, quantity }] : []
  })
}
