import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { packedChromium } from './chromium.ts'

// Not packed.args: those switch web security and site isolation off, so that a test of framing or origins shows nothing.
const FLAGS = ['--no-sandbox', '--disable-gpu']

/** Chromium out of the npm package, or the one CHROMIUM names. */
export async function openBrowser(): Promise<Browser> {
  const { CHROMIUM } = process.env
  const { executablePath, env } = CHROMIUM ? { executablePath: CHROMIUM, env: {} } : await packedChromium()
  return chromium.launch({ executablePath, env: { ...process.env, ...env }, args: FLAGS, headless: true })
}

export type OpenPage = {
  page: Page
  /** What went wrong in the browser so far: console errors and warnings, uncaught errors, failed requests. */
  problems: string[]
}

/** A page of a fresh profile, closed at the end of the test. The library answers a headless browser's own name with 410. */
export async function openPage(browser: Browser): Promise<OpenPage> {
  const [major] = browser.version().split('.')
  const system = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    userAgent: `${system} Chrome/${major}.0.0.0 Safari/537.36`,
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  return { page, problems: problemsOf(context) }
}

function problemsOf(context: BrowserContext): string[] {
  const problems: string[] = []
  context.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) problems.push(`${said.type()}: ${said.text()}`)
  })
  context.on('weberror', (error) => problems.push(`uncaught: ${error.error().message}`))
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText
    // The page itself was left, or asked for something newer.
    if (why !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} ${why}`)
  })
  return problems
}
