import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, test } from 'vitest'
import { z } from 'zod'

const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))

type Said = { code: number | null; out: string; complaint: string }

/** The bench as `npm run bench -- …` starts it, on the server of the tests. */
async function bench(...args: string[]): Promise<Said> {
  const env = { ...process.env, DATABASE_URL: inject('testServer').url }
  const child = spawn(process.execPath, [RUN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: Said = { code: null, out: '', complaint: '' }
  child.stdout.on('data', (text) => (said.out += text))
  child.stderr.on('data', (text) => (said.complaint += text))
  const [code] = await once(child, 'close')
  return { ...said, code }
}

const lastLine = ({ out }: Said): unknown => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')

const count = z.int().min(0)
const amount = z.number().positive()

test('A bench that does not exist is refused with what there is', async () => {
  const { code, out, complaint } = await bench('reserves')
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(complaint).toContain('npm run bench -- books|explain|pipeline|publish|recompute|reserve')
})

describe('reserve', () => {
  const hot = z.strictObject({ opsPerSecond: amount, accepted: count, rejected: count, oversold: count })
  const figures = { opsPerSecond: amount, p50Ms: amount, p99Ms: amount }
  const report = z.strictObject({
    name: z.literal('reserve'),
    uniform: z.strictObject(figures),
    hot,
    floor: z.strictObject({ opsPerSecond: amount }),
    ratioToFloor: amount,
    batched: z.strictObject({ ...figures, floorOpsPerSecond: amount, ratioToFloor: amount, hot }),
    drift: count,
  })

  test('says what it measured on its last line; of 1,000 units 1,000 are sold, and the books add up', async () => {
    const said = await bench('reserve', '--seconds', '2')
    expect(said.code, said.complaint).toBe(0)
    const { hot, batched, drift } = report.parse(lastLine(said))
    const sold = { accepted: 1_000, rejected: 1_000, oversold: 0 }
    expect([hot, batched.hot]).toMatchObject([sold, sold])
    expect(drift).toBe(0)
  })
})

describe('pipeline', () => {
  const report = z.strictObject({
    name: z.literal('pipeline'),
    limited: z.strictObject({
      events: count,
      unseen: count,
      lagMs: z.strictObject({ p50: amount, p95: amount, p99: amount }),
    }),
    cpuMsPerEvent: amount.nullable(),
  })

  test('says what it measured on its last line, and every sale was seen on the other channel', async () => {
    const said = await bench('pipeline', '--only', 'limited', '--seconds', '2')
    expect(said.code, said.complaint).toBe(0)
    expect(report.parse(lastLine(said)).limited).toMatchObject({ events: 4, unseen: 0 })
  })

  test('knows only its two parts', async () => {
    expect(await bench('pipeline', '--only', 'unlimitted')).toMatchObject({ code: 2, out: '' })
  })
})

describe('recompute', () => {
  const report = z.strictObject({
    name: z.literal('recompute'),
    items: count,
    channels: count,
    wallMs: amount,
    previewMs: amount,
    numbers: count,
    changed: count,
    due: count,
  })

  test('computes every number and finds every listing due', async () => {
    const said = await bench('recompute', '--items', '1000')
    expect(said.code, said.complaint).toBe(0)
    const { numbers, changed, due } = report.parse(lastLine(said))
    expect([numbers, due]).toEqual([6_000, 6_000])
    expect(changed).toBeGreaterThan(5_000)
  })
})

describe('explain', () => {
  const times = z.strictObject({ p50: amount, p95: amount })
  const report = z.strictObject({
    name: z.literal('explain'),
    movements: count,
    items: count,
    roundTripMs: times,
    nowMs: times,
    thenMs: times,
    busiestThenMs: times,
    wrong: count,
  })

  test('explains every number it is asked about, of now and of any second of the year', async () => {
    const said = await bench('explain', '--movements', '20000')
    expect(said.code, said.complaint).toBe(0)
    expect(report.parse(lastLine(said))).toMatchObject({ movements: 20_000, items: 200, wrong: 0 })
  })
})

describe('books', () => {
  const report = z.strictObject({
    name: z.literal('books'),
    movements: count,
    items: count,
    verifyMs: amount,
    slowestStretchMs: amount,
    stretches: count,
    sealMs: amount,
    seals: count,
    checkSealsMs: amount,
    csvMs: amount,
    csvMb: amount,
    sealedMs: amount,
    heapMb: z.strictObject({ before: amount, most: amount }),
    wrong: count,
  })

  test('verifies, seals, checks and takes out a ledger, and finds nothing wrong', async () => {
    const said = await bench('books', '--movements', '12000')
    expect(said.code, said.complaint).toBe(0)
    expect(report.parse(lastLine(said))).toMatchObject({ movements: 12_000, items: 120, seals: 3, wrong: 0 })
  })
})
