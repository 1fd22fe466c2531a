import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { convertCarts, lockCartsOf } from '../orders/convert-cart.server.ts'
import { keptLines } from '../pool/cart.ts'
import { type Cart, type CartKept, type CartOwner, cartOf, putCart } from '../pool/cart.server.ts'
import { act } from './act.server.ts'
import { closeOversells } from './ingest-order.server.ts'
import type { Sync } from './facts.ts'

/** A line of a cart as a shop front names it: by our item's number, its SKU, or the listing on the cart's channel. */
export type LineNamed = { quantity: number } & ({ item: number } | { sku: string } | { variant: string })

/** The same as `Cart`, with what is kept aside summed by item and whole set, as a shop front reads it. */
export type CartSaid = {
  cart: string
  version: number
  status: 'active' | 'given_up' | 'expired' | 'converted'
  /** until when its pieces are kept; null when none are */
  until: string | null
  lines: { item: number; sku: string; quantity: number }[]
}

type Owned = Omit<CartOwner, 'at'>

/** The shop front says what is in a cart now. */
export async function sayCart(
  sync: Sync,
  owner: Owned,
  { cart, version, lines }: { cart: string; version: number; lines: LineNamed[] },
): Promise<Refusal | CartSaid> {
  const found = await itemsOf(sync.db, owner, lines)
  if (isRefusal(found)) return found
  const asked = { externalId: cart, version, lines: found }
  const done = await act<CartKept>(sync, owner, (tx, at) => putCart(tx, { ...owner, at }, asked))
  return isRefusal(done) ? done : said(sync.db, owner.merchantId, done.cart)
}

/** A cart as it stands. */
export async function readCart(db: Sql, owner: Owned, cart: string): Promise<Refusal | CartSaid> {
  const known = await cartOf(db, owner, cart)
  return known ? said(db, owner.merchantId, known) : refuse('unknown-cart', 'There is no such cart.')
}

/**
 * The shop front says which order of its channel a cart has become. What is kept stays kept until we hear of the order
 * itself, as long as a cart may last at all; where we have, it is the order's at once.
 */
export async function cartBecame(
  sync: Sync,
  owner: Owned,
  { cart, order }: { cart: string; order: string },
): Promise<Refusal | CartSaid> {
  const done = await act(sync, owner, async (tx, at) => {
    const text = `UPDATE cart c SET order_external_id = $4, until = GREATEST(c.until,
        c.made_at + COALESCE((SELECT cart_longest_minutes FROM hold_policy WHERE merchant_id = $1), 60) * interval '1 minute')
      WHERE c.merchant_id = $1 AND c.account_id = $2 AND c.external_id = $3 AND c.status = 'active'`
    const told = await tx.query({ text, values: [owner.merchantId, owner.accountId, cart, order] })
    if (told.rowCount === 0) return notKept(await cartOf(tx, owner, cart))
    return { freed: await becomeAtOnce(tx, { ...owner, at }, { cart, order }) }
  })
  return isRefusal(done) && done.code !== 'ordered' ? done : readCart(sync.db, owner, cart)
}

const notKept = (cart: Cart | undefined) =>
  cart?.status === 'converted'
    ? refuse('ordered', 'This cart has become an order.')
    : refuse('unknown-cart', 'Nothing is kept for such a cart.')

async function becomeAtOnce(tx: Sql, owner: CartOwner, { cart, order }: { cart: string; order: string }) {
  const text = `SELECT l.id FROM channel_order o JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
    WHERE o.merchant_id = $1 AND o.account_id = $2 AND o.external_id = $3 AND NOT o.history ORDER BY l.id`
  const values = [owner.merchantId, owner.accountId, order]
  const lineIds = (await tx.query<{ id: number }>({ text, values })).rows.map(({ id }) => id)
  if (lineIds.length === 0) return []
  const carts = await lockCartsOf(tx, owner, { externalId: order, carts: [cart] })
  const { given, freed } = await convertCarts(tx, owner, { carts, lineIds })
  const whole = 'SELECT id FROM order_line WHERE merchant_id = $1 AND id = ANY ($2::bigint[]) AND short = 0'
  const { rows } = await tx.query<{ id: number }>({ text: whole, values: [owner.merchantId, [...given.keys()]] })
  await closeOversells(tx, { merchantId: owner.merchantId, lineIds: rows.map(({ id }) => id), at: owner.at })
  return freed
}

type Found = { n: number; itemId: number; isUnknownSet: boolean }

// A SKU may be many items' while a merchant tidies up: then it names none.
/** The items that lines name, summed by item. */
export async function itemsOf(
  db: Sql,
  { merchantId, accountId }: Owned,
  lines: LineNamed[],
): Promise<Refusal | { itemId: number; quantity: number }[]> {
  const text = `SELECT n::int, i.id AS "itemId", i.kind = 'bundle' AND NOT EXISTS (SELECT FROM bundle_component c
        WHERE c.merchant_id = $1 AND c.bundle_id = i.id AND c.until IS NULL) AS "isUnknownSet"
    FROM unnest($3::int[], $4::text[], $5::text[]) WITH ORDINALITY AS x (item, sku, variant, n), LATERAL (
      SELECT i.id, i.kind FROM item i WHERE i.merchant_id = $1 AND i.id = x.item AND i.status <> 'deleted'
      UNION SELECT i.id, i.kind FROM item i WHERE i.merchant_id = $1 AND i.sku = x.sku AND i.status <> 'deleted'
      UNION SELECT i.id, i.kind FROM listing l JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
        WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = x.variant AND l.status <> 'dead'
      LIMIT 2) i`
  const names = [
    lines.map((line) => ('item' in line ? line.item : null)),
    lines.map((line) => ('sku' in line ? line.sku : null)),
    lines.map((line) => ('variant' in line ? line.variant : null)),
  ]
  const { rows } = await db.query<Found>({ name: 'items-of-cart', text, values: [merchantId, accountId, ...names] })
  const found = Map.groupBy(rows, ({ n }) => n)
  const sums = new Map<number, number>()
  for (const [i, line] of lines.entries()) {
    const [item, other] = found.get(i + 1) ?? []
    if (!item) return refuse('unknown-item', `There is no item ${nameOf(line)}.`)
    if (other) return refuse('unclear-item', `More than one item is ${nameOf(line)}: name it by its number.`)
    if (item.isUnknownSet) return refuse('bundle', `${nameOf(line)} is a set, and nobody has said what it is made of.`)
    sums.set(item.itemId, (sums.get(item.itemId) ?? 0) + line.quantity)
  }
  return [...sums].map(([itemId, quantity]) => ({ itemId, quantity }))
}

const nameOf = (line: LineNamed) => ('item' in line ? `${line.item}` : 'sku' in line ? line.sku : line.variant)

async function said(db: Sql, merchantId: number, cart: Cart): Promise<CartSaid> {
  const sums = new Map(keptLines(cart.pieces, cart.sets).map(({ itemId, quantity }) => [itemId, quantity]))
  const text = 'SELECT id AS item, sku FROM item WHERE merchant_id = $1 AND id = ANY ($2::int[]) ORDER BY id'
  const { rows } = await db.query<{ item: number; sku: string }>({ text, values: [merchantId, [...sums.keys()]] })
  return {
    cart: cart.externalId,
    version: cart.version,
    status: cart.status,
    until: cart.status === 'active' ? cart.until.toISOString() : null,
    lines: rows.map((row) => ({ ...row, quantity: sums.get(row.item) ?? 0 })),
  }
}
