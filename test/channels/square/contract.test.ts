import { SIZES } from '#app/channels/square/limits.ts'
import { assert } from '#app/kernel/assert.ts'
import type { Switches } from '#sandbox/square/settings.ts'
import { connectorBattery, type Trouble } from '#test/contract/connector.ts'
import { stockedBattery, type StockedWorld } from '#test/contract/stocked-connector.ts'
import { given } from '#test/sandbox/square/opened-seller.ts'
import { connectedTill } from './connected-till.ts'

const OUTAGES: Record<Exclude<Trouble, 'locked-out'>, () => Response> = {
  throttled: () => Response.json({ errors: [{ category: 'RATE_LIMIT_ERROR', code: 'RATE_LIMITED' }] }, { status: 429 }),
  down: () => new Response('<html>Bad gateway</html>', { status: 502 }),
  unreachable: () => {
    throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
  },
}

/** What is bought is ordered online, to be fulfilled: what a till sells is over at once, and has its own tests. */
const opened = (switches: Partial<Switches>) => async (): Promise<StockedWorld> => {
  const { clock, connector, deps, main, sandbox, seller, tamper } = connectedTill({ switches })
  let listed = 0
  return {
    connector,
    clock,
    ordersPerPage: SIZES.orders,
    async list(quantity) {
      const sku = `PIECE-${(listed += 1)}`
      const { variationIds } = seller.addItem({
        name: sku,
        variations: [{ sku, priceCents: 1_000, stock: { [main]: quantity } }],
      })
      return { externalId: variationIds[0] ?? '', variantId: '' }
    },
    async remove({ externalId }) {
      const variation = seller.variations().find(({ variationId }) => variationId === externalId)
      assert(variation, 'What is removed was there')
      seller.removeItem(variation.itemId)
    },
    buy: async ({ externalId: variationId }, quantity) =>
      given(seller.orderOnline({ locationId: main, lines: [{ variationId, quantity }] })).orderId,
    cancel: async (orderId) => void given(seller.cancel(orderId)),
    ship: async (orderId) => void given(seller.fulfil(orderId)),
    shown: async ({ externalId }) => Math.max(0, seller.inStock(externalId, main)),
    async trouble(kind) {
      if (kind !== 'locked-out') return tamper(OUTAGES[kind])
      deps.tokens.refused = async () => {}
      seller.disconnectApp()
    },
    place: async () => main,
    onHand: async ({ externalId }) => seller.inStock(externalId, main) + seller.reserved(externalId, main),
    loseAnswers() {
      tamper(async (request) => {
        await sandbox.fetch(request)
        throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') })
      })
    },
    well: () => tamper(() => undefined),
    close: async () => {},
  }
}

connectorBattery('square', opened({}))
stockedBattery('square', opened({}))
connectorBattery('square that keeps open orders apart', opened({ openOrdersReserve: true }))
stockedBattery('square that keeps open orders apart', opened({ openOrdersReserve: true }))
