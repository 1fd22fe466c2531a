import type pg from 'pg'
import { openIncident } from '#app/incidents/incident.server.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { bulkMove } from '#app/pool/bulk-move.server.ts'
import { addItem, addListing, addOrder, addStock, NOON, put, type ShopRows } from './shop-rows.ts'

/** In everything of a merchant's that a page could show. */
export const SECRET = 'Koh-i-Noor'

/** What a merchant has, by its row. */
export type Stocked = ShopRows & {
  item: number
  listing: number
  proposed: number
  order: number
  incident: number
  hold: number
  client: number
  act: string
  delivery: number
}

/** One of everything, each with the secret in it, and each waiting for somebody to decide. */
export async function stocked(pool: pg.Pool, shop: ShopRows): Promise<Stocked> {
  const item = await addItem(pool, shop, { title: SECRET, sku: SECRET, undecided: SECRET })
  await addStock(pool, shop, { itemId: item, place: shop.safe, available: 1 })
  const spare = await addItem(pool, shop, { title: SECRET, sku: `${SECRET} spare` })
  await addStock(pool, shop, { itemId: spare, place: shop.safe, available: 1 })
  for (const account of [shop.shopify, shop.etsy])
    await addListing(pool, shop, { account_id: account, item_id: item, title: SECRET })
  const drifting = { account_id: shop.etsy, item_id: item, unexplained: 1, title: SECRET, shown: 0 }
  const listing = await addListing(pool, shop, drifting)
  const proposed = await addListing(pool, shop, { account_id: shop.etsy, item_id: null, title: SECRET })
  const evidence = JSON.stringify([SECRET])
  await put(
    pool,
    'match_proposal',
    { merchant_id: shop.merchantId, listing_id: proposed, item_id: item, evidence, score: 9 },
    'score',
  )
  const order = await addOrder(pool, shop, {
    order: { name: SECRET, taken_out: 'asked', history: true },
    lines: [{ title: SECRET, item_id: item }],
  })
  const moved = { token: crypto.randomUUID(), merchantId: shop.merchantId, actor: 'person/1', at: systemClock.now() }
  const [from, to] = [
    { locationId: shop.safe, state: 'available' as const },
    { locationId: shop.safe, state: 'damaged' as const },
  ]
  const how = { why: SECRET, dueAt: null, partnerId: null, check: null, bought: false }
  await bulkMove(pool, { ...moved, ...how, from, to, lines: [{ itemId: spare, quantity: 1 }] }, moved.at)
  const rule = {
    merchant_id: shop.merchantId,
    rule_id: item,
    version: 1,
    kind: 'maximum',
    scope: `*|item|${item}`,
    item_id: item,
  }
  await put(pool, 'rule_version', { ...rule, quantity: 1, saved_by: 'app', valid_from: NOON }, 'rule_id')
  const about = { merchantId: shop.merchantId, itemId: item, sentence: SECRET, at: NOON }
  const incident = await openIncident(pool, { ...about, kind: 'oversell', subject: 'line/1' })
  const act = `bulk-move/${moved.token}`
  const more = { ...(await held(pool, shop, item)), ...(await delivered(pool, shop, item)) }
  return { ...shop, item, listing, proposed, order, incident, act, ...more }
}

/** A piece on hold, for a client whose name is the secret. */
async function held(pool: pg.Pool, shop: ShopRows, item: number) {
  await addStock(pool, shop, { itemId: item, place: shop.bench, held: 1 })
  const merchant = { merchant_id: shop.merchantId }
  const client = await put(pool, 'client', { ...merchant, name: SECRET, made_by: 'app', made_at: NOON })
  const person = await put(pool, 'person', { ...merchant, subject: '1', role: 'owner', first_seen: NOON })
  const ids = { item_id: item, client_id: client, person_id: person, token: 'held' }
  const row = { quantity: 1, until: new Date('2100-01-01T00:00:00Z'), status: 'active', stock_seq: 0, made_at: NOON }
  const hold = await put(pool, 'hold', { ...merchant, ...ids, ...row })
  const lies = { hold_id: hold, item_id: item, location_id: shop.bench, quantity: 1 }
  await put(pool, 'hold_allocation', { ...merchant, ...lies }, 'hold_id')
  return { hold, client }
}

/** A partner whose name is the secret, a delivery of theirs, and a piece on the bench. */
async function delivered(pool: pg.Pool, shop: ShopRows, item: number) {
  const partner = await put(pool, 'partner', { merchant_id: shop.merchantId, name: SECRET, created_at: NOON })
  await addStock(pool, shop, { itemId: item, place: shop.bench, in_work: 1 })
  const delivery = await put(pool, 'delivery', {
    merchant_id: shop.merchantId,
    token: SECRET,
    partner_id: partner,
    location_id: shop.safe,
    opened_by: 'person/1',
    opened_at: NOON,
  })
  return { delivery }
}
