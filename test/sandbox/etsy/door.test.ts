import { describe, expect, test } from 'vitest'
import { PENDANT, RING, type WireListing, given, openedShop, rewritten } from './opened-shop.ts'

const HOUR = 3_600_000

describe('the key', () => {
  test.each([
    ['the keystring alone', 'keystring', 'Shared secret is required in x-api-key header.'],
    ['another secret', 'keystring:wrong', "Invalid API key: should be in the format 'keystring:shared_secret'."],
    ['another app', 'other:shared', "Invalid API key: should be in the format 'keystring:shared_secret'."],
    ['nothing', null, "Invalid API key: should be in the format 'keystring:shared_secret'."],
  ])('%s opens nothing, and costs no call', async (_, key, error) => {
    const { call, sandbox } = openedShop()
    expect(await call('GET', 'openapi-ping', { key })).toMatchObject({ status: 403, body: { error } })
    expect(sandbox.metrics().calls).toBe(0)
  })

  test('keystring and shared secret together are enough for what is public', async () => {
    const { call, shop, first } = openedShop()
    const publicly = { token: null }
    expect((await call('GET', 'openapi-ping', publicly)).status).toBe(200)
    expect((await call('GET', `shops/${shop.shopId}`, publicly)).body).toMatchObject({
      shop_name: 'Moonstone Atelier',
      listing_active_count: 2,
    })
    expect((await call('GET', `users/${shop.userId}/shops`, publicly)).body).toMatchObject({ shop_id: shop.shopId })
    expect((await call('GET', `listings/${first}`, publicly)).status).toBe(200)
  })

  test.each(['shops/1', 'users/1/shops', 'shops/1/receipts', 'no/such/call', 'listings/1'])(
    '%s is not there',
    async (path) => {
      const { call } = openedShop()
      expect((await call('GET', path)).status).toBe(404)
    },
  )
})

describe('the token', () => {
  test('says whose it is in front of its first dot', async () => {
    const { call, shop, accessToken } = openedShop()
    expect(accessToken.split('.')[0]).toBe(String(shop.userId))
    expect((await call('GET', 'users/me')).body).toEqual({ user_id: shop.userId, shop_id: shop.shopId })
  })

  test('is good for an hour and not a moment longer', async () => {
    const { call, clock } = openedShop()
    await clock.runTo(new Date(clock.now().getTime() + HOUR - 1))
    expect((await call('GET', 'users/me')).status).toBe(200)
    await clock.runTo(new Date(clock.now().getTime() + 1))
    expect(await call('GET', 'users/me')).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', error_description: 'access token is expired' },
    })
  })

  test.each([
    ['none', null, 'access token is required'],
    ['an invented one', '700000001.invented', 'access token is invalid'],
  ])('%s: 401', async (_, token, error_description) => {
    const { call } = openedShop()
    expect(await call('GET', 'users/me', { token })).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', error_description },
    })
  })

  test('is dead once the seller has thrown the app out', async () => {
    const { call, shop } = openedShop()
    shop.disconnectApp()
    expect(await call('GET', 'users/me')).toMatchObject({
      status: 401,
      body: { error_description: 'access token is invalid' },
    })
  })

  test('tells its scopes', async () => {
    const { call, shop } = openedShop()
    const { accessToken } = shop.signIn(['listings_r', 'shops_r'])
    expect((await call('POST', 'scopes', { form: { token: accessToken } })).body).toEqual({
      scopes: ['listings_r', 'shops_r'],
    })
    expect((await call('POST', 'scopes', { form: { token: 'none' } })).status).toBe(401)
  })

  const needs = (first: number, shopId: number): [string, string, string][] => [
    ['shops_r', 'GET', 'users/me'],
    ['listings_r', 'GET', `shops/${shopId}/listings`],
    ['listings_r', 'GET', `listings/${first}/inventory`],
    ['listings_r', 'GET', `listings/batch/inventory?listing_ids=${first}`],
    ['transactions_r', 'GET', `shops/${shopId}/receipts`],
    ['transactions_r', 'GET', `shops/${shopId}/receipts/1`],
    ['transactions_w', 'POST', `shops/${shopId}/receipts/1/tracking`],
    ['listings_w', 'PUT', `listings/${first}/inventory`],
    ['listings_w', 'PATCH', `shops/${shopId}/listings/${first}`],
    ['listings_w', 'POST', `shops/${shopId}/listings/${first}/variation-images`],
  ]

  test('opens only what its scopes say', async () => {
    const { call, shop, first } = openedShop({ badRequests: true })
    const all = ['listings_r', 'listings_w', 'transactions_r', 'transactions_w', 'shops_r']
    for (const [scope, method, path] of needs(first, shop.shopId)) {
      const { accessToken: without } = shop.signIn(all.filter((name) => name !== scope))
      const { accessToken: alone } = shop.signIn([scope])
      expect(await call(method, path, { token: without }), path).toMatchObject({
        status: 403,
        body: { error: 'insufficient_scope' },
      })
      expect((await call(method, path, { token: alone })).body, path).not.toMatchObject({ error: 'insufficient_scope' })
    }
  })
})

describe('another shop’s seller', () => {
  const neighbours = () => {
    const opened = openedShop({ listings: [RING, { ...PENDANT, state: 'inactive' }] })
    const other = opened.sandbox.addShop({ name: 'Other', listings: [PENDANT] })
    const { accessToken: token } = other.signIn()
    return { ...opened, other, token }
  }

  test('reads no orders, no list of listings, and nothing that is off sale', async () => {
    const { call, shop, token, listingIds, first } = neighbours()
    const { receiptId } = given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
    const [, hidden] = listingIds
    const closed: [string, number][] = [
      [`shops/${shop.shopId}/receipts`, 403],
      [`shops/${shop.shopId}/receipts/${receiptId}`, 403],
      [`shops/${shop.shopId}/receipts/${receiptId}/transactions`, 403],
      [`shops/${shop.shopId}/listings`, 403],
      [`listings/${hidden}`, 404],
      [`listings/${hidden}/inventory`, 404],
      [`listings/batch/inventory?listing_ids=${hidden}`, 404],
    ]
    for (const [path, status] of closed) {
      expect((await call('GET', path, { token })).status, path).toBe(status)
      expect((await call('GET', path)).status, path).toBe(200)
    }
  })

  test('cannot reach an order through her own shop', async () => {
    const { call, shop, other, token, first } = neighbours()
    const { receiptId } = given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
    expect((await call('GET', `shops/${other.shopId}/receipts/${receiptId}`, { token })).status).toBe(404)
  })

  test('sees quantities of what is on sale, but no SKU', async () => {
    const { call, first, token } = neighbours()
    const batch = `listings/batch/inventory?listing_ids=${first}`
    const [theirs] = (await call<{ results: WireListing[] }>('GET', batch, { token })).body.results
    const [ours] = (await call<{ results: WireListing[] }>('GET', batch)).body.results
    expect(theirs?.inventory?.products.map((product) => product.sku)).toEqual(['', '', ''])
    expect(theirs?.skus).toEqual([])
    expect(ours?.inventory?.products[0]?.sku).toBe('R1-6-Y')
  })

  test('changes nothing', async () => {
    const { call, shop, other, first, token, inventory } = neighbours()
    const json = rewritten(await inventory(first), { 'R1-6-Y': 9 })
    const form = { state: 'inactive' }
    expect((await call('PUT', `listings/${first}/inventory`, { json, token })).status).toBe(403)
    expect((await call('PATCH', `shops/${shop.shopId}/listings/${first}`, { form, token })).status).toBe(403)
    expect((await call('PATCH', `shops/${other.shopId}/listings/${first}`, { form, token })).status).toBe(403)
    expect(shop.shown(first)).toBe(6)
  })
})

describe('calls that go wrong', () => {
  test('an error of Etsy’s servers comes before anything is done', async () => {
    const { patch, shop, first } = openedShop({ faults: { calls: { serverError: 1 } } })
    expect(await patch(first, { state: 'inactive' })).toMatchObject({ status: 500, body: { error: 'Server Error' } })
    expect(shop.shown(first)).toBe(6)
  })

  test('a conflict answers writes and leaves reads alone', async () => {
    const { patch, inventory, shop, first } = openedShop({ faults: { calls: { conflict: 1 } } })
    expect((await patch(first, { state: 'inactive' })).status).toBe(409)
    expect((await inventory(first)).products).toHaveLength(3)
    expect(shop.shown(first)).toBe(6)
  })

  test('a lost answer hides a write that was done', async () => {
    const { patch, shop, first, sandbox } = openedShop({ faults: { calls: { lostAnswer: 1 } } })
    expect((await patch(first, { state: 'inactive' })).status).toBe(500)
    expect(shop.shown(first)).toBe(0)
    sandbox.configure({ faults: null })
    expect((await patch(first, { state: 'active' })).status).toBe(200)
  })

  test('the same chance goes wrong at the same calls', async () => {
    const run = async () => {
      const { inventory: _, call, first } = openedShop({ faults: { calls: { serverError: 0.3 } } })
      const statuses: number[] = []
      for (let i = 0; i < 30; i++) statuses.push((await call('GET', `listings/${first}/inventory`)).status)
      return statuses
    }
    const once = await run()
    expect(await run()).toEqual(once)
    expect(new Set(once)).toEqual(new Set([200, 500]))
  })
})
