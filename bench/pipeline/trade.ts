import { setTimeout as sleep } from 'node:timers/promises'
import type { Good } from '../goods.ts'
import type { LiveShop } from '../live-shop.ts'
import { given } from '../owner.ts'

/** `lagMs`: from a sale on one channel until the other one showed it; `unseen`: sales it had not shown a minute after the last. */
export type Traded = { events: number; lagMs: number[]; unseen: number }

type Sale = { good: Good; at: number; arrived: () => boolean }

const LOOK_MS = 5
const PATIENCE_MS = 60_000

/**
 * Sells one piece of another item at a steady pace, whether or not the last sale has arrived: on Shopify and on Etsy in
 * turns. An item whose last sale is still on its way is passed over, so that every number can be told apart.
 */
export async function trade(
  shop: LiveShop,
  { goods, perSecond, seconds }: { goods: Good[]; perSecond: number; seconds: number },
): Promise<Traded> {
  const began = performance.now()
  const events = Math.round(perSecond * seconds)
  const underWay = new Map<string, Sale>()
  const lagMs: number[] = []
  let sold = 0
  let next = 0
  let lastAt = began
  const sellOne = () => {
    while (underWay.has(goods[next % goods.length]!.sku)) next += 1
    const good = goods[next++ % goods.length]!
    lastAt = performance.now()
    underWay.set(good.sku, { good, at: lastAt, arrived: sell(shop, good, sold % 2 === 0 ? 'shopify' : 'etsy') })
    sold += 1
  }
  while (sold < events || (underWay.size > 0 && performance.now() - lastAt < PATIENCE_MS)) {
    while (sold < events && underWay.size < goods.length && performance.now() >= began + (sold * 1_000) / perSecond)
      sellOne()
    for (const { good, at } of [...underWay.values()].filter((sale) => sale.arrived())) {
      lagMs.push(performance.now() - at)
      underWay.delete(good.sku)
    }
    await sleep(LOOK_MS)
  }
  return { events, lagMs, unseen: underWay.size }
}

/** Sells a piece there; the answer says whether the other channel shows it. */
function sell(
  { shopify, etsy }: LiveShop,
  { sku, listingId, productId }: Good,
  channel: 'shopify' | 'etsy',
): () => boolean {
  if (channel === 'shopify') {
    const should = etsy.shown(listingId, productId) - 1
    given(shopify.placeOrder({ source: 'web', lines: [{ sku, quantity: 1 }] }))
    return () => etsy.shown(listingId, productId) <= should
  }
  const should = shopify.shown(sku) - 1
  given(etsy.buy({ lines: [{ listingId, productId, quantity: 1 }] }))
  return () => shopify.shown(sku) <= should
}
