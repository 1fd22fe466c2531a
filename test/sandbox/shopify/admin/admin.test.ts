import { describe, expect, it } from 'vitest'
import { type Admin, adminAnswer } from '#sandbox/shopify/admin/admin.ts'
import { openDesks } from '#test/support/desks.ts'
import { type PageRead, read, sent } from '#test/support/pages.ts'

const ORIGIN = 'http://127.0.0.1:4100'

function opened() {
  const parts = openDesks()
  const admin: Admin = { desks: parts.desks, app: parts.app }
  const ask = async (request: Request | string): Promise<PageRead> => {
    const answer = await adminAnswer(admin, typeof request === 'string' ? new Request(ORIGIN + request) : request)
    if (!answer) throw new Error('not a page of the admin')
    return read(answer)
  }
  const press = (path: string, fields: Record<string, string> = {}) => ask(sent(ORIGIN + path, fields))
  const [newest] = parts.desk.view().orders
  if (!newest) throw new Error('five orders wait')
  return { ...parts, admin, ask, press, newest }
}

describe('the stand-in of the Shopify admin', () => {
  it.each(['', '/orders', '/products', '/inventory', '/apps', '/apps/vitrine/app'])(
    'says on every page what it is and whose store it shows: %s',
    async (path) => {
      const { ask } = opened()
      const { status, words } = await ask(`/store/adler-finch${path}`)
      expect(status).toBe(200)
      expect(words).toContain('A stand-in for the Shopify admin on this machine. Not Shopify.')
      expect(words).toContain('Adler & Finch')
    },
  )

  it('knows no store, page or app that is not there', async () => {
    const { ask } = opened()
    for (const path of [
      '/store/nobody',
      '/store/adler-finch/discounts',
      '/store/adler-finch/apps/other/app',
      '/store/adler-finch/orders/7',
    ])
      expect([path, (await ask(path)).status]).toEqual([path, 404])
  })

  it('leaves other paths to others', async () => {
    const { admin } = opened()
    expect(await adminAnswer(admin, new Request(`${ORIGIN}/admin/api/2026-10/graphql.json`))).toBeUndefined()
  })

  it('shows an order with what may be done with it, until it is done', async () => {
    const { ask, press, newest } = opened()
    const buttons = async () =>
      [...(await ask('/store/adler-finch/orders')).html.matchAll(/aria-label="(\w+ #\d+)"/g)].map(([, b]) => b)
    expect(await buttons()).toEqual(
      expect.arrayContaining([`Fulfill ${newest.name}`, `Cancel ${newest.name}`, `Refund ${newest.name}`]),
    )
    const { status, location } = await press(`/store/adler-finch/orders/${newest.key}/cancel`)
    expect([status, location]).toEqual([303, '/store/adler-finch/orders'])
    expect((await buttons()).filter((b) => b?.endsWith(newest.name))).toEqual([])
  })

  it('refunds piece by piece from the order’s own page', async () => {
    const { ask, press, newest, desk } = opened()
    const path = `/store/adler-finch/orders/${newest.key}`
    const { html } = await ask(path)
    const [field] = [...html.matchAll(/name="(refund [^"]+)"/g)].map(([, name]) => name ?? '')
    await press(`${path}/refund`, { [field ?? '']: '1', restock: 'on' })
    expect(desk.order(newest.key)?.lines.map((line) => line.unsent)).toEqual([0, 1, 1])
  })

  it('says in a sentence what could not be done', async () => {
    const { press, newest } = opened()
    await press(`/store/adler-finch/orders/${newest.key}/fulfill`)
    const { status, words } = await press(`/store/adler-finch/orders/${newest.key}/cancel`)
    expect(status).toBe(409)
    expect(words).toContain('Cannot cancel')
  })

  it('shows every state of a piece at every place', async () => {
    const { ask, desk, shop } = opened()
    const product = desk.view().products.find((p) => p.variants[0]?.levels.length === 2)
    const { words } = await ask(`/store/adler-finch/products/${product?.number}`)
    for (const word of ['Available', 'Committed', 'Quality control', 'Damaged', 'Safety stock', 'Incoming', 'On hand'])
      expect(words).toContain(word)
    expect(words).toContain(shop.location('Safe').name)
  })

  it('finds by words of the title and by SKU', async () => {
    const { ask } = opened()
    const { words } = await ask('/store/adler-finch/products?q=solitaire+luna')
    expect(words).toContain('Luna Solitaire Ring')
    expect(words).not.toContain('Knot Ring')
    expect((await ask('/store/adler-finch/inventory?q=R109-5')).words).toContain('Knot Ring')
  })

  it('lets a person set a number, and comes back to what was being looked at', async () => {
    const { press, shop } = opened()
    const safe = shop.location('Safe').id
    const fields = { item: shop.variant('R101-5').inventoryItemId, location: safe, available: '9' }
    const { location } = await press('/store/adler-finch/inventory?place=Safe&q=R101', fields)
    expect([shop.available('R101-5', safe), location]).toEqual([9, '/store/adler-finch/inventory?place=Safe&q=R101'])
  })

  it('asks before it gives a shop’s things to an app, and gives them after', async () => {
    const { ask, press, other } = opened()
    const path = '/store/northlight/apps/vitrine/app'
    expect((await ask(path)).words).toContain('Install Vitrine')
    expect((await press('/store/northlight/install')).location).toBe(path)
    expect(other.installed()).toBe(true)
    expect((await ask(path)).html).toContain('id="host-config"')
    await press('/store/northlight/uninstall')
    expect(other.installed()).toBe(false)
  })

  it('tells the page of the app all that Shopify adds to its address, for the handle and for the key', async () => {
    const { ask, app } = opened()
    for (const handle of [app.handle, app.apiKey]) {
      const { html } = await ask(`/store/adler-finch/apps/${handle}/app/inventory?as=clerk`)
      const config = JSON.parse(/id="host-config">(.*?)<\/script>/.exec(html)?.[1] ?? '')
      expect(config).toMatchObject({
        shop: 'adler-finch.myshopify.com',
        base: '/store/adler-finch/apps/vitrine',
        as: 'clerk',
        appUrl: app.url,
      })
      expect(Buffer.from(config.host, 'base64').toString()).toBe('admin.shopify.com/store/adler-finch')
      expect(config.host).not.toMatch(/[-_=]/)
    }
  })

  it('keeps who is signed in from page to page', async () => {
    const { ask } = opened()
    const { html, words } = await ask('/store/adler-finch?as=clerk')
    expect(words).toContain('Signed in as June Park')
    expect(html).toContain('href="/store/adler-finch/orders?as=clerk"')
  })

  it('offers products and variants to the app’s picker', async () => {
    const { ask, desk } = opened()
    const { products } = desk.view()
    const titles = async (type: string) => JSON.parse((await ask(`/store/adler-finch/resources?type=${type}`)).html)
    expect(await titles('product')).toHaveLength(products.length)
    const variants = await titles('variant')
    expect(variants).toHaveLength(products.flatMap((p) => p.variants).length)
    expect(variants[0]).toEqual({
      id: expect.stringContaining('ProductVariant'),
      title: 'Luna Solitaire Ring, Moonstone in 14k Gold · 5 · R101-5',
    })
  })
})
