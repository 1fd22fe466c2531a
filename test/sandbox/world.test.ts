import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { CannotStart } from '#sandbox/cannot-start.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { startWorld } from '#sandbox/world.ts'
import { KEYS, openWorld, registered, silentApp } from '#test/support/world.ts'

const get = async (url: string) => {
  const answer = await fetch(url, { redirect: 'manual' })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}

const post = async (url: string, body: unknown) => {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return { status: answer.status, body: await answer.json() }
}

async function stateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-world-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'world.json')
}

describe('the world', () => {
  it('has a front page that leads to everything there is', async () => {
    const { origin, etsyOrigin, squareOrigin, appAddress } = await openWorld(silentApp)
    const { text } = await get(origin)
    const hrefs = [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => new URL(href ?? '', origin).href)
    const links = hrefs.filter((href) => !href.endsWith('.css') && !href.startsWith('data:'))
    expect(links).toContain(appAddress)
    for (const other of [etsyOrigin, squareOrigin]) expect(links.some((link) => link.startsWith(other))).toBe(true)
    expect(links.length).toBeGreaterThan(8)
    for (const link of links) expect([link, (await get(link)).status]).toEqual([link, 200])
  })

  it('opens with the jeweler’s shops: one with the app and on Etsy, one with neither', async () => {
    const { shopify, etsy } = await openWorld(silentApp)
    expect(shopify.shops().map((shop) => [shop.domain, shop.installed])).toEqual([
      ['adler-finch.myshopify.com', true],
      ['northlight.myshopify.com', false],
    ])
    const [adler] = shopify.shops()
    expect(adler?.orders().filter((order) => order.fulfillments.length === 0)).toHaveLength(5)
    expect(etsy.shops().map((shop) => [shop.listings().length, shop.receipts().length])).toEqual([
      [120, 2],
      [0, 0],
    ])
  })

  it('takes what waits on Shopify out of what is available, and nothing else', async () => {
    const { shopify } = await openWorld(silentApp)
    const [adler] = shopify.shops()
    const levels = adler?.products().flatMap((p) => p.variantIds.flatMap((id) => adler.levels(id))) ?? []
    const pieces = adler?.orders().flatMap((order) => order.lines.map((line) => line.quantity)) ?? []
    expect(levels.reduce((sum, level) => sum + level.quantities.committed, 0)).toBe(pieces.reduce((a, b) => a + b, 0))
  })

  it('answers Shopify’s API for the shop that is named by its host', async () => {
    const { origin } = await openWorld(silentApp)
    const ask = (shop: string) =>
      fetch(`${origin}/admin/api/2026-10/graphql.json`, {
        method: 'POST',
        headers: { 'x-forwarded-host': shop },
        body: '{}',
      })
    expect((await ask('adler-finch.myshopify.com')).status).toBe(401)
    expect((await ask('nobody.myshopify.com')).status).toBe(404)
  })

  it('sends whoever says localhost to the name that may frame the app', async () => {
    const { origin } = await openWorld(silentApp)
    const { port } = new URL(origin)
    const { status, headers } = await get(`http://localhost:${port}/store/adler-finch?as=clerk`)
    expect([status, headers.get('location')]).toEqual([307, `${origin}/store/adler-finch?as=clerk`])
  })

  it('goes on after a restart where it stopped', async () => {
    const path = await stateFile()
    const before = await openWorld(silentApp, { stateFile: path })
    const sold = before.shopify
      .shop('adler-finch.myshopify.com')
      .placeOrder({ source: 'web', lines: [{ sku: 'C201-16', quantity: 1 }] })
    expect(isRefusal(sold)).toBe(false)
    const shown = before.shopify.shop('adler-finch.myshopify.com').shown('C201-16')
    before.etsy.shops()[0]?.signIn()
    const saved = [before.shopify.save(), before.etsy.save()]
    await before.close()

    const after = await openWorld(silentApp, { stateFile: path, seed: 2 })
    expect(after.shopify.shop('adler-finch.myshopify.com').shown('C201-16')).toBe(shown)
    expect([after.shopify.save().shops[0]?.orders, after.etsy.save()]).toEqual([
      (saved[0] as ReturnType<typeof before.shopify.save>).shops[0]?.orders,
      saved[1],
    ])
  })

  it('keeps its tills too, and gives them to a world from before there were any', async () => {
    const path = await stateFile()
    const before = await openWorld(silentApp, { stateFile: path })
    const [till] = before.square.sellers()
    const main = till!.locations()[0]!.locationId
    const ring = till!.variations().find(({ variationId }) => till!.inStock(variationId, main) > 1)!
    const left = till!.inStock(ring.variationId, main)
    till!.sell({ locationId: main, lines: [{ sku: ring.sku }] })
    await before.close()
    const after = await openWorld(silentApp, { stateFile: path })
    expect(after.square.sellers()[0]?.inStock(ring.variationId, main)).toBe(left - 1)
    await after.close()
    const { square: _, ...older } = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify(older))
    const again = await openWorld(silentApp, { stateFile: path })
    expect(again.square.sellers()[0]?.variations().length).toBeGreaterThan(100)
  })

  it('does not start from another version’s state, and says how to start afresh', async () => {
    const path = await stateFile()
    await writeFile(path, '{"format":0}')
    const starting = openWorld(silentApp, { stateFile: path })
    await expect(starting).rejects.toThrow(CannotStart)
    await expect(starting).rejects.toThrow('--reset')
  })

  it('leaves no port behind when the other is taken', async () => {
    const first = await openWorld(silentApp)
    const taken = Number(new URL(first.origin).port)
    const options = {
      clock: systemClock,
      random: seeded(1),
      app: registered(first.appUrl),
      seed: 1,
      quiet: true,
      onTrouble: () => {},
    }
    const free = await openWorld(silentApp)
    const etsy = Number(new URL(free.etsyOrigin).port)
    await free.close()
    await expect(startWorld({ ...options, ports: { shopify: taken, etsy, square: 0 } })).rejects.toThrow(
      `Port ${taken} is not free`,
    )
    await expect(fetch(`http://127.0.0.1:${etsy}`)).rejects.toThrow()
  })
})

describe('the control of the world', () => {
  it('sells at a till of Square, also what is not there, and can throw the app out', async () => {
    const { origin, square } = await openWorld(silentApp)
    const stock = async () => JSON.parse((await get(`${origin}/__sandbox/stock?sku=C207-18`)).text).square[0]
    const [shop] = Object.keys(await stock())
    const before = (await stock())[shop!]
    expect((await post(`${origin}/__sandbox/buy`, { channel: 'square', sku: 'C207-18', quantity: 99 })).status).toBe(
      200,
    )
    expect((await stock())[shop!]).toBe(before - 99)
    expect((await post(`${origin}/__sandbox/buy`, { channel: 'square', sku: 'NOWHERE' })).status).toBe(400)
    square.sellers()[0]?.signIn()
    expect((await post(`${origin}/__sandbox/square`, { limits: { perSecond: 3 } })).status).toBe(200)
    expect((await post(`${origin}/__sandbox/disconnect-square`, {})).status).toBe(200)
  })

  it('sells on each channel and shows what is left on both', async () => {
    const { origin } = await openWorld(silentApp)
    const stock = async () => JSON.parse((await get(`${origin}/__sandbox/stock?sku=C207-18`)).text)
    const before = await stock()
    expect((await post(`${origin}/__sandbox/buy`, { channel: 'etsy', sku: 'C207-18' })).status).toBe(200)
    expect((await post(`${origin}/__sandbox/buy`, { channel: 'shopify', sku: 'C207-18', quantity: 2 })).status).toBe(
      200,
    )
    const after = await stock()
    expect([after.shopify, after.etsy]).toEqual([before.shopify - 2, [before.etsy[0] - 1]])
  })

  it('takes a sale back', async () => {
    const { origin } = await openWorld(silentApp)
    const stock = async () => JSON.parse((await get(`${origin}/__sandbox/stock?sku=C207-18`)).text).shopify
    const before = await stock()
    const { body } = await post(`${origin}/__sandbox/buy`, { channel: 'shopify', sku: 'C207-18' })
    expect(await stock()).toBe(before - 1)
    await post(`${origin}/__sandbox/cancel`, { channel: 'shopify', order: body.order })
    expect(await stock()).toBe(before)
  })

  it('passes a refusal on as one', async () => {
    const { origin } = await openWorld(silentApp)
    const { status, body } = await post(`${origin}/__sandbox/buy`, {
      channel: 'shopify',
      sku: 'C207-18',
      quantity: 500,
    })
    expect([status, body.code]).toEqual([409, 'sold-out'])
  })

  it('sets Shopify’s and Etsy’s number as a person there would', async () => {
    const { origin } = await openWorld(silentApp)
    await post(`${origin}/__sandbox/set-stock`, { sku: 'C207-18', location: 'Safe', available: 41 })
    await post(`${origin}/__sandbox/set-etsy-quantity`, { sku: 'C207-18', quantity: 7 })
    const stock = JSON.parse((await get(`${origin}/__sandbox/stock?sku=C207-18`)).text)
    expect([stock.available.Safe, stock.etsy]).toEqual([41, [7]])
  })

  it('makes the next session tokens stale, and no more than that', async () => {
    const { origin } = await openWorld(silentApp)
    await post(`${origin}/__sandbox/stale-session-tokens`, { count: 1 })
    const end = async () => {
      const { token } = JSON.parse((await get(`${origin}/store/adler-finch/session-token`)).text)
      return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).exp * 1_000
    }
    expect(await end()).toBeLessThan(systemClock.now().getTime())
    expect(await end()).toBeGreaterThan(systemClock.now().getTime())
  })

  it('tells the app when it is uninstalled', async () => {
    const told = Promise.withResolvers<string | null>()
    const { origin } = await openWorld(async (request) => {
      told.resolve(request.headers.get('x-shopify-topic'))
      return new Response()
    })
    await post(`${origin}/__sandbox/uninstall`, {})
    expect(await told.promise).toBe('app/uninstalled')
  })

  it('turns latency and limits while the world runs', async () => {
    const { origin, knobs, etsy, shopify } = await openWorld(silentApp)
    await post(`${origin}/__sandbox/latency`, { ms: 1 })
    expect(knobs.latencyMs).toBe(1)
    expect((await post(`${origin}/__sandbox/etsy`, { limits: null })).status).toBe(200)
    expect((await post(`${origin}/__sandbox/shopify-limits`, { restoreRate: 1e9 })).status).toBe(200)
    expect([etsy.shops().length, shopify.shops().length]).toEqual([2, 2])
  })

  it('lets the buyers in and sends them home, by JSON and by the button of the front page', async () => {
    const { origin } = await openWorld(silentApp)
    const says = async () => (await get(origin)).text
    expect(await says()).toContain('Nobody buys unless you do.')
    await post(`${origin}/__sandbox/buyers`, { on: true })
    expect(await says()).toContain('Somebody buys something now and then.')
    await fetch(`${origin}/__sandbox/buyers`, { method: 'POST', body: new URLSearchParams({ on: 'false' }) })
    expect(await says()).toContain('Nobody buys unless you do.')
  })

  it.each([
    ['an act it does not know', 'dance', {}, 404],
    ['a field that is missing', 'buy', { channel: 'etsy' }, 400],
    ['a SKU that nobody has', 'buy', { channel: 'etsy', sku: 'nothing' }, 400],
  ])('does not do %s', async (_, act, said, status) => {
    const { origin } = await openWorld(silentApp)
    expect((await post(`${origin}/__sandbox/${act}`, said)).status).toBe(status)
  })

  it('does nothing for a page of the open web, which cannot send JSON here', async () => {
    const { origin, shopify } = await openWorld(silentApp)
    const sent = await fetch(`${origin}/__sandbox/uninstall`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'text/plain' },
    })
    expect(sent.status).toBe(404)
    expect(shopify.shop('adler-finch.myshopify.com').installed).toBe(true)
  })
})

describe('the app’s keys', () => {
  it('are the same on both sides: a session token is signed with the app’s secret for the app', async () => {
    const { origin } = await openWorld(silentApp)
    const { token } = JSON.parse((await get(`${origin}/store/adler-finch/session-token`)).text)
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
    expect([claims.aud, claims.dest]).toEqual([KEYS.apiKey, 'https://adler-finch.myshopify.com'])
  })
})
