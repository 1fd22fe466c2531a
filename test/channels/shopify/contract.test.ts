import { describe, expect, it } from 'vitest'
import { openLimiter, type Limiter } from '#app/channels/limiter.server.ts'
import { SHOPIFY_LIMITS, SIZES } from '#app/channels/shopify/limits.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import type { Log } from '#app/kernel/log.ts'
import type { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { connectorBattery, type Trouble } from '#test/contract/connector.ts'
import { stockedBattery, type StockedWorld } from '#test/contract/stocked-connector.ts'
import { granted, OPENED_AT, openWorld, STUDS, type World } from './world.ts'

async function opened(): Promise<StockedWorld> {
  const world = openWorld()
  const { shop } = world
  const product = ({ externalId }: ListingRef) => shop.variant(externalId).productId
  let listed = 0
  return {
    connector: world.connector,
    clock: world.clock,
    ordersPerPage: SIZES.orders,
    async list(quantity) {
      const sku = `PIECE-${(listed += 1)}`
      shop.addProduct({
        title: sku,
        variants: [{ sku, price: '10.00', stock: [{ location: 'Safe', available: quantity }] }],
      })
      return { externalId: shop.item(sku).id, variantId: '' }
    },
    remove: async (ref) => void shop.deleteProduct(product(ref)),
    buy: async ({ externalId: variantId }, quantity) =>
      granted(shop.placeOrder({ source: 'web', lines: [{ variantId, quantity }] })).id,
    cancel: async (orderId) => void granted(shop.cancelOrder(orderId, { restock: true })),
    ship: async (orderId) => void granted(shop.fulfill(orderId)),
    shown: async ({ externalId }) => shop.shown(externalId),
    trouble: async (kind) => TROUBLES[kind](world),
    place: async () => world.place('Safe'),
    onHand: async ({ externalId }) => shop.quantity(externalId, world.place('Safe'), 'on_hand'),
    loseAnswers: () =>
      world.trouble(async (request) => {
        await world.sandbox.fetch(request)
        return new Response('', { status: 502 })
      }),
    well: () => world.trouble(null),
    close: async () => {},
  }
}

const TROUBLES: Record<Trouble, (world: World) => void> = {
  throttled: ({ sandbox }) => sandbox.setLimits({ maximumAvailable: 1 }),
  down: ({ trouble }) => trouble(() => new Response('', { status: 503 })),
  unreachable: ({ trouble }) => trouble(() => Promise.reject(new TypeError('fetch failed'))),
  'locked-out': ({ shop }) => shop.uninstallApp(),
}

connectorBattery('shopify', opened)
stockedBattery('shopify', opened)

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

describe('shopify: sixty orders read at once', () => {
  const limits = { maximumAvailable: 400, restoreRate: 100 }

  // How often the shop said that it was too much, and the answers that came all the same.
  async function readAtOnce(limiter?: (clock: VirtualClock) => Pick<Limiter, 'run'>) {
    const world = openWorld({ products: [STUDS], limits, ...(limiter && { limiter }) })
    const { id } = granted(world.shop.placeOrder({ source: 'web', lines: [{ sku: 'STUD', quantity: 1 }] }))
    let throttled = 0
    world.trouble(async (request) => {
      const answer = await world.sandbox.fetch(request)
      throttled += Number((await answer.clone().text()).includes('THROTTLED'))
      return answer
    })
    let waiting = 60
    const reading = Array.from({ length: waiting }, () => world.connector.order(id).finally(() => (waiting -= 1)))
    const settled = Promise.allSettled(reading)
    while (waiting > 0) {
      await turnOfEvents()
      await world.clock.runTo(new Date(world.clock.now().getTime() + 50))
    }
    const read = (await settled).filter(({ status }) => status === 'fulfilled').length
    return { throttled, read, seconds: (world.clock.now().getTime() - OPENED_AT.getTime()) / 1_000 }
  }

  it('are paced by the limiter so that none is throttled, and in no more time than their points need', async () => {
    const own = SHOPIFY_LIMITS.map((limit) => ({ ...limit, limit: limits.maximumAvailable }))
    const paced = await readAtOnce((clock) => {
      const opening = openLimiter({ limits: own, concurrency: 8, clock, log: silent })
      return { run: async (call, send) => (await opening).run(call, send) }
    })
    expect(paced).toMatchObject({ throttled: 0, read: 60 })
    expect(paced.seconds).toBeLessThan(20)
  })

  it('are too much without it', async () => {
    expect((await readAtOnce()).throttled).toBeGreaterThan(0)
  })
})

const turnOfEvents = () => new Promise((resolve) => setImmediate(resolve))
