import { describe, expect, test } from 'vitest'
import { PENDANT, RING, type WireListing, type WireReceipt, given, openedShop } from './opened-shop.ts'

function opened() {
  const shop = openedShop()
  const get = async (path: string) => {
    const response = await shop.sandbox.fetch(new Request(`https://etsy.test${path}`))
    return { status: response.status, text: (await response.text()).replaceAll(/\s+/g, ' ') }
  }
  const press = async (path: string, fields: Record<string, string> = {}) => {
    const request = new Request(`https://etsy.test${path}`, { method: 'POST', body: new URLSearchParams(fields) })
    const response = await shop.sandbox.fetch(request)
    return { status: response.status, location: response.headers.get('location') ?? '', text: await response.text() }
  }
  const post = async <T>(path: string, fields: Record<string, unknown> = {}) => {
    const headers = { accept: 'application/json', 'content-type': 'application/json' }
    const response = await shop.sandbox.fetch(
      new Request(`https://etsy.test${path}`, { method: 'POST', headers, body: JSON.stringify(fields) }),
    )
    const body: T = await response.json()
    return { status: response.status, body }
  }
  return { ...shop, get, press, post }
}

describe('a person at the storefront', () => {
  test('finds her way from the list of shops, and is told everywhere that this is a stand-in', async () => {
    const { get, shop, first } = opened()
    expect((await get('/')).text).toContain(`href="/shop/${shop.shopId}"`)
    for (const path of [
      '/',
      `/shop/${shop.shopId}`,
      `/listing/${first}`,
      `/shop/${shop.shopId}/receipts`,
      '/nowhere',
    ]) {
      expect((await get(path)).text.replaceAll(/<[^>]+>/g, ''), path).toContain(
        'Sandbox Etsy — a stand-in on this machine',
      )
    }
  })

  test('sees what is on sale, with what is left and its price', async () => {
    const { get, shop, listingIds } = opened()
    const { text } = await get(`/shop/${shop.shopId}`)
    for (const word of ['Solitaire ring', 'from $120.00', '6 available', 'Opal pendant', 'Only 1 available'])
      expect(text).toContain(word)
    given(shop.editBySeller(listingIds[1]!, { state: 'inactive' }))
    expect((await get(`/shop/${shop.shopId}`)).text).not.toContain('Opal pendant')
  })

  test('buys the variation she has chosen', async () => {
    const { get, press, shop, first } = opened()
    const { productId } = shop.listing(first)!.inventory.products[1]!
    const { status, location } = await press(`/listing/${first}/buy`, { product_id: String(productId), quantity: '2' })
    expect(status).toBe(303)
    const { text } = await get(location)
    expect(text).toContain('role="status"')
    expect(text).toContain(String(shop.receipts()[0]!.receiptId))
    expect(shop.shown(first, productId)).toBe(1)
  })

  test('is told why not, when somebody was faster', async () => {
    const { press, get, shop, listingIds } = opened()
    const pendant = listingIds[1]!
    given(shop.buy({ lines: [{ listingId: pendant, quantity: 1 }] }))
    const { status, text } = await press(`/listing/${pendant}/buy`)
    expect(status).toBe(409)
    expect(text).toContain('role="alert"')
    expect((await get(`/listing/${pendant}`)).text).toContain('<button disabled>Buy</button>')
  })

  test.each(['/shop/1', '/listing/1', '/shop/x', '/listing', '/v3/other'])('finds nothing at %s', async (path) => {
    expect((await opened().get(path)).status).toBe(404)
  })

  test('reads a title as text, whatever is in it', async () => {
    const { sandbox, get } = openedShopWith('<script>alert(1)</script>')
    const { listingId } = sandbox.shops()[0]!.listings()[0]!
    expect(await get(`/listing/${listingId}`)).not.toContain('<script>')
  })
})

function openedShopWith(title: string) {
  const { sandbox } = openedShop({ listings: [{ ...PENDANT, title }] })
  return { sandbox, get: async (path: string) => (await sandbox.fetch(new Request(`https://etsy.test${path}`))).text() }
}

describe('the seller with her orders', () => {
  test('cancels one with a button, and sees that it is canceled', async () => {
    const { press, get, shop, first } = opened()
    const { receiptId } = given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
    const orders = `/shop/${shop.shopId}/receipts`
    expect((await get(orders)).text).toContain(`aria-label="Cancel order ${receiptId}"`)
    const { location } = await press(`${orders}/${receiptId}/cancel`)
    const { text } = await get(location)
    expect(text).toContain(`Order ${receiptId} is canceled.`)
    expect(text).not.toContain(`aria-label="Cancel order ${receiptId}"`)
  })

  test('is told what cannot be done', async () => {
    const { press, get, shop, first } = opened()
    const { receiptId } = given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
    given(shop.ship(receiptId))
    const { location } = await press(`/shop/${shop.shopId}/receipts/${receiptId}/cancel`)
    expect((await get(location)).text).toContain('cannot be canceled')
  })

  test('edits a quantity and takes the listing off sale', async () => {
    const { press, shop, first } = opened()
    const { productId } = shop.listing(first)!.inventory.products[0]!
    expect((await press(`/listing/${first}/edit`, { product_id: String(productId), quantity: '8' })).status).toBe(303)
    expect(shop.shown(first)).toBe(12)
    await press(`/listing/${first}/edit`, { state: 'inactive' })
    expect(shop.shown(first)).toBe(0)
    expect((await press(`/listing/${first}/edit`, { quantity: 'many' })).status).toBe(409)
  })
})

describe('a program at the same buttons', () => {
  test('gets the order, and what became of it, as JSON', async () => {
    const { post, shop, first } = opened()
    const { productId } = shop.listing(first)!.inventory.products[0]!
    const { body } = await post<WireReceipt>(`/listing/${first}/buy`, {
      product_id: productId,
      quantity: 2,
      paid: false,
    })
    expect(body).toMatchObject({ status: 'payment processing', transactions: [{ quantity: 2, sku: 'R1-6-Y' }] })
    const act = (action: string, fields = {}) =>
      post<WireReceipt>(`/shop/${shop.shopId}/receipts/${body.receipt_id}/${action}`, fields)
    expect((await act('pay')).body.status).toBe('paid')
    expect((await act('refund', { amount: 500 })).body.status).toBe('partially refunded')
    expect((await act('ship')).body.is_shipped).toBe(true)
    expect(await act('cancel')).toMatchObject({ status: 409, body: { refused: true, code: 'shipped' } })
  })

  test('gets the listing it has edited, and a refusal it can read', async () => {
    const { post, first, shop } = opened()
    const { productId } = shop.listing(first)!.inventory.products[0]!
    const edit = (quantity: number) => post<WireListing>(`/listing/${first}/edit`, { product_id: productId, quantity })
    expect((await edit(5)).body).toMatchObject({ quantity: 9, skus: RING.products.map((product) => product.sku) })
    expect(await edit(999)).toMatchObject({ status: 409, body: { code: 'too-many' } })
    expect(await post(`/listing/${first}/buy`, { product_id: productId, quantity: 6 })).toMatchObject({
      status: 409,
      body: { code: 'not-shown' },
    })
  })

  test.each(['/listing/FIRST/steal', '/shop/SHOP/receipts/1/burn', '/shop/SHOP/receipts/1/constructor', '/shop/SHOP'])(
    'has no button at %s',
    async (path) => {
      const { press, shop, first } = opened()
      expect((await press(path.replace('FIRST', String(first)).replace('SHOP', String(shop.shopId)))).status).toBe(404)
    },
  )
})
