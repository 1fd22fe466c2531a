import { measureExplain } from './explain.ts'
import { measurePipeline } from './pipeline/measure.ts'
import { measurePublish } from './publish/measure.ts'
import { measureRecompute } from './recompute.ts'
import { measureReserve } from './reserve/measure.ts'
import { benchChoices, NotUnderstood } from './choices.ts'

// `npm run bench -- NAME [--seconds N]`. The last line on stdout is one JSON object; docs/benchmarks.md says what is in it.

const BENCHES = {
  explain: measureExplain,
  pipeline: measurePipeline,
  publish: measurePublish,
  recompute: measureRecompute,
  reserve: measureReserve,
}

async function run(): Promise<void> {
  const { name, ...choices } = benchChoices(process.argv.slice(2), Object.keys(BENCHES))
  const measure = BENCHES[name as keyof typeof BENCHES]
  const report = await measure({ ...choices, say: (line) => void process.stderr.write(`${line}\n`) })
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

try {
  await run()
} catch (error) {
  if (!(error instanceof NotUnderstood)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
