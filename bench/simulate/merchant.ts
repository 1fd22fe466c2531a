import type { Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import type { Action, Life } from './action.ts'
import { goodOnEtsy } from './etsy-goods.ts'
import { PLACES } from './shop.ts'
import { liesThere } from './what-lies-there.ts'

// What people do on the channels themselves: the app is to find out.

const edited = (life: Life, sku: string, { sellable, total }: { sellable: number; total: number }) => {
  const at = life.clock.now().getTime()
  life.books.edit({ channel: 'shopify', sku, at, delta: sellable, needsWord: false }, total)
}

/** A count entered in Shopify's admin: a piece more or less. */
async function countInShopify(life: Life, random: Random): Promise<void> {
  const { shopify } = life.world
  const { sku, unique } = pick(random, life.goods)
  const place = pick(random, PLACES)
  const locationId = shopify.location(place.name).id
  const there = shopify.available(sku, locationId)
  const delta = !unique && happens(random, 0.6) ? whole(random, 1, 2) : -1
  if (delta < 0 && !(await liesThere(life, sku, { place: place.name }))) return
  const edit = happens(random, 0.5)
    ? ({ kind: 'adjust', name: 'available', delta } as const)
    : ({ kind: 'set', name: 'available', quantity: there + delta } as const)
  if (isRefusal(shopify.editByStaff({ idOrSku: sku, locationId, ...edit }))) return
  edited(life, sku, { sellable: place.sells ? delta : 0, total: delta })
}

/** Pieces carried from one place to another, and entered as one less and one more. */
async function transferInShopify(life: Life, random: Random): Promise<void> {
  const { shopify } = life.world
  const { sku } = pick(random, life.goods)
  const [from, to] = [pick(random, PLACES), pick(random, PLACES)]
  const [fromId, toId] = [shopify.location(from.name).id, shopify.location(to.name).id]
  if (from === to || !(await liesThere(life, sku, { place: from.name }))) return
  shopify.editByStaff({ idOrSku: sku, locationId: fromId, kind: 'adjust', name: 'available', delta: -1 })
  shopify.editByStaff({ idOrSku: sku, locationId: toId, kind: 'adjust', name: 'available', delta: 1 })
  edited(life, sku, { sellable: Number(to.sells) - Number(from.sells), total: 0 })
}

/** Set aside as damaged or safety stock in Shopify, and back. */
async function setAsideInShopify(life: Life, random: Random): Promise<void> {
  const { shopify } = life.world
  const { sku, keptBack } = pick(random, life.goods)
  const place = pick(random, ['Safe', 'Window'])
  const locationId = shopify.location(place).id
  const aside = keptBack ? 'damaged' : pick(random, ['damaged', 'safety_stock'] as const)
  const back = happens(random, 0.6)
  const [from, to] = back ? ([aside, 'available'] as const) : (['available', aside] as const)
  if (!(await liesThere(life, sku, { place, state: from }))) return
  const done = shopify.editByStaff({ idOrSku: sku, locationId, kind: 'move', from, to, quantity: 1 })
  if (!isRefusal(done)) edited(life, sku, { sellable: back ? 1 : -1, total: 0 })
}

/** A number typed wrongly on Etsy. */
function editOnEtsy(life: Life, random: Random): void {
  const { sku } = pick(random, life.goods)
  const { listingId, productId, shown } = goodOnEtsy(life, sku)
  if (shown === 0) return
  const delta = happens(random, 0.5) ? -1 : whole(random, 1, 2)
  life.world.etsy.editBySeller(listingId, { quantities: { [productId]: shown + delta } })
}

// A drop by as much as a write without an answer would have raised it looks as if that had never arrived: nobody can tell.
async function isInDoubt({ db, world, accounts }: Life, sku: string): Promise<boolean> {
  const text = 'SELECT 1 FROM listing WHERE merchant_id = $1 AND account_id = $2 AND sku = $3 AND seen_at IS NULL'
  const values = [world.merchantId, accounts.get('etsy'), sku]
  return (await db.query({ name: 'in-doubt', text, values })).rows.length > 0
}

/** A piece sold by hand, and taken off Etsy by whoever sold it. */
async function sellByHand(life: Life, random: Random): Promise<void> {
  const { sku } = pick(random, life.goods)
  const { listingId, productId, shown } = goodOnEtsy(life, sku)
  if (shown === 0 || life.books.left(sku) < 1 || (await isInDoubt(life, sku))) return
  const done = life.world.etsy.editBySeller(listingId, { quantities: { [productId]: shown - 1 } })
  if (isRefusal(done)) return
  life.books.edit({ channel: 'etsy', sku, at: life.clock.now().getTime(), delta: -1, needsWord: true }, -1)
}

export const MERCHANT: Action[] = [
  { name: 'count in shopify', weight: 5, perform: countInShopify },
  { name: 'transfer in shopify', weight: 4, perform: transferInShopify },
  { name: 'set aside in shopify', weight: 4, perform: setAsideInShopify },
  { name: 'edit on etsy', weight: 2, perform: editOnEtsy },
]

export const BY_HAND: Action[] = [{ name: 'sell by hand', weight: 1, perform: sellByHand }]
