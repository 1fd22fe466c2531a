import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../bench/replay/main.ts', import.meta.url))
const replay = (...args: string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })

it.each([[[]], [['--loud', 'orders.csv']], [['one.csv', 'two.csv']], [['orders.csv', '--opening']]])(
  '%j is answered with how it is used',
  (args) => {
    const { status, stdout, stderr } = replay(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^npm run replay -- FILE\.csv .*\n$/)
  },
)

it.each([
  [['orders.csv', '--opening', 'much'], '--opening takes a whole number, not much.'],
  [['no-such-file.csv'], 'no-such-file.csv cannot be read as an order history: ENOENT'],
  [[fileURLToPath(new URL('../../package.json', import.meta.url))], 'cannot be read as an order history'],
])('%j is refused before anything is done', (args, sentence) => {
  const { status, stdout, stderr } = replay(...args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain(sentence)
})
