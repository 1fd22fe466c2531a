import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from '#test/support/browser.ts'
import { stubApp } from '#test/support/stub-app.ts'
import { openWorld } from '#test/support/world.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

/** The admin with the stub app in it, open at a page of the app. */
async function opened(path = '/app') {
  let origin = ''
  const stub = stubApp(() => origin)
  const world = await openWorld(stub.answer)
  origin = world.origin
  const { page, problems } = await openPage(browser)
  const base = `${origin}/store/adler-finch/apps/vitrine`
  const go = async (to: string) => {
    await page.goto(base + to)
    await page.getByRole('link', { name: 'Second page' }).waitFor()
  }
  await go(path)
  const app = page.frameLocator('iframe[name=app-iframe]')
  return {
    ...stub,
    world,
    page,
    problems,
    app,
    base,
    go,
    press: (name: string) => app.getByRole('button', { name, exact: true }).click(),
  }
}

describe('the admin with an app in it', () => {
  it('opens the app in its frame, with all that Shopify adds to the first address', async () => {
    const { asked, page, problems } = await opened('/app?filter=rings')
    const [first] = asked
    expect(first?.path).toBe('/app')
    expect(Object.fromEntries(first?.query ?? [])).toMatchObject({
      shop: 'adler-finch.myshopify.com',
      embedded: '1',
      filter: 'rings',
      id_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    expect(await page.title()).toContain('Sandbox admin')
    expect(problems).toEqual([])
  })

  it('has the app’s menu under its name, and leads the app by it', async () => {
    const { page, app, base } = await opened()
    const menu = page.getByRole('navigation', { name: 'Admin' })
    await menu.getByRole('link', { name: 'Second page' }).click()
    await app.getByText('went to /app/second').waitFor()
    await page.waitForURL(`${base}/app/second`)
    expect(await menu.locator('[aria-current]').allInnerTexts()).toEqual(['Second page'])
    await menu.getByRole('link', { name: 'Vitrine' }).click()
    await page.waitForURL(`${base}/app`)
    expect(await menu.locator('[aria-current]').allInnerTexts()).toEqual(['Vitrine'])
  })

  it('shows the app’s title and presses its buttons', async () => {
    const { page, app } = await opened()
    await page.getByText('Page /app').waitFor()
    await page.getByRole('button', { name: 'Primary' }).click()
    await app.getByText('pressed Primary').waitFor()
  })

  it('holds the save bar while there are changes, and asks before they are left', async () => {
    const { page, app, press, base } = await opened()
    await press('Change')
    await page.getByText('Unsaved changes').waitFor()
    page.once('dialog', (asking) => void asking.dismiss())
    await page.getByRole('link', { name: 'Second page' }).click()
    expect(page.url()).toBe(`${base}/app`)
    await page.getByRole('button', { name: 'Save' }).click()
    await app.getByText('pressed Save').waitFor()
    await page.getByText('Unsaved changes').waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'Second page' }).click()
    await page.waitForURL(`${base}/app/second`)
  })

  it('shows toasts, those of errors too', async () => {
    const { page, press } = await opened()
    await press('Toast')
    await press('Error')
    await page.getByRole('status').getByText('Counted', { exact: true }).waitFor()
    await expect.poll(() => page.locator('.toast.error').allInnerTexts()).toEqual(['Not counted'])
  })

  it('opens and closes the app’s modal', async () => {
    const { app, press } = await opened()
    await press('Modal')
    await app.getByRole('dialog', { name: 'About' }).getByText('What this is').waitFor()
    await press('Close it')
    await app.getByText('What this is').waitFor({ state: 'hidden' })
  })

  it('lets a person pick products for the app', async () => {
    const { page, app, press } = await opened()
    await press('Pick')
    await page.getByRole('searchbox').fill('curb')
    await page.getByLabel('Curb Chain, 4 mm, Sterling Silver').check()
    await page.getByRole('button', { name: 'Add' }).click()
    await app.getByText('"title":"Curb Chain, 4 mm, Sterling Silver"').waitFor()
  })

  it('leads to Shopify’s own pages by shopify:admin links', async () => {
    const { page, app, world } = await opened()
    await app.getByRole('link', { name: 'To the orders' }).click()
    await page.waitForURL(`${world.origin}/store/adler-finch/orders`)
    await page.getByRole('heading', { name: 'Orders' }).waitFor()
  })

  it('keeps the signed-in person through the app’s navigation', async () => {
    const { page, base, go, asked } = await opened()
    await go('/app?as=clerk')
    const subject = (token: string | null) =>
      JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()).sub
    const documents = asked.filter(({ path }) => path === '/app')
    expect(new Set(documents.map(({ query }) => subject(query.get('id_token')))).size).toBe(2)
    await page.getByRole('link', { name: 'Second page' }).click()
    await page.waitForURL(`${base}/app/second?as=clerk`)
  })
})

describe('the stand-in of App Bridge', () => {
  it('sends the session token with the app’s own requests', async () => {
    const { app, press, asked } = await opened()
    await press('Fetch')
    await app.getByText('data;').waitFor()
    expect(asked.find(({ path }) => path === '/data')?.bearer).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it('repeats a refused request once, with a new token', async () => {
    const { app, press, asked, refuseNext } = await opened()
    refuseNext(1)
    await press('Fetch')
    await app.getByText('data;').waitFor()
    const tokens = asked.filter(({ path }) => path === '/data').map(({ bearer }) => bearer)
    expect([tokens.length, new Set(tokens).size]).toEqual([2, 2])
  })

  it('gives up after that', async () => {
    const { app, press, asked, refuseNext } = await opened()
    refuseNext(5)
    await press('Fetch')
    await app.getByText('no;').waitFor()
    expect(asked.filter(({ path }) => path === '/data')).toHaveLength(2)
  })

  it('uses a token until shortly before its end, and then asks for another', async () => {
    const { app, press, asked, world } = await opened()
    const bearers = () => asked.filter(({ path }) => path === '/data').map(({ bearer }) => bearer)
    const fetched = async (times: number) => {
      await press('Fetch')
      await expect.poll(() => app.locator('#said').innerText()).toBe('data; '.repeat(times).trim())
    }
    await fetched(1)
    await fetched(2)
    expect(new Set(bearers()).size).toBe(1)
    // One that ends within the two seconds a request may take is not used a second time.
    world.knobs.tokenSeconds = 1
    await app.locator('body').evaluate(() => location.reload())
    await fetched(1)
    await fetched(2)
    expect(new Set(bearers()).size).toBe(3)
  })

  it('comes back from the bounce page with a token', async () => {
    const { page, app, asked } = await opened()
    const frame = page.frame({ name: 'app-iframe' })
    await frame?.evaluate(() =>
      location.assign('/auth/session-token?shopify-reload=' + encodeURIComponent('/app/second?x=1')),
    )
    await app.locator('ui-title-bar[title="Page /app/second"]').waitFor({ state: 'attached' })
    const back = asked.findLast(({ path }) => path === '/app/second')
    expect([back?.query.get('x'), Boolean(back?.query.get('id_token'))]).toEqual(['1', true])
  })

  it('does not go to another site from there', async () => {
    const { page, asked, problems } = await opened()
    const frame = page.frame({ name: 'app-iframe' })
    await frame?.evaluate(() => location.assign('/auth/session-token?shopify-reload=https://example.com/'))
    // Loaded, so that the script has run: the test before this one shows that it would have gone.
    await frame?.waitForURL(/\/auth\/session-token/, { waitUntil: 'load' })
    expect(problems).toEqual([])
    expect(asked.at(-1)?.path).toBe('/auth/session-token')
  })

  it('takes an app opened by itself into the admin', async () => {
    const { page, world, base } = await opened()
    await page.goto(`${world.appUrl}/app/second?shop=adler-finch.myshopify.com`)
    await page.waitForURL(/\/store\/adler-finch\/apps\/key-of-the-tests\/app\/second|\/apps\/vitrine\/app\/second/)
    await page.getByRole('link', { name: 'Second page' }).waitFor()
    await page.waitForURL(`${base}/app/second`)
  })
})

describe('pages of Shopify’s own numbers', () => {
  it('follow what is sold while somebody looks', async () => {
    const { page, world } = await opened()
    await page.goto(`${world.origin}/store/adler-finch/products?q=C207`)
    const row = page.getByRole('row', { name: /Curb Chain/ })
    const before = await row.innerText()
    world.shopify
      .shop('adler-finch.myshopify.com')
      .placeOrder({ source: 'web', lines: [{ sku: 'C207-18', quantity: 1 }] })
    await expect.poll(() => row.innerText(), { timeout: 5_000 }).not.toBe(before)
  })

  it('let a person buy in the online store, and refund at the till', async () => {
    const { page, world, problems } = await opened()
    const shop = world.shopify.shop('adler-finch.myshopify.com')
    const before = shop.shown('C207-18')
    await page.goto(`${world.origin}/shop/adler-finch?q=curb`)
    await page.getByRole('link', { name: /Curb Chain/ }).click()
    await page.getByLabel('Choice').selectOption({ label: '18 in, $126.00' })
    await page.getByRole('button', { name: 'Buy now' }).click()
    await page.getByText('Thank you, Alex Visitor!').waitFor()
    expect(shop.shown('C207-18')).toBe(before - 1)

    await page.goto(`${world.origin}/till/adler-finch?place=Safe&q=C207-18`)
    await page.getByRole('button', { name: 'Sell C207-18' }).click()
    await page
      .getByRole('button', { name: /^Refund #/ })
      .first()
      .click()
    await page.getByText('Refunded').waitFor()
    expect(shop.shown('C207-18')).toBe(before - 1)
    expect(problems).toEqual([])
  })
})
