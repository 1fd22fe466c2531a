import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import packed from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

// Not packed.args: those switch web security and site isolation off, so that a test of framing or origins shows nothing.
const FLAGS = ['--no-sandbox', '--disable-gpu']

/** Chromium out of the npm package, or the one CHROMIUM names. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? (await unpacked()), args: FLAGS, headless: true })
}

// The package unpacks into the temporary folder and takes whatever lies there already, of any version and project.
async function unpacked(): Promise<string> {
  const manifest = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const folder = fileURLToPath(new URL(`../../.cache/chromium-${version}`, import.meta.url))
  mkdirSync(folder, { recursive: true })
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  const path = await packed.executablePath()
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  return path
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
  context.on('requestfailed', (request) => problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`))
  return problems
}
