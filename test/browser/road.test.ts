import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { checkPorts } from '#sandbox/demo/choices.ts'
import { serve } from '#sandbox/http.ts'
import { openBrowser, openPage } from '#test/support/browser.ts'

// The whole road as a newcomer goes it: the demo, a browser, two shops, real processes and real time.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PIECE = 'W256-75'
const SEEN_WITHIN_MS = 3_000

let browser: Browser
let port: number
let stop: () => Promise<void>

beforeAll(async () => {
  browser = await openBrowser()
  port = await threeFreePorts()
  stop = await startDemo()
}, 120_000)
afterAll(async () => {
  await browser.close()
  await stop()
})

async function threeFreePorts(): Promise<number> {
  for (;;) {
    const one = await serve(async () => new Response(), { port: 0, clock: systemClock })
    await one.close()
    if (
      await checkPorts(one.port).then(
        () => true,
        () => false,
      )
    )
      return one.port
  }
}

/** Starts the demo in a folder of its own; returns how to stop it. */
async function startDemo(): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), 'vitrine-road-'))
  const { DATABASE_URL: _, ...env } = process.env
  const args = ['sandbox/demo.ts', '--port', String(port), '--data', data, '--quiet']
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line.includes('is ready') && resolve())
    lines.on('close', () => reject(new Error('The demo ended before it was ready.')))
  })
  return async () => {
    child.kill('SIGINT')
    await gone
    rmSync(data, { recursive: true, force: true })
  }
}

const control = async (act: string, body: object): Promise<void> => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${port}/__sandbox/${act}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
}
const shopifyShows = async (): Promise<number> =>
  (await (await fetch(`http://127.0.0.1:${port}/__sandbox/stock?sku=${PIECE}`)).json()).shopify

const admin = (path: string) => `http://127.0.0.1:${port}/store/adler-finch/apps/vitrine${path}`

async function connectEtsy(page: Page, app: FrameLocator): Promise<void> {
  await page.goto(admin('/app/channels'))
  await app.getByRole('button', { name: 'Connect Etsy' }).click()
  await page.waitForURL(new RegExp(`:${port + 2}/`))
  await page.getByRole('button', { name: /allow|grant/i }).click()
  await app.getByRole('button', { name: 'Go live' }).click({ timeout: 30_000 })
  await app.getByText('Waits for your review').waitFor({ state: 'hidden' })
}

/** Pieces for sale of it, as the table shows them. */
const forSale = async (app: FrameLocator): Promise<number> =>
  Number(await app.locator('tr', { hasText: PIECE }).locator('td').nth(1).innerText())

test('from the install to a sale on Etsy that is seen in the admin, untouched, and on Shopify', async () => {
  const { page, problems } = await openPage(browser)
  const app = page.frameLocator('iframe[name=app-iframe]')
  await connectEtsy(page, app)

  // Session tokens that end sooner than the wait below: the page must go on without being touched.
  await control('session-token-seconds', { seconds: 3 })
  await page.goto(admin(`/app/inventory?search=${PIECE}`))
  await app.locator('tr', { hasText: PIECE }).waitFor()
  for (const channel of ['etsy', 'shopify']) {
    const [shown, onShopify] = [await forSale(app), await shopifyShows()]
    expect(shown).toBe(onShopify)
    await page.waitForTimeout(16_000)
    await control('buy', { channel, sku: PIECE })
    await expect.poll(() => forSale(app), { timeout: SEEN_WITHIN_MS, interval: 50 }).toBe(shown - 1)
    await expect.poll(shopifyShows, { timeout: SEEN_WITHIN_MS, interval: 50 }).toBe(onShopify - 1)
  }

  await app.locator('tr', { hasText: PIECE }).getByRole('link').click()
  await app.getByText('Everything that happened to it').waitFor()
  expect(await app.getByText(/^Sold for order/).count()).toBe(2)
  // A page that is left gives up what it was reading.
  expect(problems.filter((problem) => !problem.endsWith('net::ERR_ABORTED'))).toEqual([])
  expect(problems.length).toBeLessThan(6)
})
