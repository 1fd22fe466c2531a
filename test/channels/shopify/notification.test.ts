import { describe, expect, it } from 'vitest'
import { shopifyNotification, topicOf } from '#app/channels/shopify/notification.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox } from '#sandbox/shopify/sandbox.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { granted, STUDS, RING } from './world.ts'

const RECEIVED = new Date('2026-11-23T09:00:05Z')
const told = { shop: 'northlight.myshopify.com', webhookId: 'w1', eventId: 'e1', receivedAt: RECEIVED }

describe('a webhook of Shopify', () => {
  const subjects: [string, object, string][] = [
    ['orders/create', { id: 42 }, 'gid://shopify/Order/42'],
    ['orders/delete', { id: 42 }, 'gid://shopify/Order/42'],
    ['orders/edited', { order_edit: { id: 7, order_id: 42 } }, 'gid://shopify/Order/42'],
    ['refunds/create', { id: 9, order_id: 42 }, 'gid://shopify/Order/42'],
    ['fulfillments/update', { id: 9, order_id: 42 }, 'gid://shopify/Order/42'],
    ['inventory_levels/update', { inventory_item_id: 5, location_id: 6 }, 'gid://shopify/InventoryItem/5'],
    ['inventory_levels/disconnect', { inventory_item_id: 5 }, 'gid://shopify/InventoryItem/5'],
    ['inventory_items/delete', { id: 5 }, 'gid://shopify/InventoryItem/5'],
    ['products/delete', { id: 3 }, 'gid://shopify/Product/3'],
    ['locations/update', { id: 6 }, 'gid://shopify/Location/6'],
    ['app/uninstalled', { id: 1 }, 'northlight.myshopify.com'],
    ['app/scopes_update', { current: [] }, 'northlight.myshopify.com'],
  ]
  it.each(subjects)('%s says what to read again', (topic, payload, subject) => {
    expect(shopifyNotification({ ...told, topic, payload })).toMatchObject({ topic, subject })
    const asTheLibrarySays = topic.toUpperCase().replace('/', '_')
    expect(topicOf(asTheLibrarySays)).toBe(topic)
    expect(shopifyNotification({ ...told, topic: asTheLibrarySays, payload })).toMatchObject({ topic, subject })
  })

  it.each(['customers/redact', 'shop/redact', 'bulk_operations/finish', 'themes/update'])(
    '%s is nothing to read',
    (topic) => {
      expect(shopifyNotification({ ...told, topic, payload: {} })).toBeNull()
    },
  )

  it('is known by its event, not by its delivery, and apart from the other things of that event', () => {
    const level = (over: object) =>
      shopifyNotification({ ...told, topic: 'inventory_levels/update', payload: { inventory_item_id: 5 }, ...over })
    expect(level({ webhookId: 'w2' })?.eventId).toBe(level({})?.eventId)
    expect(level({ payload: { inventory_item_id: 6 } })?.eventId).not.toBe(level({})?.eventId)
    expect(level({ eventId: 'e2' })?.eventId).not.toBe(level({})?.eventId)
    expect(level({ eventId: undefined })?.eventId).not.toBe(level({ eventId: undefined, webhookId: 'w2' })?.eventId)
  })

  it.each([
    ['2026-11-23T09:00:01.250Z', new Date('2026-11-23T09:00:01.250Z')],
    [undefined, RECEIVED],
    ['yesterday', RECEIVED],
  ])('triggered at %s happened at %s', (triggeredAt, occurredAt) => {
    expect(
      shopifyNotification({ ...told, topic: 'orders/create', payload: { id: 1 }, triggeredAt })?.occurredAt,
    ).toEqual(occurredAt)
  })

  it('without its subject is not one of Shopify', () => {
    expect(() => shopifyNotification({ ...told, topic: 'orders/create', payload: {} })).toThrow()
  })

  it('of an order of two things is one of the order and one of each thing', async () => {
    const clock = new VirtualClock(new Date('2026-11-23T09:00:00Z'))
    const requests: Request[] = []
    const deliver = async (request: Request) => {
      requests.push(request)
      return new Response()
    }
    const topics = ['orders/create', 'inventory_levels/update']
    const app = {
      apiKey: 'key',
      apiSecret: 'secret',
      url: 'https://app.test',
      scopes: ['read_orders'],
      webhooks: [{ topics, uri: '/webhooks' }],
    }
    const sandbox = createShopifySandbox({ clock, random: seeded(3), app, deliver })
    const locations = [{ name: 'Safe' }, { name: 'Window' }, { name: 'Bench' }]
    const shop = sandbox.addShop({ domain: told.shop, name: 'Northlight', locations, products: [STUDS, RING] })
    const order = granted(
      shop.placeOrder({
        source: 'web',
        lines: [
          { sku: 'STUD', quantity: 1 },
          { sku: 'SIG-54', quantity: 1 },
        ],
      }),
    )
    await clock.runTo(clock.now())
    const kept = await Promise.all(
      requests.map(async (request) => {
        const header = (name: string) => request.headers.get(`x-shopify-${name}`) ?? ''
        const payload = await request.json()
        const ids = {
          eventId: header('event-id'),
          webhookId: header('webhook-id'),
          triggeredAt: header('triggered-at'),
        }
        return shopifyNotification({ ...told, ...ids, topic: header('topic'), payload })
      }),
    )
    const subjects = [order.id, shop.item('STUD').id, shop.item('SIG-54').id]
    expect(kept.map((one) => one?.subject).toSorted()).toEqual(subjects.toSorted())
    expect(new Set(kept.map((one) => one?.eventId)).size).toBe(3)
    expect(kept.every((one) => one?.occurredAt.getTime() === clock.now().getTime())).toBe(true)
  })
})
