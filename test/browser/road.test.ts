import { fileURLToPath } from 'node:url'
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { adlerFinch } from '#sandbox/jeweler/adler-finch.ts'
import { openBrowser, openPage } from '#test/support/browser.ts'
import { SERVER_HEADER } from '#test/support/relay.ts'
import { openRoad, type Road } from '#test/support/road.ts'

// The whole road as a jeweler goes it: real processes, real time, and her hands on nothing but pages.

const RING = { sku: 'R101-6', title: 'Luna Solitaire Ring' }
/** The shop's first place, which has some: a sale elsewhere is taken from there. */
const PLACE = 'Safe'
const LIVE = { timeout: 3_000, interval: 50 }
// Before a number rises its channel's orders are read, and a read may have to wait for its turn.
const RISES = { ...LIVE, timeout: 10_000 }
/** Beginnings of the ring's choice as the two shops word it. */
const ETSY_CHOICE = /^\s*6 —/
const STORE_CHOICE = /^\s*6,/
/** The library answers a program's own name with 410. */
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36'
const SHOTS = fileURLToPath(new URL('shots/', import.meta.url))

let browser: Browser
let road: Road
const problems: string[][] = []

beforeAll(async () => {
  ;[browser, road] = await Promise.all([openBrowser(), openRoad()])
}, 120_000)
afterAll(async () => {
  await browser.close()
  await road.stop()
})
afterEach(() => expect(problems.splice(0).flat()).toEqual([]))

type Opened = { page: Page; app: FrameLocator; shot: (name: string) => Promise<unknown> }

/** A page in a window of its own. `server`: the web process it keeps to. */
async function open(address: string, { server }: { server?: number } = {}): Promise<Opened> {
  const { page, problems: its } = await openPage(browser)
  problems.push(its)
  if (server !== undefined) await page.setExtraHTTPHeaders({ [SERVER_HEADER]: String(server) })
  await page.goto(address)
  const shot = (name: string) => page.screenshot({ path: `${SHOTS}${name}.png` })
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail' && !page.isClosed())
      await shot(`failed${new URL(page.url()).pathname.replaceAll('/', '-')}`)
  })
  return { page, app: page.frameLocator('iframe[name=app-iframe]'), shot }
}

const admin = (path: string) => `${road.origin}/store/adler-finch${path}`
const inApp = (path: string, on?: { server: number }) => open(admin(`/apps/vitrine${path}`), on)
const channel = (app: FrameLocator, name: string) =>
  app.locator('.Polaris-Card, .Polaris-ShadowBevel').filter({ has: app.getByRole('heading', { name, exact: true }) })

const rowOf = (app: FrameLocator): Locator => app.getByRole('row', { name: new RegExp(`${RING.sku}\\b`) })
/** What the table says of the ring: for sale, and what Shopify and Etsy show. */
async function tableSays(app: FrameLocator) {
  const cells = await rowOf(app).getByRole('cell').allInnerTexts()
  const [forSale = NaN, , , shopify, etsy] = cells.slice(-5).map((text) => Number(/\d+$/.exec(text.trim())?.[0]))
  return { forSale, shopify, etsy }
}
const allSay = (n: number) => ({ forSale: n, shopify: n, etsy: n })

/** The number that one of Shopify's own pages has in the ring's row. */
const ofShopify = (page: Page) => page.getByLabel(`Available of ${RING.sku}`)

/** Resolves as soon as the buyer is thanked: what she must see within seconds is counted from here. */
async function buyOnEtsy(): Promise<{ order: string; shot: Opened['shot'] }> {
  const { page, shot } = await open(road.etsyOrigin)
  await page.getByRole('link', { name: 'AdlerAndFinch' }).click()
  await page.getByRole('link', { name: new RegExp(RING.title) }).click()
  const choice = page.getByRole('combobox')
  await choice.selectOption(await choice.locator('option', { hasText: ETSY_CHOICE }).getAttribute('value'))
  await page.getByRole('button', { name: 'Buy' }).click()
  const thanks = await page.getByRole('status').innerText()
  return { order: /\d+/.exec(thanks)?.[0] ?? '', shot }
}

async function buyInTheOnlineStore(): Promise<Page> {
  const { page } = await open(`${road.origin}/shop/adler-finch?q=${encodeURIComponent(RING.title)}`)
  await page.getByRole('link', { name: new RegExp(RING.title) }).click()
  const choice = page.getByLabel('Choice')
  await choice.selectOption(await choice.locator('option', { hasText: STORE_CHOICE }).getAttribute('value'))
  await page.getByRole('button', { name: 'Buy now' }).click()
  await page.getByText('Thank you').waitFor()
  return page
}

async function cancelOnEtsy(order: string): Promise<void> {
  const { page } = await open(road.etsyOrigin)
  await page.getByRole('link', { name: 'AdlerAndFinch' }).click()
  await page.getByRole('link', { name: /^Orders/ }).click()
  await page.getByRole('button', { name: `Cancel order ${order}` }).click()
  await page.getByRole('status').waitFor()
}

const questionsIn = async (app: FrameLocator) =>
  Number(/(\d+) questions?/.exec(await app.getByText(/\d+ questions?\./).innerText())?.[1])

/** The tokens with which live streams have been opened since the `since`th request. */
const liveSince = (since: number) =>
  road.asked.app.passed.slice(since).flatMap(({ path, bearer }) => (path === '/api/live' && bearer ? [bearer] : []))

async function answerTo(bearer: string): Promise<number> {
  const leave = new AbortController()
  const headers = { authorization: bearer, 'user-agent': BROWSER }
  const { status } = await fetch(`${road.asked.app.origin}/api/live`, {
    headers,
    signal: leave.signal,
    redirect: 'manual',
  })
  leave.abort()
  return status
}

/** What the app has asked Shopify or Etsy to change. */
const writes = () => [
  ...road.asked.shopify.passed.filter(({ path, body }) => path.endsWith('/graphql.json') && /\bmutation\b/.test(body)),
  ...road.asked.etsy.passed.filter(({ method, path }) => method !== 'GET' && path.startsWith('/v3/application/')),
]

const bothShow = (n: number, within = LIVE) =>
  expect.poll(() => road.shown(RING.sku), within).toEqual({ shopify: n, etsy: n })

/** The table of the app, at the ring, and what it says before anything happens. */
async function watching(on?: { server: number }) {
  const opened = await inApp(`/app/inventory?search=${RING.sku}`, on)
  await rowOf(opened.app).waitFor()
  const { forSale } = await tableSays(opened.app)
  const says = (n: number, within = LIVE) => expect.poll(() => tableSays(opened.app), within).toEqual(allSay(n))
  /** As `says`, but for what Shopify was last seen to show: of its own sales it is heard again later. */
  const sells = (n: number) => expect.poll(() => tableSays(opened.app), LIVE).toMatchObject({ forSale: n, etsy: n })
  await sells(forSale)
  // Gone as soon as the document is read anew: what is seen is seen without a reload.
  const mark = () =>
    opened.page.frame({ name: 'app-iframe' })?.evaluate(() => Reflect.set(globalThis, 'untouched', true))
  const untouched = () =>
    opened.page.frame({ name: 'app-iframe' })?.evaluate(() => Reflect.get(globalThis, 'untouched'))
  await mark()
  return { ...opened, before: forSale, says, sells, untouched }
}

// Each leg goes on where the one before has ended.
describe('the road', { shuffle: false }, () => {
  it('the app is installed, Etsy is connected by its owner’s consent, and is read while she looks', async () => {
    const { page, app, shot } = await inApp('/app')
    await app.getByRole('heading', { name: 'Getting your channels in step' }).waitFor()
    await shot('01-home-first')
    await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Channels' }).click()
    await channel(app, 'Shopify').getByText('Live').waitFor({ timeout: 30_000 })
    await shot('02-channels-shopify-live')
    await road.control('latency', { ms: 400 })
    await app.getByRole('button', { name: 'Connect Etsy' }).click()
    await page.waitForURL((url) => url.origin === road.etsyOrigin)
    await shot('03-consent')
    await page.getByRole('button', { name: 'Allow' }).click()
    await app.getByText(/\d+ listings read\./).waitFor()
    await shot('04-progress')
    await road.control('latency', { ms: 0 })
    await channel(app, 'Etsy').getByText('Waits for your review').waitFor({ timeout: 30_000 })
    // Etsy's pages overlap, and every variation counts once.
    const variations = adlerFinch(1).etsy.listings.flatMap(({ products }) => products).length
    await channel(app, 'Etsy').getByText(`${variations} listings read, `).waitFor()
    await shot('05-review')
  })

  it('she says which listings are which items, and a no is remembered', async () => {
    const { page, app, shot } = await inApp('/app/channels')
    const questions = () => questionsIn(app)
    const yes = app.getByRole('button', { name: /^Yes, / })
    const no = app.getByRole('button', { name: /^No, / })
    await yes.first().scrollIntoViewIfNeeded()
    await shot('06-proposals')
    const first = await questions()
    await yes.first().click()
    await expect.poll(questions).toBeLessThan(first)
    const second = await questions()
    await no.first().click()
    await expect.poll(questions).toBe(second - 1)
    await page.reload()
    await expect.poll(questions).toBe(second - 1)
    await shot('07-answered')
  })

  it('she goes live, and Etsy shows what is for sale', async () => {
    const { app, shot } = await inApp('/app/channels')
    await app.getByRole('button', { name: 'Go live' }).click()
    await channel(app, 'Etsy').getByText('Live', { exact: true }).waitFor()
    await shot('08-live')
    const { before } = await watching()
    await bothShow(before)
  })

  it('a ring bought on Etsy is seen to go in the app, untouched, and at Shopify', async () => {
    const shopify = await open(admin(`/inventory?place=${PLACE}&q=${RING.sku}`))
    await shopify.shot('09-shopify-inventory')
    const there = Number(await ofShopify(shopify.page).first().inputValue())
    const { before, says, untouched, shot } = await watching()
    await shot('10-inventory')
    const bought = await buyOnEtsy()
    await says(before - 1)
    await bothShow(before - 1)
    expect(await untouched()).toBe(true)
    await bought.shot('11-bought-on-etsy')
    await shot('12-inventory-after')
    await expect.poll(async () => Number(await ofShopify(shopify.page).first().inputValue()), LIVE).toBe(there - 1)
    await shopify.shot('12-shopify-after')
  })

  it('one bought in the online store is seen to go on Etsy, and comes back when it is cancelled', async () => {
    const { before, says, untouched } = await watching()
    const store = await buyInTheOnlineStore()
    await says(before - 1)
    await bothShow(before - 1)
    await store.screenshot({ path: `${SHOTS}13-bought-in-the-online-store.png` })
    await store.getByRole('button', { name: 'Cancel order' }).click()
    await says(before, RISES)
    await bothShow(before, RISES)
    expect(await untouched()).toBe(true)
  })

  it('one bought on Etsy and cancelled there comes back on both, and its page tells the whole story', async () => {
    const { before, says, app, shot } = await watching()
    const { order } = await buyOnEtsy()
    await says(before - 1)
    await bothShow(before - 1)
    await cancelOnEtsy(order)
    await says(before, RISES)
    await bothShow(before, RISES)
    await rowOf(app).getByRole('link').click()
    await app.getByRole('heading', { name: 'Everything that happened to it' }).waitFor()
    const story = app.getByText(new RegExp(`order #${order} on Etsy`))
    await story.first().scrollIntoViewIfNeeded()
    await shot('14-item')
    expect(await story.allInnerTexts()).toEqual([
      `Cancelled for order #${order} on Etsy`,
      `Sold for order #${order} on Etsy`,
    ])
  })

  it('a page stays live when the session token it was opened with has long ended', async () => {
    await road.control('session-token-seconds', { seconds: 3 })
    const began = road.asked.app.passed.length
    const { before, says, untouched } = await watching()
    const first = () => liveSince(began)[0] ?? ''
    await expect.poll(first, LIVE).not.toBe('')
    // Refused for good: past its end, and past the ten seconds for which the library still lets it pass.
    await expect.poll(() => answerTo(first()), { timeout: 30_000, interval: 500 }).not.toBe(200)
    expect(liveSince(began).some((bearer) => bearer !== first())).toBe(true)
    await buyOnEtsy()
    await says(before - 1)
    await bothShow(before - 1)
    expect(await untouched()).toBe(true)
    await road.control('session-token-seconds', { seconds: 60 })
  })

  it('what is done through one web process is seen through the other', async () => {
    const [here, there] = await Promise.all([
      inApp('/app/channels', { server: 0 }),
      inApp('/app/channels', { server: 1 }),
    ])
    const questions = ({ app }: Opened) => questionsIn(app)
    const before = await questions(here)
    expect(await questions(there)).toBe(before)
    await here.app.getByRole('button', { name: /^No, / }).first().click()
    await expect.poll(() => questions(there), LIVE).toBe(before - 1)
    const watched = await watching({ server: 1 })
    await buyOnEtsy()
    await watched.says(watched.before - 1)
    // The two took turns all the way here: neither has done it alone.
    for (const server of [0, 1])
      expect(road.asked.app.passed.filter((one) => one.server === server).length).toBeGreaterThan(50)
  })

  it('uninstalled, it writes nothing more; installed again, it books what she has looked at, and goes on', async () => {
    const before = await road.shown(RING.sku)
    const { page, shot } = await open(admin('/apps'))
    await shot('15-apps')
    await page.getByRole('button', { name: 'Uninstall' }).click()
    await page.getByRole('button', { name: 'Uninstall' }).waitFor({ state: 'detached' })
    await shot('16-uninstalled')
    const written = writes().length
    expect(written).toBeGreaterThan(5)
    const heard = () => road.asked.app.passed.filter(({ path }) => path === '/webhooks/etsy').length
    const news = heard()
    await buyOnEtsy()
    await expect.poll(heard, LIVE).toBe(news + 1)
    await road.control('set-stock', { sku: 'C207-18', location: 'Safe', available: 9 })
    expect(await road.shown(RING.sku)).toEqual({ shopify: before.shopify, etsy: before.etsy - 1 })

    await page.goto(admin('/apps/vitrine/app/channels'))
    await page.getByRole('button', { name: 'Install' }).click()
    await page.waitForURL(/apps\/vitrine/)
    await page.goto(admin('/apps/vitrine/app/channels'))
    const app = page.frameLocator('iframe[name=app-iframe]')
    await shot('17-coming-back')
    await app.getByRole('button', { name: 'Book them and go on' }).waitFor({ timeout: 30_000 })
    await shot('18-differences')
    expect(writes().slice(written)).toEqual([])
    expect(
      await app
        .getByRole('row', { name: /Curb Chain/ })
        .getByRole('cell')
        .allInnerTexts(),
    ).toEqual(expect.arrayContaining(['Safe', 'For sale', '5', '9']))
    await app.getByRole('button', { name: 'Book them and go on' }).click()
    await channel(app, 'Shopify').getByText('Live', { exact: true }).waitFor()
    await shot('19-open-again')
    // What Etsy showed is looked at again as well; the order of meanwhile is booked before anything is raised there.
    await app.getByRole('button', { name: 'Go live' }).click()
    await channel(app, 'Etsy').getByText('Live', { exact: true }).waitFor()
    await bothShow(before.etsy - 1, { ...LIVE, timeout: 20_000 })
    await shot('20-all-live')
  })
})
