import { describe, expect, it, test } from 'vitest'
import { checkoutGone, checkoutOf } from '#app/channels/shopify/checkout.ts'
import { topicOf } from '#app/channels/shopify/notification.ts'

const told = {
  token: 'abc',
  updated_at: '2026-03-10T13:00:00+01:00',
  completed_at: null,
  line_items: [
    { sku: 'RNG-1', quantity: 2, variant_id: 7 },
    { sku: null, quantity: 1 },
    { sku: '', quantity: 1 },
  ],
}

describe('news of a checkout', () => {
  it('says what lies in it, as far as that has a SKU', () => {
    expect(checkoutOf(told)).toEqual({
      token: 'abc',
      version: Date.parse('2026-03-10T12:00:00Z'),
      over: false,
      lines: [{ sku: 'RNG-1', quantity: 2 }],
    })
  })
  it('says that it has become an order', () => {
    expect(checkoutOf({ ...told, completed_at: '2026-03-10T13:00:01+01:00' })).toMatchObject({ over: true })
  })
  test.each([
    null,
    {},
    'text',
    { ...told, token: '' },
    { ...told, updated_at: 'yesterday' },
    { ...told, line_items: [{ quantity: -1 }] },
  ])('that cannot be used is left: %j', (payload) => {
    expect(checkoutOf(payload)).toBeNull()
  })
  it('that it is gone names it, or nothing', () => {
    expect([checkoutGone({ token: 'abc' }), checkoutGone({ id: 7 }), checkoutGone(null)]).toEqual(['abc', null, null])
  })
  it('has one topic in both ways to write it', () => {
    expect([topicOf('CHECKOUTS_UPDATE'), topicOf('checkouts/update')]).toEqual(['checkouts/update', 'checkouts/update'])
  })
})
