import type { Clock, Random } from '#app/kernel/clock.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { EtsySandbox } from './etsy/sandbox.ts'
import { happens, pick, whole } from './jeweler/chance.ts'
import { someBuyer } from './jeweler/people.ts'
import type { ShopifySandbox } from './shopify/sandbox.ts'
import type { Shop } from './shopify/shop.ts'

/** People who buy by themselves. */
export type Buyers = {
  come: () => void
  stay: () => void
  areComing: () => boolean
}

export type BuyersOptions = { clock: Clock; random: Random; shopify: ShopifySandbox; etsy: EtsySandbox }

/** Seconds between two of them: slow enough to follow with the eyes, fast enough to wait for. */
const BETWEEN_S = { least: 12, most: 40 }
/** One in so many visits is a change of mind instead. */
const CANCELLATIONS = 0.08
/** Older orders stay: those from before the app came are there to be asked about. */
const CHANGES_HIS_MIND_MS = 600_000
const ON_ETSY = 0.4
const AT_THE_TILL = 0.25
/** What one buyer may take away: nobody empties the shop for a person who is trying it. */
const TWO_PIECES = 0.1

/** Nobody comes until `come` is called. The same chance gives the same buyers. */
export function startBuyers(options: BuyersOptions): Buyers {
  const { clock, random } = options
  let callOff: (() => void) | undefined
  const next = (): void => {
    callOff = clock.after(whole(random, BETWEEN_S.least, BETWEEN_S.most) * 1_000, () => {
      visit(options)
      next()
    })
  }
  return {
    come() {
      if (!callOff) next()
    },
    stay() {
      callOff?.()
      callOff = undefined
    },
    areComing: () => callOff !== undefined,
  }
}

/** One visit: a purchase on one of the channels, or now and then a cancellation. What cannot be had is not bought. */
export function visit({ clock, random, shopify, etsy }: BuyersOptions): void {
  const cancels = happens(random, CANCELLATIONS)
  const since = clock.now().getTime() - CHANGES_HIS_MIND_MS
  if (happens(random, ON_ETSY)) return cancels ? cancelOnEtsy(etsy, since) : buyOnEtsy(random, etsy)
  const open = shopify.shops().filter((shop) => shop.installed)
  if (open.length === 0) return
  const shop = pick(random, open)
  if (cancels) cancelOnline(shop, since)
  else buyOnShopify(random, shop)
}

const pieces = (random: Random, most: number) => (most > 1 && happens(random, TWO_PIECES) ? 2 : 1)

function buyOnShopify(random: Random, shop: Shop): void {
  const till = happens(random, AT_THE_TILL) ? shop.location('Shop window').id : undefined
  const shown = (id: string) => shop.shown(id, till)
  const goods = shop.products().filter((product) => product.status === 'ACTIVE')
  const there = goods.flatMap((product) => product.variantIds).filter((id) => shop.item(id).tracked && shown(id) > 0)
  if (there.length === 0) return
  const variantId = pick(random, there)
  const lines = [{ variantId, quantity: pieces(random, shown(variantId)) }]
  const where = till ? { source: 'pos' as const, locationId: till } : { source: 'web' as const }
  shop.placeOrder({ ...where, lines, buyer: someBuyer(random) })
}

/** The newest order of the online store that is not sent yet. */
function cancelOnline(shop: Shop, since: number): void {
  const order = shop.orders().find((o) => {
    const unsent = o.cancelledAt === null && o.lines.every((line) => line.fulfilled === 0)
    return o.sourceName === 'web' && o.processedAt > since && unsent
  })
  if (order) shop.cancelOrder(order.id, { restock: true })
}

function buyOnEtsy(random: Random, etsy: EtsySandbox): void {
  const shown = etsy.shops().flatMap((shop) =>
    shop.listings().flatMap(({ listingId, inventory }) =>
      inventory.products.flatMap(({ productId }) => {
        const most = shop.shown(listingId, productId)
        return most > 0 ? [{ shop, listingId, productId, most }] : []
      }),
    ),
  )
  if (shown.length === 0) return
  const { shop, listingId, productId, most } = pick(random, shown)
  shop.buy({ lines: [{ listingId, productId, quantity: pieces(random, most) }], buyer: someBuyer(random) })
}

function cancelOnEtsy(etsy: EtsySandbox, since: number): void {
  for (const shop of etsy.shops()) {
    const receipt = shop
      .receipts()
      .findLast((r) => r.canceledAt === null && r.shippedAt === null && r.createdAt > since)
    if (receipt && !isRefusal(shop.cancel(receipt.receiptId))) return
  }
}
