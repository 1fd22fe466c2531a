import { describe, expect, it } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { startBuyers } from '#sandbox/buyers.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { openChannels } from '#sandbox/open-channels.ts'
import { registered } from '#test/support/world.ts'

const START = new Date('2026-11-23T09:00:00Z')
const HOUR_MS = 3_600_000

function market(seed: number) {
  const clock = new VirtualClock(START)
  const options = {
    clock,
    random: seeded(7),
    app: { ...registered('http://127.0.0.1:9'), webhooks: [] },
    ports: { shopify: 0, etsy: 0, square: 0 },
    seed: 1,
    quiet: true,
    onTrouble: () => {},
  }
  const { shopify, etsy } = openChannels(options, { saved: undefined, onChange: () => {} })
  const buyers = startBuyers({ clock, shopify, etsy, random: seeded(seed) })
  const shop = shopify.shop('adler-finch.myshopify.com')
  const sold = () => ({
    web: shop.orders(1_000).filter((o) => o.sourceName === 'web' && o.processedAt >= START.getTime()),
    till: shop.orders(1_000).filter((o) => o.sourceName === 'pos'),
    etsy: etsy.shops().flatMap((s) => s.receipts().filter((r) => r.createdAt >= START.getTime())),
  })
  const hours = (n: number) => clock.runTo(new Date(clock.now().getTime() + n * HOUR_MS))
  return { clock, buyers, shopify, etsy, shop, sold, hours }
}

describe('buyers who come by themselves', () => {
  it('are none until they are let in', async () => {
    const { sold, hours, buyers } = market(1)
    await hours(2)
    const { web, till, etsy } = sold()
    expect([web.length, till.length, etsy.length, buyers.areComing()]).toEqual([0, 0, 0, false])
  })

  it('buy slowly, in the store, at the till and on Etsy', async () => {
    const { sold, hours, buyers } = market(1)
    buyers.come()
    await hours(1)
    const { web, till, etsy } = sold()
    const all = web.length + till.length + etsy.length
    expect(all).toBeGreaterThan(60)
    expect(all).toBeLessThan(300)
    for (const channel of [web, till, etsy]) expect(channel.length).toBeGreaterThan(5)
  })

  it('change their minds now and then, and never about an order from before', async () => {
    const { shop, etsy, hours, buyers } = market(1)
    buyers.come()
    await hours(2)
    const cancelled = shop.orders(1_000).filter((o) => o.cancelledAt !== null)
    const canceledOnEtsy = etsy.shops().flatMap((s) => s.receipts().filter((r) => r.canceledAt !== null))
    expect(cancelled.length).toBeGreaterThan(0)
    expect(canceledOnEtsy.length).toBeGreaterThan(0)
    expect(cancelled.every((o) => o.processedAt >= START.getTime())).toBe(true)
    expect(canceledOnEtsy.every((r) => r.createdAt >= START.getTime())).toBe(true)
  })

  it('are the same for the same chance', async () => {
    const [one, two, other] = [market(3), market(3), market(4)]
    for (const { buyers, hours } of [one, two, other]) {
      buyers.come()
      await hours(0.5)
    }
    const names = (m: typeof one) => m.sold().web.map((o) => `${o.processedAt} ${o.buyer?.name} ${o.lines[0]?.sku}`)
    expect(names(one)).toEqual(names(two))
    expect(names(one)).not.toEqual(names(other))
  })

  it('take nothing that is not shown: no number of Shopify’s goes below zero', async () => {
    const { shop, hours, buyers } = market(5)
    buyers.come()
    await hours(24)
    const levels = shop.products().flatMap((p) => p.variantIds.flatMap((id) => [...shop.levels(id)]))
    expect(Math.min(...levels.map((l) => l.quantities.available))).toBeGreaterThanOrEqual(0)
  })

  it('go home when they are sent, and can come again', async () => {
    const { sold, hours, buyers, clock } = market(1)
    buyers.come()
    await hours(0.5)
    buyers.stay()
    const before = sold().web.length
    await hours(1)
    expect([sold().web.length, buyers.areComing(), clock.next()]).toEqual([before, false, undefined])
    buyers.come()
    await hours(0.5)
    expect(sold().web.length).toBeGreaterThan(before)
  })
})
