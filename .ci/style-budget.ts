import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { measureSource, type FunctionSize, type Measured, type Source } from './measure-source.ts'

const Budget = z.strictObject({
  functionLines: z.strictObject({ median: z.number(), p90: z.number(), max: z.number() }),
  fileLines: z.strictObject({ p90: z.number(), max: z.number() }),
  /** In the files named, a framework says what a function takes. */
  parameters: z.strictObject({ max: z.number(), except: z.array(z.string()) }),
  commentPercent: z.strictObject({ min: z.number(), max: z.number() }),
  testLinesPerCodeLine: z.strictObject({ min: z.number() }),
})

export type Budget = z.infer<typeof Budget>

/** One line of the table: what was measured, what is allowed, and where it is broken. */
export type Finding = { what: string; measured: number; allowed: string; kept: boolean; where: string[] }

type File = Source & Measured

/** Judges code and its tests by the budget. */
export function judge(budget: Budget, { code, tests }: { code: Source[]; tests: Source[] }): Finding[] {
  const files = code.map((source) => ({ ...source, ...measureSource(source) }))
  const functions = files.flatMap((file) => file.functions)
  return [
    ...judgeFunctions(budget, functions),
    ...judgeFiles(budget, files),
    judgeComments(budget, files),
    judgeTests(budget, { files, tests }),
  ]
}

function judgeFunctions({ functionLines, parameters }: Budget, functions: FunctionSize[]): Finding[] {
  const lines = functions.map((one) => one.lines)
  const long = functions.filter((one) => one.lines > functionLines.max)
  const free = functions.filter((one) => !parameters.except.some((path) => one.at.startsWith(`${path}:`)))
  const wide = free.filter((one) => one.parameters > parameters.max)
  return [
    atMost('function lines, median', quantile(lines, 0.5), functionLines.median),
    atMost('function lines, 90 %', quantile(lines, 0.9), functionLines.p90),
    {
      ...atMost('function lines, longest', quantile(lines, 1), functionLines.max),
      where: long.map(({ at, name, lines }) => `${at} ${name}: ${lines} lines`),
    },
    {
      ...atMost(
        'parameters, most',
        quantile(
          free.map((one) => one.parameters),
          1,
        ),
        parameters.max,
      ),
      where: wide.map(({ at, name, parameters }) => `${at} ${name}: ${parameters} parameters`),
    },
  ]
}

function judgeFiles({ fileLines }: Budget, files: File[]): Finding[] {
  const lines = files.map((file) => file.lines)
  const long = files.filter((file) => file.lines > fileLines.max)
  return [
    atMost('file lines, 90 %', quantile(lines, 0.9), fileLines.p90),
    {
      ...atMost('file lines, longest', quantile(lines, 1), fileLines.max),
      where: long.map(({ path, lines }) => `${path}: ${lines} lines`),
    },
  ]
}

function judgeComments({ commentPercent: { min, max } }: Budget, files: File[]): Finding {
  const percent = (100 * sum(files.map((file) => file.comments))) / Math.max(1, sum(files.map((file) => file.written)))
  const measured = round(percent)
  return {
    what: 'comments, % of lines',
    measured,
    allowed: `${min} to ${max}`,
    kept: percent >= min && percent <= max,
    where: [],
  }
}

function judgeTests(
  { testLinesPerCodeLine: { min } }: Budget,
  { files, tests }: { files: File[]; tests: Source[] },
): Finding {
  const tested = sum(tests.map((source) => measureSource(source).written))
  const ratio = tested / Math.max(1, sum(files.map((file) => file.written)))
  return {
    what: 'test lines per code line',
    measured: round(ratio),
    allowed: `at least ${min}`,
    kept: ratio >= min,
    where: [],
  }
}

function atMost(what: string, measured: number, limit: number): Finding {
  return { what, measured, allowed: `at most ${limit}`, kept: measured <= limit, where: [] }
}

/** The smallest value that at least `share` of the values do not exceed; 0 of none. */
function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
const round = (value: number) => Math.round(value * 100) / 100

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
const read = (folders: string): Source[] =>
  globSync(`${folders}/**/*.{ts,tsx}`, { cwd: CHECKOUT })
    .sort()
    .map((path) => ({ path, text: readFileSync(`${CHECKOUT}/${path}`, 'utf8') }))

function main(): void {
  const budget = Budget.parse(JSON.parse(readFileSync(new URL('./style-budget.json', import.meta.url), 'utf8')))
  const findings = judge(budget, { code: read('{app,sandbox,bench,extensions,prisma}'), tests: read('test') })
  for (const { what, measured, allowed, kept, where } of findings) {
    console.log(`${kept ? ' ' : '✗'} ${what.padEnd(26)} ${String(measured).padStart(6)}   ${allowed}`)
    for (const place of where) console.log(`      ${place}`)
  }
  process.exitCode = findings.every(({ kept }) => kept) ? 0 : 1
}

if (import.meta.main) main()
