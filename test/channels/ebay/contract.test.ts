import { variantIdOf } from '#app/channels/ebay/choices.ts'
import { assert, present } from '#app/kernel/assert.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import { type AbsoluteWorld, absoluteBattery } from '#test/contract/absolute-connector.ts'
import { type Trouble, connectorBattery } from '#test/contract/connector.ts'
import { given } from '#test/sandbox/ebay/opened-account.ts'
import { connectedAccount, type Tamper } from './connected-account.ts'

const error = (errorId: number, message: string) => ({
  errors: [{ errorId, domain: 'ACCESS', category: 'REQUEST', message }],
})

const OUTAGES: Record<Exclude<Trouble, 'locked-out'>, () => Response> = {
  throttled: () => Response.json(error(2_001, 'Too many requests.'), { status: 429 }),
  down: () => new Response('<html>Bad gateway</html>', { status: 502 }),
  unreachable: () => {
    throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
  },
}

const isWrite = (request: Request): boolean =>
  /bulk_update/.test(request.url) || /^Revise/.test(request.headers.get('x-ebay-api-call-name') ?? '')

/** `via`: what looks after the listings: the Inventory API, or Trading for those made elsewhere. */
const open = (via: 'inventory' | 'trading') => async (): Promise<AbsoluteWorld> => {
  const { clock, connector, deps, seller, tamper, sandbox, shown } = connectedAccount({ listings: [] })
  let n = 0
  const products = (quantities: number[]) =>
    quantities.map((quantity, i) => ({ sku: `S${++n}`, quantity, priceCents: 4_500, choice: [String(50 + i)] }))
  const lineOf = ({ externalId, variantId }: ListingRef) => {
    const listing = present(seller.listing(externalId), `Listing ${externalId}`)
    const variation = listing.variations.find(({ choices }) => variantIdOf(choices) === variantId)
    return { listingId: externalId, variationId: present(variation, `Variation ${variantId}`).variationId }
  }
  const losesAnswer: Tamper = async (request) => {
    if (!isWrite(request)) return undefined
    const answer = await sandbox.fetch(request)
    assert(answer.ok, 'The write that loses its answer must be taken')
    throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') })
  }
  return {
    connector,
    clock,
    ordersPerPage: 200,
    list: async (quantity) => ({
      externalId: seller.addListing({ title: `Ring ${n}`, via, products: products([quantity]) }).listingId,
      variantId: '',
    }),
    async listTogether(quantities) {
      const listing = seller.addListing({
        title: `Ring ${n}`,
        via,
        variations: ['Ring size'],
        products: products(quantities),
      })
      return listing.variations.map(({ choices }) => ({
        externalId: listing.listingId,
        variantId: variantIdOf(choices),
      }))
    },
    // A seller cannot delete a listing: she ends it.
    remove: async ({ externalId }) => void given(seller.end(externalId)),
    editByPerson: async (ref, quantity) => {
      const { listingId, variationId } = lineOf(ref)
      given(seller.editBySeller(listingId, { quantities: { [variationId]: quantity } }))
    },
    buy: async (ref, quantity) => given(await seller.buy({ lines: [{ ...lineOf(ref), quantity }] })).orderId,
    cancel: async (orderId) => void given(seller.cancel(orderId)),
    ship: async (orderId) => void given(seller.ship(orderId)),
    shown: async (ref) => shown(ref),
    async trouble(kind) {
      if (kind !== 'locked-out') return tamper(OUTAGES[kind])
      deps.tokens.refused = async () => {}
      seller.disconnectApp()
    },
    loseAnswer: () => tamper(losesAnswer),
    close: async () => {},
  }
}

connectorBattery('eBay', open('inventory'))
absoluteBattery('eBay, by the Inventory API', open('inventory'))
absoluteBattery('eBay, by Trading', open('trading'))
