import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { randomInt } from 'node:crypto'
import { ownDatabase } from '../own-database.ts'
import type { FaultLevel } from './faults.ts'
import { openSessions } from './sessions.ts'
import { type Failure, simulate } from './simulate.ts'

const USAGE = 'npm run simulate -- [--seed N] [--events N] [--faults none|some|many] [--shrink N]'
const KEPT = fileURLToPath(new URL('../../.data/simulate', import.meta.url))
const MOST_SAID = 10
const MOST_STEPS_SAID = 40
const LEVELS: FaultLevel[] = ['none', 'some', 'many']

class Unclear extends Error {}

function chosen() {
  const wholeNumber = (text: string, name: string): number => {
    if (!/^\d{1,9}$/.test(text)) throw new Unclear(`--${name} takes a whole number, not ${text}. ${USAGE}`)
    return Number(text)
  }
  const { seed = String(randomInt(1_000_000)), events = '20000', faults = 'some', shrink = '60' } = parsed()
  const level = LEVELS.find((one) => one === faults)
  if (!level) throw new Unclear(`--faults takes none, some or many, not ${faults}. ${USAGE}`)
  const numbers = { seed: wholeNumber(seed, 'seed'), events: wholeNumber(events, 'events') }
  return { ...numbers, faults: level, shrinkTries: wholeNumber(shrink, 'shrink') }
}

function parsed() {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      options: { seed: text, events: text, faults: text, shrink: text },
    }).values
  } catch {
    throw new Unclear(USAGE)
  }
}

function progress(done: number, total: number): void {
  if (!process.stderr.isTTY) return
  const share = Math.min(1, done / total)
  const bar = '█'.repeat(Math.round(share * 40)).padEnd(40, '░')
  process.stderr.write(`\r${bar} ${Math.floor(share * 100)} % of ${total} events${share === 1 ? '\n' : ''}`)
}

/** What a person needs to see it again, and a file with the steps. */
function tell({ seed, life, at, violations, script, tries }: Failure, given: { seed: number; faults: string }): void {
  mkdirSync(KEPT, { recursive: true })
  const file = `${KEPT}/seed-${given.seed}-life-${life}.json`
  writeFileSync(file, `${JSON.stringify({ ...given, life, lifeSeed: seed, at, violations, script }, null, 2)}\n`)
  const said = [
    `Seed ${given.seed}, life ${life}, step ${at}: a law is broken.`,
    ...violations.slice(0, MOST_SAID).map(({ law, detail }) => `  ${law}: ${detail}`),
    `${script.length} steps are enough (${tries} tried), kept in ${file}:`,
    ...script.slice(-MOST_STEPS_SAID).map(({ action, gapMs }) => `  after ${gapMs} ms: ${action}`),
  ]
  process.stderr.write(`${said.join('\n')}\n`)
}

async function main(): Promise<void> {
  const { seed, events, faults, shrinkTries } = chosen()
  process.stderr.write(`seed ${seed}\n`)
  const database = await ownDatabase('simulate')
  const { pool, sessions, close } = await openSessions(database.url)
  try {
    const onProgress = (done: number) => progress(done, events)
    const now = () => performance.now()
    const wanted = { seed, events, faults, shrinkTries }
    const { report, failure } = await simulate({ pool, sessions, ...wanted, now, onProgress })
    if (failure) tell(failure, { seed, faults })
    process.stdout.write(`${JSON.stringify(report)}\n`)
    if (failure) process.exitCode = 1
  } finally {
    await close()
    await database.drop()
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof Unclear)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
