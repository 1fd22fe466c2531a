import { connectedShop } from './connected-shop.ts'
import { assert, present } from '#app/kernel/assert.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import { given } from '#test/sandbox/etsy/opened-shop.ts'
import { type AbsoluteWorld, absoluteBattery } from '#test/contract/absolute-connector.ts'
import { type Trouble, connectorBattery } from '#test/contract/connector.ts'
import { variantIdOf } from '#app/channels/etsy/translate.ts'

const OUTAGES: Record<Exclude<Trouble, 'locked-out'>, () => Response> = {
  throttled: () =>
    Response.json({ error: 'Exceeded per second rate limit' }, { status: 429, headers: { 'retry-after': '1' } }),
  down: () => new Response('<html>Bad gateway</html>', { status: 502 }),
  unreachable: () => {
    throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
  },
}

async function open(): Promise<AbsoluteWorld> {
  const { clock, connector, deps, shop, tamper, sandbox } = connectedShop({ listings: [] })
  let n = 0
  const skus = (quantities: number[]) => quantities.map((quantity) => ({ sku: `S${++n}`, quantity, priceCents: 4_500 }))
  const productIn = ({ externalId, variantId }: ListingRef): number => {
    const listing = present(shop.listing(Number(externalId)), `Listing ${externalId}`)
    const product = listing.inventory.products.find(({ values }) => {
      return variantIdOf(values.map(({ propertyId, values }) => ({ property_id: propertyId, values }))) === variantId
    })
    return present(product, `Variation ${variantId}`).productId
  }
  const lineOf = (ref: ListingRef) => ({ listingId: Number(ref.externalId), productId: productIn(ref) })
  return {
    connector,
    clock,
    ordersPerPage: 100,
    async list(quantity) {
      const { listingId } = shop.addListing({ title: `Ring ${n}`, products: skus([quantity]) })
      return { externalId: String(listingId), variantId: '' }
    },
    async listTogether(quantities) {
      const products = skus(quantities).map((product, i) => ({ ...product, choice: [String(50 + i)] }))
      const listing = shop.addListing({ title: `Ring ${n}`, variations: ['Ring size'], products })
      return quantities.map((_, i) => ({ externalId: String(listing.listingId), variantId: `513:${50 + i}` }))
    },
    remove: async ({ externalId }) => shop.deleteBySeller(Number(externalId)),
    editByPerson: async (ref, quantity) => {
      const { listingId, productId } = lineOf(ref)
      given(shop.editBySeller(listingId, { quantities: { [productId]: quantity } }))
    },
    buy: async (ref, quantity) => String(given(shop.buy({ lines: [{ ...lineOf(ref), quantity }] })).receiptId),
    cancel: async (orderId) => void given(shop.cancel(Number(orderId))),
    ship: async (orderId) => void given(shop.ship(Number(orderId))),
    shown: async (ref) => shop.shown(lineOf(ref).listingId, lineOf(ref).productId),
    async trouble(kind) {
      if (kind !== 'locked-out') return tamper(OUTAGES[kind])
      deps.tokens.refused = async () => {}
      shop.disconnectApp()
    },
    loseAnswer() {
      tamper(async (request) => {
        if (request.method === 'GET') return undefined
        const answer = await sandbox.fetch(request)
        assert(answer.ok, 'The write that loses its answer must be taken')
        throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') })
      })
    },
    close: async () => {},
  }
}

connectorBattery('Etsy', open)
absoluteBattery('Etsy', open)
