import { fileURLToPath } from 'node:url'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openBrowser, openPage } from '#test/support/browser.ts'
import { openRoad, type Road } from '#test/support/road.ts'

// What a jeweler does with her own hands in the app: forms filled in and sent, in the admin, with real processes behind.

const RING = { sku: 'R101-6', title: 'Luna Solitaire Ring' }
const SHOTS = fileURLToPath(new URL('shots/', import.meta.url))
const SLOW = { timeout: 60_000 }

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

async function inApp(path: string): Promise<Opened> {
  const { page, problems: its } = await openPage(browser)
  page.setDefaultTimeout(SLOW.timeout)
  problems.push(its)
  await page.goto(`${road.origin}/store/adler-finch/apps/vitrine${path}`)
  const shot = (name: string) => page.screenshot({ path: `${SHOTS}hands-${name}.png`, fullPage: true })
  return { page, app: page.frameLocator('iframe[name=app-iframe]'), shot }
}

/** The same, with a picture where it goes wrong. */
async function opened(path: string): Promise<Opened> {
  const of = await inApp(path)
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail' && !of.page.isClosed()) await of.shot(`failed${path.replaceAll(/\W+/g, '-')}`)
  })
  return of
}

const toast = (page: Page, text: string) => page.getByRole('status').getByText(text, { exact: true }).waitFor()

async function ringPage(): Promise<Opened> {
  const of = await opened(`/app/inventory?search=${RING.sku}`)
  await of.app
    .getByRole('link', { name: new RegExp(RING.title) })
    .first()
    .click()
  await of.app.getByRole('heading', { name: 'Move or count' }).waitFor()
  return of
}

describe('she', { shuffle: false, timeout: 120_000 }, () => {
  it('finds her shop read before she does anything with it', async () => {
    const { app } = await opened('/app/channels')
    await app.getByText('Live', { exact: true }).waitFor(SLOW)
  })

  it('carries a piece to another state on its page, and reads in its ledger that she did', async () => {
    const { page, app, shot } = await ringPage()
    await app
      .getByRole('button', { name: /^Move “For sale”/ })
      .first()
      .click()
    await app.getByLabel('As', { exact: true }).selectOption({ label: 'In work' })
    await app.getByRole('textbox', { name: /^Why/ }).first().fill('A claw is loose')
    await shot('move')
    await app.getByRole('button', { name: 'Move', exact: true }).last().click()
    await toast(page, 'Done')
    await app.getByText(/1 piece “In work” in /).waitFor()
    await app
      .getByText(/1 piece from “For sale”.* to “In work”/)
      .first()
      .waitFor()
    await shot('moved')
  })

  it('says what the item is, and takes it back', async () => {
    const { page, app, shot } = await ringPage()
    const category = app.getByRole('textbox', { name: 'Category' })
    const before = await category.inputValue()
    expect(before).not.toBe('')
    await category.fill('Engagement')
    await app.getByRole('button', { name: 'Save', exact: true }).last().click()
    await app.getByText('Said here.').waitFor()
    await shot('category')
    await app.getByRole('button', { name: 'Undo', exact: true }).click()
    await toast(page, 'Undone')
    await app.getByText('As its product type in Shopify').waitFor()
    await expect.poll(() => category.inputValue(), SLOW).toBe(before)
  })

  it('moves many pieces at once after she saw what would move, and undoes it from the same page', async () => {
    const { page, app, shot } = await opened('/app/move')
    await app.getByRole('button', { name: /^Choose all/ }).click()
    await app.getByLabel('As', { exact: true }).selectOption({ label: 'In work' })
    await app.getByRole('button', { name: /^See what would move/ }).click()
    await app.getByText(/pieces of .* would move/).waitFor()
    await app.getByRole('textbox', { name: /^Why/ }).fill('The fair in March')
    await shot('bulk-preview')
    await app.getByRole('button', { name: /^Move \d/ }).click()
    await toast(page, 'Moved')
    await app.getByText('“The fair in March”').waitFor()
    await app.getByRole('button', { name: 'Undo…' }).first().click()
    await app.getByText(/movements? would go back/).waitFor()
    await app.getByRole('textbox', { name: 'Why' }).last().fill('It is in May')
    await shot('bulk-undo')
    await app.getByRole('button', { name: 'Undo it' }).click()
    await app.getByText('Undone', { exact: true }).first().waitFor()
  })

  it('makes a rule after she saw what it would change, and undoes it', async () => {
    const { page, app, shot } = await opened('/app/rules')
    await app.getByRole('button', { name: 'New rule' }).click()
    await app.getByLabel('What it does').selectOption({ label: 'Show at most' })
    await app.getByRole('spinbutton', { name: 'Pieces' }).fill('2')
    await app.getByRole('textbox', { name: 'Why' }).fill('We never show more')
    await shot('rule-form')
    await app.getByRole('button', { name: 'Show what would change' }).click()
    const save = app.getByRole('button', { name: 'Save the rule' })
    await expect.poll(() => save.isEnabled(), SLOW).toBe(true)
    await shot('rule-preview')
    await save.click()
    await app.getByRole('button', { name: 'Undo the last change' }).click()
    const undo = app.getByRole('button', { name: 'Undo', exact: true })
    await expect.poll(() => undo.isEnabled(), SLOW).toBe(true)
    await undo.click()
    await app.getByRole('button', { name: 'Bring back' }).waitFor()
    await shot('rule-undone')
    expect(page.isClosed()).toBe(false)
  })

  it('takes in a delivery that she expected', async () => {
    const { page, app, shot } = await opened('/app/receive')
    await app.getByRole('textbox', { name: 'Number on the papers' }).fill('LS-4711')
    await app.getByRole('textbox', { name: 'What was ordered: title or SKU' }).fill(RING.sku)
    await app.getByRole('button', { name: 'Find' }).click()
    await app
      .getByRole('button', { name: new RegExp(`${RING.sku}\\)$`) })
      .first()
      .click()
    await shot('delivery-new')
    await app.getByRole('button', { name: 'Open it', exact: true }).click()
    await app.getByRole('link', { name: /LS-4711/ }).click()
    await app.getByRole('button', { name: new RegExp(`^Receive ${RING.title}`) }).click()
    await toast(page, 'Received')
    await shot('delivery')
  })

  it('has the books verified, and they agree', async () => {
    const { page, app, shot } = await opened('/app/books')
    await app.getByRole('button', { name: 'Verify now' }).click()
    await toast(page, 'Verified')
    await app.getByText('Everything agrees').first().waitFor()
    await shot('books')
  })
})
