import { parseArgs } from 'node:util'
import { openPool } from '#app/db.server.ts'
import { ownDatabase } from '../own-database.ts'
import { readHistory, UnreadableHistory } from './history.ts'
import { replay, type Replayed } from './replay.ts'
import type { OpeningChoice } from './truth.ts'

const USAGE = 'npm run replay -- FILE.csv [--opening auto|half|N] [--latency MS] [--seed N] [--json]'
const SHOWN = 10

function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UnreadableHistory(`--${name} takes a whole number, not ${text}. ${USAGE}`)
  return Number(text)
}

const openingChoice = (text: string): OpeningChoice =>
  text === 'auto' || text === 'half' ? text : wholeNumber(text, 'opening')

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        opening: { type: 'string', default: 'auto' },
        latency: { type: 'string', default: '2000' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        // For the test that sees the law fail.
        'without-publishing': { type: 'boolean', default: false },
      },
    })
  } catch {
    throw new UnreadableHistory(USAGE)
  }
}

function options() {
  const { values, positionals } = parsed()
  const [file, ...more] = positionals
  if (!file || more.length > 0) throw new UnreadableHistory(USAGE)
  return {
    file,
    json: values.json,
    opening: openingChoice(values.opening),
    latencyMs: wholeNumber(values.latency, 'latency'),
    seed: wholeNumber(values.seed, 'seed'),
    publishing: !values['without-publishing'],
  }
}

function progress(done: number, total: number): void {
  if (!process.stderr.isTTY) return
  const share = total === 0 ? 1 : done / total
  const bar = '█'.repeat(Math.round(share * 40)).padEnd(40, '░')
  process.stderr.write(
    `\r${bar} ${Math.floor(share * 100)} % of ${total} orders and cancellations${done === total ? '\n' : ''}`,
  )
}

function summary({ report, unlawful }: Replayed): string {
  const { accepted, refused, oversold, unavoidable, rateBound, lagMs } = report
  const law = oversold === unavoidable + rateBound
  return [
    `${report.orders} orders with ${report.lines} lines and ${report.cancels} cancellations of ${report.items} items on ${report.channels.join(', ')}.`,
    `${accepted} pieces were sold, ${refused} were refused because the channel did not show so many.`,
    `${oversold} pieces were sold twice: ${unavoidable} before any news could have come, ${rateBound} while a channel’s limit held the number up.`,
    `The law (oversold = unavoidable + rateBound) ${law ? 'holds' : 'IS BROKEN'}.`,
    ...unlawful.slice(0, SHOWN),
    `A sale was on the other channels after ${lagMs.p50} ms (half of them), ${lagMs.p95} ms (95 of 100), ${lagMs.max} ms at most.`,
    `The ledger ${report.ledgerBalanced ? 'adds up' : 'DOES NOT ADD UP'}; ${report.lost} accepted lines were lost; ${report.converged ? 'every listing shows what it should' : `${report.driftListings} listings DO NOT show what they should`}.`,
    `${(report.wallMs / 1000).toFixed(1)} s, ${report.peakRssMb} MB at most.`,
  ].join('\n')
}

async function main(): Promise<void> {
  const { file, json, ...chosen } = options()
  const history = await readHistory(file)
  for (const problem of history.malformed) process.stderr.write(`skipped ${problem}\n`)
  const database = await ownDatabase('replay')
  // Nobody needs this database after the machine has lost its power.
  const pool = openPool(database.url, { max: 4, settings: '-c synchronous_commit=off' })
  try {
    const replayed = await replay(pool, history, { ...chosen, onProgress: progress, now: () => performance.now() })
    if (!json) process.stdout.write(`${summary(replayed)}\n`)
    process.stdout.write(`${JSON.stringify(replayed.report)}\n`)
  } finally {
    await pool.end()
    await database.drop()
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UnreadableHistory)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
