import { describe, expect, it } from 'vitest'
import { storefrontAnswer } from '#sandbox/shopify/storefront/storefront.ts'
import { openDesks } from '#test/support/desks.ts'
import { type PageRead, read, sent } from '#test/support/pages.ts'

const ORIGIN = 'http://127.0.0.1:4100'

function opened() {
  const parts = openDesks()
  const ask = async (request: Request | string): Promise<PageRead> => {
    const answer = await storefrontAnswer(
      parts.desks,
      typeof request === 'string' ? new Request(ORIGIN + request) : request,
    )
    if (!answer) throw new Error('not a page of the storefront')
    return read(answer)
  }
  const press = (path: string, fields: Record<string, string> = {}) => ask(sent(ORIGIN + path, fields))
  const product = parts.desk.view().products.find((p) => p.variants.some((v) => v.sku === 'C207-18'))
  const variant = parts.shop.variant('C207-18').id
  return { ...parts, ask, press, path: `/shop/adler-finch/products/${product?.number}`, product, variant }
}

describe('the online store', () => {
  it('says that it is a sandbox', async () => {
    expect((await opened().ask('/shop/adler-finch')).words).toContain('nothing here is for sale, nobody is charged')
  })

  it('shows everything, one kind, or what is searched for', async () => {
    const { ask, desk } = opened()
    const cards = async (query: string) =>
      [...(await ask(`/shop/adler-finch${query}`)).html.matchAll(/class="card"/g)].length
    const { products } = desk.view()
    expect(await cards('')).toBe(products.length)
    expect(await cards('?type=Ring')).toBe(products.filter((p) => p.type === 'Ring').length)
    expect(await cards('?q=curb')).toBe(1)
  })

  it('sells a choice and thanks the buyer', async () => {
    const { press, ask, path, variant, shop } = opened()
    const before = shop.shown('C207-18')
    const { status, location } = await press(path, { variant, quantity: '2' })
    expect([status, shop.shown('C207-18')]).toEqual([303, before - 2])
    const { words } = await ask(location ?? '')
    expect(words).toContain('Thank you, Alex Visitor!')
    expect(words).toContain('2 × Curb Chain, 4 mm, Sterling Silver, 18 in C207-18')
  })

  it('lets the buyer cancel, once', async () => {
    const { press, ask, path, variant, shop } = opened()
    const before = shop.shown('C207-18')
    const { location } = await press(path, { variant, quantity: '1' })
    expect((await ask(location ?? '')).words).toContain('Cancel order')
    await press(`${location}/cancel`)
    expect(shop.shown('C207-18')).toBe(before)
    const { words } = await ask(location ?? '')
    expect(words).toContain('is canceled')
    expect(words).not.toContain('Cancel order')
  })

  it('says why something cannot be bought', async () => {
    const { press, path, variant } = opened()
    const { status, words } = await press(path, { variant, quantity: '99' })
    expect(status).toBe(409)
    expect(words).toMatch(/99 wanted, \d+ shown/)
  })

  it('sells no sold out choice, and says so', async () => {
    const { ask, path, shop } = opened()
    for (const { id } of shop.locations())
      shop.editByStaff({ kind: 'set', name: 'available', idOrSku: 'C207-18', locationId: id, quantity: 0 })
    const { html } = await ask(path)
    expect(html).toMatch(/<option[^>]*disabled[^>]*>\s*18 in/)
    expect(html).not.toMatch(/<option[^>]*disabled[^>]*>\s*16 in/)
  })

  it('takes an archived product out of the window', async () => {
    const { ask, desk, product } = opened()
    desk.setStatus(product?.number ?? 0, 'ARCHIVED')
    expect((await ask('/shop/adler-finch?q=curb')).words).toContain('Nothing like that is in the shop.')
  })

  it('has no page for a store, product or order that is not there', async () => {
    const { ask } = opened()
    for (const path of ['/shop/nobody', '/shop/adler-finch/products/1', '/shop/adler-finch/orders/1'])
      expect((await ask(path)).status).toBe(404)
  })
})

describe('the till', () => {
  it('offers what lies in the shop window, or at another place', async () => {
    const { ask, shop } = opened()
    const skus = async (place: string) =>
      [...(await ask(`/till/adler-finch?place=${place}`)).html.matchAll(/aria-label="Sell ([^"]+)"/g)].map(
        ([, sku]) => sku ?? '',
      )
    const [window, safe] = [await skus('Shop window'), await skus('Safe')]
    expect(window.length).toBeGreaterThan(20)
    expect(window).not.toEqual(safe)
    expect(shop.available(window[0] ?? '', shop.location('Shop window').id)).toBeGreaterThan(0)
  })

  it('sells one, and takes it back with or without a restock', async () => {
    const { press, shop, variant, desk } = opened()
    const safe = shop.location('Safe').id
    const before = shop.available('C207-18', safe)
    const backs: Record<string, string>[] = [{ restock: 'on' }, {}]
    for (const back of backs) {
      const { location } = await press('/till/adler-finch/sell', { place: 'Safe', variant })
      expect(location).toBe('/till/adler-finch?place=Safe')
      const [sale] = desk.view().orders
      await press(`/till/adler-finch/orders/${sale?.key}/refund`, { place: 'Safe', ...back })
      expect(desk.order(sale?.key ?? 0)?.payment).toBe('Refunded')
    }
    expect(shop.available('C207-18', safe)).toBe(before - 1)
  })

  it('does not sell what is not there', async () => {
    const { press, variant } = opened()
    const { status, words } = await press('/till/adler-finch/sell', { place: 'Bench', variant })
    expect(status).toBe(409)
    expect(words).toContain('1 wanted, 0 shown')
  })
})
