import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { openChannels } from '#sandbox/open-channels.ts'
import { deskOf } from '#sandbox/shopify/desk-of-shop.ts'
import { registered } from '#test/support/world.ts'

/** The desks of the jeweler's two shops, in process and with time standing still. */
export function openDesks() {
  const clock = new VirtualClock(new Date('2026-11-23T09:00:00Z'))
  const app = { ...registered('http://127.0.0.1:9'), webhooks: [] }
  const options = {
    clock,
    random: seeded(7),
    app,
    ports: { shopify: 0, etsy: 0, square: 0 },
    seed: 1,
    quiet: true,
    onTrouble: () => {},
  }
  const { shopify } = openChannels(options, { saved: undefined, onChange: () => {} })
  const desks = shopify.shops().map((shop) => {
    return deskOf({ shop, signIn: (userId) => shopify.sessionToken({ shop: shop.domain, userId }) })
  })
  const [desk, other] = desks
  const shop = shopify.shop('adler-finch.myshopify.com')
  if (!desk || !other) throw new Error('The world has two shops')
  return { clock, app, shopify, shop, desks, desk, other }
}
