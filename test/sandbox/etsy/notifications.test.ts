import { Webhook } from 'standardwebhooks'
import { describe, expect, test, vi } from 'vitest'
import { type Opening, PENDANT, SECRET, given, openedShop } from './opened-shop.ts'

const STOCKED = { ...PENDANT, products: [{ sku: 'P1', quantity: 500, priceCents: 1_000 }] }

function opened(opening: Opening = {}) {
  const shop = openedShop({ listings: [STOCKED], ...opening })
  const order = (paid = true) =>
    given(shop.shop.buy({ lines: [{ listingId: shop.first, quantity: 1 }], paid })).receiptId
  const wait = (ms: number) => shop.clock.runTo(new Date(shop.clock.now().getTime() + ms))
  const receiptIds = async () => {
    const texts = await Promise.all(shop.delivered.map(({ request }) => request.clone().text()))
    return texts.map((text) => Number(text.match(/receipts\/(\d+)/)?.[1]))
  }
  return { ...shop, order, wait, receiptIds }
}

const header = ({ request }: { request: Request }, name: string) => request.headers.get(name)

describe('news of an order', () => {
  test('is thin: what happened, where to read it, in which shop', async () => {
    const { order, wait, delivered, shop } = opened()
    const receiptId = order()
    expect(delivered).toEqual([])
    await wait(0)
    expect(delivered).toHaveLength(1)
    expect(delivered[0]!.request).toMatchObject({ url: 'https://app.test/webhooks/etsy', method: 'POST' })
    expect(await delivered[0]!.request.json()).toEqual({
      event_type: 'order.paid',
      resource_url: `https://openapi.etsy.com/v3/application/shops/${shop.shopId}/receipts/${receiptId}`,
      shop_id: shop.shopId,
    })
  })

  test('comes when it is paid, canceled and shipped, and at no other time', async () => {
    const { order, wait, delivered, shop, first } = opened()
    const canceled = order(false)
    await wait(0)
    expect(delivered).toEqual([])
    given(shop.pay(canceled))
    given(shop.cancel(canceled))
    const shipped = order()
    given(shop.refundPartially(shipped, { amount: 1 }))
    given(shop.ship(shipped))
    given(shop.editBySeller(first, { title: 'Edited' }))
    await wait(0)
    const events: { event_type: string }[] = await Promise.all(delivered.map(({ request }) => request.json()))
    expect(events.map((event) => event.event_type)).toEqual([
      'order.paid',
      'order.canceled',
      'order.paid',
      'order.shipped',
    ])
  })

  test('is signed as Standard Webhooks says', async () => {
    const { order, wait, delivered, clock } = opened()
    order()
    await wait(0)
    vi.useFakeTimers({ now: clock.now(), toFake: ['Date'] })
    try {
      const { request } = delivered[0]!
      const body = await request.text()
      const headers = Object.fromEntries(request.headers)
      expect(() => new Webhook(SECRET).verify(body, headers)).not.toThrow()
      expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow()
    } finally {
      vi.useRealTimers()
    }
  })

  test('is signed with the bare base64 where Etsy does so', async () => {
    const { order, wait, delivered, sandbox } = opened()
    sandbox.configure({ switches: { signature: 'bare' } })
    order()
    await wait(0)
    expect(header(delivered[0]!, 'webhook-signature')).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  })

  test('goes only to an app that the seller has let in', async () => {
    const { order, wait, delivered, shop, sandbox } = opened()
    shop.disconnectApp()
    order()
    const stranger = sandbox.addShop({ name: 'Stranger', listings: [STOCKED] })
    given(stranger.buy({ lines: [{ listingId: stranger.listings()[0]!.listingId, quantity: 1 }] }))
    await wait(0)
    expect(delivered).toEqual([])
    shop.signIn()
    order()
    await wait(0)
    expect(delivered).toHaveLength(1)
  })

  test('goes nowhere when the app has no webhook', async () => {
    const { order, wait, delivered } = opened({
      app: { keystring: 'keystring', sharedSecret: 'shared', redirectUris: [] },
    })
    order()
    await wait(0)
    expect(delivered).toEqual([])
  })
})

describe('an app that does not answer', () => {
  const SECONDS_AFTER = [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 99_305]

  test.each([
    ['answers 500', async () => new Response('', { status: 500 })],
    ['answers 301', async () => new Response('', { status: 301 })],
    ['cannot be reached', async () => Promise.reject(new Error('refused'))],
  ])('that %s is tried eight times over more than a day, with one id', async (_, answer) => {
    const times: number[] = []
    const ids = new Set<string | null>()
    let start = 0
    const { order, wait, clock, sandbox } = opened({
      deliver: (request) => {
        times.push((clock.now().getTime() - start) / 1_000)
        ids.add(request.headers.get('webhook-id'))
        return answer()
      },
    })
    start = clock.now().getTime()
    order()
    await wait(7 * 86_400_000)
    expect(times).toEqual(SECONDS_AFTER)
    expect(ids.size).toBe(1)
    expect(sandbox.metrics()).toMatchObject({ notified: 0, undelivered: 1 })
  })

  test('is left in peace once it has answered, and each attempt is signed for its own time', async () => {
    const stamps: (string | null)[] = []
    const { order, wait, sandbox } = opened({
      deliver: async (request) => {
        stamps.push(request.headers.get('webhook-timestamp'))
        return new Response(null, { status: stamps.length < 3 ? 503 : 204 })
      },
    })
    order()
    await wait(7 * 86_400_000)
    expect(stamps).toHaveLength(3)
    expect(new Set(stamps).size).toBe(3)
    expect(sandbox.metrics()).toMatchObject({ notified: 1, undelivered: 0 })
  })
})

test('an answer that comes after a state was loaded settles nothing of the new state', async () => {
  const asked: (() => void)[] = []
  const { order, wait, sandbox } = opened({
    deliver: () => new Promise((resolve) => asked.push(() => resolve(new Response())) > 1 && asked[1]!()),
  })
  order()
  const thinking = wait(0)
  sandbox.load(sandbox.save())
  asked[0]!()
  await thinking
  expect(asked).toHaveLength(2)
  expect(sandbox.metrics().notified).toBe(1)
})

describe('the post’s own faults', () => {
  test('what is dropped never comes', async () => {
    const { order, wait, delivered } = opened({ faults: { notifications: { drop: 1 } } })
    order()
    await wait(7 * 86_400_000)
    expect(delivered).toEqual([])
  })

  test('what is delayed comes within the time that was set', async () => {
    const { order, wait, delivered, clock } = opened({ faults: { notifications: { delay: 1, delayMs: 30_000 } } })
    const start = clock.now().getTime()
    for (let i = 0; i < 20; i++) order()
    await wait(0)
    expect(delivered).toEqual([])
    await wait(30_000)
    const delays = delivered.map(({ at }) => at.getTime() - start)
    expect(delays).toHaveLength(20)
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000)
    expect(new Set(delays).size).toBeGreaterThan(10)
  })

  test('what is repeated comes twice with one id', async () => {
    const { order, wait, delivered } = opened({ faults: { notifications: { repeat: 1 } } })
    order()
    await wait(60_000)
    expect(delivered.map((one) => header(one, 'webhook-id'))).toEqual(['msg_000000000001', 'msg_000000000001'])
    expect(delivered[1]!.at > delivered[0]!.at).toBe(true)
  })

  test('what is reordered is overtaken by the next one, or comes by itself a minute later', async () => {
    const { order, wait, receiptIds, sandbox, delivered } = opened({ faults: { notifications: { reorder: 1 } } })
    const held = order()
    await wait(1_000)
    sandbox.configure({ faults: null })
    const next = order()
    await wait(1)
    expect(await receiptIds()).toEqual([next, held])
    sandbox.configure({ faults: { notifications: { reorder: 1 } } })
    order()
    await wait(59_999)
    expect(delivered).toHaveLength(2)
    await wait(1)
    expect(delivered).toHaveLength(3)
  })

  test('a share of them goes wrong, the same ones with the same seed', async () => {
    const run = async () => {
      const { order, wait, receiptIds } = opened({
        faults: { notifications: { drop: 0.3, repeat: 0.2, delay: 0.5, reorder: 0.1 } },
      })
      for (let i = 0; i < 100; i++) {
        order()
        await wait(500)
      }
      await wait(120_000)
      return receiptIds()
    }
    const once = await run()
    expect(await run()).toEqual(once)
    expect(once.length).toBeGreaterThan(60)
    expect(new Set(once).size).toBeLessThan(90)
    expect(once).not.toEqual(once.toSorted((a, b) => a - b))
  })
})
