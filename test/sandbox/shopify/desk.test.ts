import { describe, expect, it } from 'vitest'
import { isRefusal } from '#app/kernel/refusal.ts'
import { openDesks } from '#test/support/desks.ts'

const SKU = 'C207-18'

function opened() {
  const { shop, desk, ...rest } = openDesks()
  const variantId = shop.variant(SKU).id
  const sell = (quantity: number, till?: string) => {
    const where = till ? { source: 'pos' as const, locationId: shop.location(till).id } : { source: 'web' as const }
    const sold = desk.sell({ ...where, lines: [{ variantId, quantity }] })
    if (isRefusal(sold)) throw new Error(sold.sentence)
    return sold.orderKey
  }
  return { shop, desk, sell, ...rest }
}

describe('the desk of a shop', () => {
  it('shows each piece where it lies, and only what is counted', () => {
    const { desk, shop } = opened()
    const variants = desk.view().products.flatMap((p) => p.variants)
    const one = variants.find((v) => v.sku === SKU)
    expect(one?.online).toBe(shop.shown(SKU))
    expect(one?.levels.every((level) => level.onHand >= level.quantities.available)).toBe(true)
    expect(variants.filter((v) => v.online === null).map((v) => v.sku)).toEqual(['SV-ENGRAVE', 'GIFT-100'])
  })

  it('fulfils an order, after which it can be refunded and not cancelled', () => {
    const { desk, sell } = opened()
    const key = sell(1)
    expect(desk.order(key)?.can).toEqual({ fulfill: true, cancel: true, refund: true })
    expect(desk.fulfill(key)).toBeUndefined()
    expect(desk.order(key)?.can).toEqual({ fulfill: false, cancel: false, refund: true })
    expect(desk.cancel(key)).toMatchObject({ refused: true })
  })

  it('cancels an order and puts its pieces back on sale', () => {
    const { desk, shop, sell } = opened()
    const before = shop.shown(SKU)
    const key = sell(2)
    expect(shop.shown(SKU)).toBe(before - 2)
    desk.cancel(key)
    expect([shop.shown(SKU), desk.order(key)?.cancelled]).toEqual([before, true])
  })

  it.each([
    { sent: false, restock: true, comesBack: 2 },
    { sent: true, restock: true, comesBack: 2 },
    { sent: false, restock: false, comesBack: 0 },
    { sent: true, restock: false, comesBack: 0 },
  ])(
    'refunds all pieces, sent $sent and restocked $restock: $comesBack on sale again',
    ({ sent, restock, comesBack }) => {
      const { desk, shop, sell } = opened()
      const key = sell(2)
      if (sent) desk.fulfill(key)
      const before = shop.shown(SKU)
      expect(desk.refund(key, { restock })).toBeUndefined()
      expect([shop.shown(SKU) - before, desk.order(key)?.payment]).toEqual([comesBack, 'Refunded'])
    },
  )

  it('refunds some pieces of a line', () => {
    const { desk, shop, sell } = opened()
    const key = sell(3)
    const before = shop.shown(SKU)
    const lineId = desk.order(key)?.lines[0]?.id ?? ''
    desk.refund(key, { restock: true, pieces: [{ lineId, quantity: 1 }] })
    expect([shop.shown(SKU) - before, desk.order(key)?.payment]).toEqual([1, 'Partially refunded'])
  })

  it('sells at the till what lies there, handed over at once', () => {
    const { desk, shop, sell } = opened()
    const safe = shop.location('Safe').id
    const before = shop.available(SKU, safe)
    const key = sell(1, 'Safe')
    expect([shop.available(SKU, safe), desk.order(key)?.fulfillment]).toEqual([before - 1, 'Fulfilled'])
  })

  it('refuses what is not shown, and an order it does not have', () => {
    const { desk, shop } = opened()
    const lines = [{ variantId: shop.variant(SKU).id, quantity: 900 }]
    expect(desk.sell({ source: 'web', lines })).toMatchObject({ refused: true, code: 'sold-out' })
    expect(desk.fulfill(12)).toMatchObject({ refused: true, code: 'unknown' })
  })

  it('signs in each person as somebody else, and anybody unknown as the owner', () => {
    const { desk, shop } = opened()
    const sub = (as: string) =>
      JSON.parse(Buffer.from(desk.sessionToken(as).split('.')[1] ?? '', 'base64url').toString()).sub
    expect(sub('owner')).toBe(shop.ownerId)
    expect(new Set([sub('owner'), sub('manager'), sub('clerk')]).size).toBe(3)
    expect(sub('nobody')).toBe(shop.ownerId)
  })

  it('archives and deletes products, and sets a number by hand', () => {
    const { desk, shop } = opened()
    const product = desk.view().products.find((p) => p.variants.some((v) => v.sku === SKU))
    const place = shop.location('Safe').id
    desk.setAvailable({ itemId: shop.variant(SKU).inventoryItemId, locationId: place, available: 44 })
    expect(shop.available(SKU, place)).toBe(44)
    desk.setStatus(product?.number ?? 0, 'ARCHIVED')
    expect(desk.view().products.find((p) => p.id === product?.id)?.status).toBe('ARCHIVED')
    desk.deleteProduct(product?.number ?? 0)
    expect(desk.view().products.some((p) => p.id === product?.id)).toBe(false)
  })
})
