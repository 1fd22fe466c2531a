import type { Environment } from '#sandbox/demo/environment.ts'
import type { World } from '#sandbox/world.ts'
import { type Bench, NotUnderstood } from '../choices.ts'
import { quantile, rounded } from '../distribution.ts'
import { type Good, stockUp } from '../goods.ts'
import { openLiveShop } from '../live-shop.ts'
import { ownDatabase } from '../own-database.ts'
import { LIFTED, liftLimits } from './lifted.ts'
import { processorMs } from './processor-time.ts'
import { trade, type Traded } from './trade.ts'

type PartReport = { events: number; unseen: number; lagMs: { p50: number; p95: number; p99: number } | null }

/** docs/benchmarks.md says what each field is. */
export type PipelineReport = {
  name: 'pipeline'
  limited?: PartReport
  unlimited?: PartReport
  cpuMsPerEvent: number | null
}

type Part = { perSecond: number; seconds: number; more: Environment; lift: (world: World) => void }

const NETWORK_MS = 50
const USUAL_SECONDS = { limited: 300, unlimited: 60 }
const WARM_UP = { perSecond: 2, seconds: 5 }

const PARTS = {
  limited: { perSecond: 2, more: {}, lift: () => {} },
  unlimited: { perSecond: 50, more: LIFTED, lift: liftLimits },
} as const

/** From a sale on one channel to the number on the other, through real processes, with a network of 50 ms. */
export async function measurePipeline({ seconds, only, say }: Bench): Promise<PipelineReport> {
  const names = (['limited', 'unlimited'] as const).filter((name) => only === undefined || only === name)
  if (names.length === 0) throw new NotUnderstood('--only takes limited or unlimited.')
  const report: PipelineReport = { name: 'pipeline', cpuMsPerEvent: null }
  let [events, cpuMs] = [0, 0]
  for (const name of names) {
    const lasts = Math.min(seconds ?? Infinity, USUAL_SECONDS[name])
    say(`${name}: bringing the shop up`)
    const { traded, cpuMs: used } = await measurePart({ ...PARTS[name], seconds: lasts }, say)
    report[name] = reportOf(traded)
    events += traded.events
    cpuMs += used
    say(`${name}: ${JSON.stringify(report[name])}`)
  }
  // Where nothing tells, it is not 0.
  if (cpuMs > 0) report.cpuMsPerEvent = rounded(cpuMs / events, 1)
  return report
}

const reportOf = ({ events, unseen, lagMs }: Traded): PartReport => ({
  events,
  unseen,
  lagMs:
    lagMs.length === 0
      ? null
      : {
          p50: rounded(quantile(lagMs, 0.5)),
          p95: rounded(quantile(lagMs, 0.95)),
          p99: rounded(quantile(lagMs, 0.99)),
        },
})

async function measurePart({ perSecond, seconds, more, lift }: Part, say: Bench['say']) {
  const database = await ownDatabase('bench')
  let goods: Good[] = []
  const prepare = (world: World) => {
    lift(world)
    goods = stockUp(world)
  }
  try {
    const shop = await openLiveShop({ databaseUrl: database.url, latencyMs: NETWORK_MS, more, prepare })
    try {
      // Connections, plans and code that runs for the first time.
      await trade(shop, { goods, ...WARM_UP })
      say(`${perSecond}/s of ${goods.length} items for ${seconds} s`)
      const processes = [shop.web, ...shop.workers]
      const before = processorMs(processes)
      const traded = await trade(shop, { goods, perSecond, seconds })
      return { traded, cpuMs: (processorMs(processes) ?? 0) - (before ?? 0) }
    } finally {
      await shop.stop()
    }
  } finally {
    await database.drop()
  }
}
