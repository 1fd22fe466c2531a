import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/** What the one test of a file does, and how the file ends. */
const FILES: [what: string, does: string, ends: 'passed' | 'failed'][] = [
  ['nothing', ``, 'passed'],
  ['a complaint', `console.error('the safe is open')`, 'failed'],
  [
    'an expected complaint',
    `vi.spyOn(console, 'error').mockReturnValue(); console.error('the safe is open')`,
    'passed',
  ],
  ['a timer left running', `setTimeout(() => {}, 60_000)`, 'failed'],
  ['an interval left running', `setInterval(() => {}, 60_000)`, 'failed'],
  ['a timer that was cleared', `clearTimeout(setTimeout(() => {}, 60_000))`, 'passed'],
  [
    'a timer that is cleared when the file ends',
    `const t = setTimeout(() => {}, 60_000); end(() => clearTimeout(t))`,
    'passed',
  ],
  ['a timer that has fired', `await new Promise((resolve) => setTimeout(resolve, 1))`, 'passed'],
  ['a timer that lets the process end', `setTimeout(() => {}, 60_000).unref()`, 'passed'],
  ['a request to the world', `await fetch('https://example.com/')`, 'failed'],
  ['a request to this machine', `await fetch('http://127.0.0.1:9/').catch(() => {})`, 'passed'],
]

const Report = z.object({ testResults: z.array(z.object({ name: z.string(), status: z.string() })) })

let folder: string
let outcomes: Map<string, string>

beforeAll(() => {
  mkdirSync(join(CHECKOUT, '.cache'), { recursive: true })
  // Inside the checkout, where `vitest` is found.
  folder = mkdtempSync(join(CHECKOUT, '.cache/strict-'))
  const setup = JSON.stringify(join(CHECKOUT, 'test/support/strict.ts'))
  writeFileSync(join(folder, 'vitest.config.ts'), `export default { test: { setupFiles: [${setup}] } }`)
  for (const [what, does] of FILES) {
    const text = `import { afterAll, test, vi } from 'vitest'
      const ends = []
      const end = (task) => ends.push(task)
      afterAll(() => ends.forEach((task) => task()))
      test('it', async () => { ${does} })`
    writeFileSync(join(folder, `${what}.test.js`), text)
  }
  const vitest = join(CHECKOUT, 'node_modules/vitest/vitest.mjs')
  const { stdout } = spawnSync(process.execPath, [vitest, 'run', '--root', folder, '--reporter', 'json'], {
    encoding: 'utf8',
    env: { ...process.env, VITEST: undefined },
  })
  const { testResults } = Report.parse(JSON.parse(stdout))
  outcomes = new Map(testResults.map(({ name, status }) => [name, status]))
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(FILES)('a file whose test leaves %s', (what, _, ends) => {
  expect(outcomes.get(join(folder, `${what}.test.js`))).toBe(ends)
})
