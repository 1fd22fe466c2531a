import { fileURLToPath } from 'node:url'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openBrowser, openPage } from '#test/support/browser.ts'
import { openRoad, type Road } from '#test/support/road.ts'

// A hold as a jeweler makes it: real processes, real time, and her hands on nothing but pages.

const RING = 'R101-6'
const CLIENT = 'Anna Ferrante'
const PLACE = 'Safe'
const SOON = { timeout: 10_000, interval: 100 }
const SHOTS = fileURLToPath(new URL('shots/', import.meta.url))

let browser: Browser
let road: Road
const problems: string[][] = []

beforeAll(async () => {
  ;[browser, road] = await Promise.all([openBrowser(), openRoad()])
}, 240_000)
afterAll(async () => {
  await browser.close()
  await road.stop()
})
afterEach(() => expect(problems.splice(0).flat()).toEqual([]))

type Opened = { page: Page; app: FrameLocator; shot: (name: string) => Promise<unknown> }

async function open(path: string): Promise<Opened> {
  const { page, problems: its } = await openPage(browser)
  problems.push(its)
  await page.goto(`${road.origin}/store/adler-finch${path}`)
  const shot = (name: string) => page.screenshot({ path: `${SHOTS}${name}.png` })
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await shot(`failed-holds${path.replaceAll(/\W+/g, '-')}`)
  })
  return { page, app: page.frameLocator('iframe[name=app-iframe]'), shot }
}

const inApp = (path: string) => open(`/apps/vitrine${path}`)

/** What Shopify's own page has for sale of the ring. */
async function ofShopify() {
  const { page } = await open(`/inventory?place=${PLACE}&q=${RING}`)
  return async () => Number(await page.getByLabel(`Available of ${RING}`).first().inputValue())
}

/** What the app's table says is for sale, and the page that its row leads to. */
async function inventory() {
  const opened = await inApp(`/app/inventory?search=${RING}`)
  const row = opened.app.getByRole('row', { name: new RegExp(`${RING}\\b`) })
  // Read until the books are open.
  await expect.poll(() => row.count(), { timeout: 60_000, interval: 500 }).toBeGreaterThan(0)
  return { ...opened, row, says: () => row.first().innerText() }
}

describe('a hold, on the pages', { shuffle: false }, () => {
  it('is made for a client, and the piece is gone from the page and from Shopify', async () => {
    const shopify = await ofShopify()
    const before = await shopify()
    const table = await inventory()
    const said = await table.says()
    await table.row.first().getByRole('link').first().click()
    const { app, shot } = table
    await app.getByText('On hold for nobody').waitFor()
    await app.getByRole('button', { name: 'Hold for a client' }).click()
    await app.getByLabel('Name', { exact: true }).fill(CLIENT)
    await app.getByLabel('Phone or e-mail').fill('anna@example.com')
    await app.getByLabel('Deposit').fill('200 paid in cash')
    await shot('holds-01-form')
    await app.getByRole('button', { name: 'Hold', exact: true }).click()
    await app.getByRole('heading', { name: '1 hold' }).waitFor()
    await app.getByRole('heading', { name: new RegExp(CLIENT) }).waitFor()
    await shot('holds-02-item')
    await expect.poll(shopify, SOON).toBe(before - 1)
    const after = await inventory()
    expect(await after.says()).not.toBe(said)
    await after.shot('holds-03-inventory')
  })

  it('is on the page of holds with whom it is for, and given up there its piece is for sale again', async () => {
    const shopify = await ofShopify()
    const before = await shopify()
    const { app, shot } = await inApp('/app/holds')
    await app.getByRole('heading', { name: '1 hold' }).waitFor()
    await app.getByRole('heading', { name: new RegExp(CLIENT) }).waitFor()
    await app.getByText('deposit: 200 paid in cash').waitFor()
    await shot('holds-04-holds')
    await app.getByRole('button', { name: 'Give up' }).click()
    await app.getByText('Nothing is on hold').waitFor()
    await shot('holds-05-given-up')
    await expect.poll(shopify, SOON).toBe(before + 1)
  })
})
