import type pg from 'pg'
import { onTestFinished } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { goLive } from '#app/sync/decisions.server.ts'
import type { ListingSeed } from '#sandbox/etsy/shop-manager.ts'
import type { ProductSeed } from '#sandbox/shopify/seed.ts'
import type { Shop } from '#sandbox/shopify/shop.ts'
import { type InProcessWorld, openInProcessWorld, type WorldOptions } from '../../bench/in-process-world.ts'

/** A jeweler with a Shopify store and an Etsy shop, the app between them, on a virtual clock. */
export type TwoShops = InProcessWorld & {
  clock: VirtualClock
  /** Pieces a buyer can buy on Etsy now. */
  etsyShows(sku: string): number
  etsyLine(sku: string, quantity?: number): { listingId: number; sku: string; quantity: number }
  etsyListing(sku: string): { listingId: number; productId: number }
  /** Pieces an online buyer can buy on Shopify now. */
  shopifyShows(sku: string): number
  item(sku: string): Promise<number>
  /** Kind and sentence of the incidents that are open. */
  incidents(): Promise<{ kind: string; sentence: string }[]>
}

export type TwoShopsOptions = {
  products?: ProductSeed[]
  listings?: ListingSeed[]
  /** How far the road is gone: nothing read yet; Etsy not connected; looked at; live (when left out). */
  until?: 'arrived' | 'opened' | 'review' | 'live'
  /** What happened on Shopify before the app was there. */
  before?: (shopify: Shop) => void
} & Partial<Pick<WorldOptions, 'newsMs' | 'etsyOptions' | 'topics' | 'seed' | 'network'>>

const START = new Date('2026-11-23T09:00:00Z')
const LOCATIONS = [{ name: 'Safe' }, { name: 'Window' }, { name: 'Bench', fulfillsOnlineOrders: false }]

export const ringOf = (sku: string, stock: NonNullable<ProductSeed['variants'][number]['stock']>): ProductSeed => ({
  title: `Ring ${sku}`,
  variants: [{ sku, price: '120.00', stock }],
})

export const listingOf = (sku: string, quantity: number): ListingSeed => ({
  title: `Ring ${sku}`,
  products: [{ sku, quantity, priceCents: 13_000 }],
})

// One database holds the shops of a whole test file: theirs may not have the same names.
let shops = 0

/** Puts the world up as far as is asked, closed at the end of the test. One ring SIG with four pieces, unless said otherwise. */
export async function openTwoShops(pool: pg.Pool, options: TwoShopsOptions = {}): Promise<TwoShops> {
  const {
    products = [
      ringOf('SIG', [
        { location: 'Safe', available: 3 },
        { location: 'Window', available: 1 },
      ]),
    ],
  } = options
  const { listings = [listingOf('SIG', 4)], until = 'live', before, ...rest } = options
  const n = (shops += 1)
  const clock = new VirtualClock(START)
  const shopify = { domain: `adler-${n}.myshopify.com`, name: 'Adler', currency: 'USD', locations: LOCATIONS, products }
  const etsy = { name: 'AdlerRings', shopId: 1_000_000 + n, listings }
  const world = await openInProcessWorld({ pool, clock, shopify, etsy, ...rest })
  onTestFinished(() => world.road.close())
  before?.(world.shopify)
  if (until !== 'arrived') await world.pass(5_000)
  if (until === 'review' || until === 'live') {
    await world.connectEtsy()
    await world.pass(5_000)
  }
  if (until === 'live') await live(world)
  return { ...world, clock, ...sightsOf(world, pool) }
}

export async function live(world: InProcessWorld): Promise<void> {
  given(
    await goLive(
      world.road.sync,
      { merchantId: world.merchantId, actor: 'person/1' },
      { accountId: world.accounts.etsy },
    ),
  )
  world.road.kick(world.merchantId)
  await world.pass(3_000)
}

/** What was asked for, which was not refused. */
export function given<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(answer.sentence)
  return answer
}

function sightsOf(world: InProcessWorld, pool: pg.Pool) {
  const etsyListing = (sku: string) => {
    const found = world.etsy
      .listings()
      .flatMap(({ listingId, inventory }) =>
        inventory.products.flatMap((product) =>
          product.sku === sku ? [{ listingId, productId: product.productId }] : [],
        ),
      )
    return present(found[0], `Etsy's listing of ${sku}`)
  }
  return {
    etsyListing,
    etsyShows(sku: string) {
      const { listingId, productId } = etsyListing(sku)
      return world.etsy.shown(listingId, productId)
    },
    etsyLine: (sku: string, quantity = 1) => ({ listingId: etsyListing(sku).listingId, sku, quantity }),
    shopifyShows: (sku: string) => world.shopify.shown(sku),
    async item(sku: string) {
      const text = `SELECT id FROM item WHERE merchant_id = $1 AND sku = $2`
      return present((await pool.query<{ id: number }>(text, [world.merchantId, sku])).rows[0], `item ${sku}`).id
    },
    async incidents() {
      const text = `SELECT kind, sentence FROM incident WHERE merchant_id = $1 AND closed_at IS NULL ORDER BY id`
      return (await pool.query<{ kind: string; sentence: string }>(text, [world.merchantId])).rows
    },
  }
}
