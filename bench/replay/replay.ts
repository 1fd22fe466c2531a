import type pg from 'pg'
import type { History } from './history.ts'
import { measure, type Measured, settle } from './measure.ts'
import { play, type Tally } from './play.ts'
import { setStage } from './stage.ts'
import { openingOf, type OpeningChoice } from './truth.ts'

export type ReplayOptions = {
  opening: OpeningChoice
  latencyMs: number
  seed: number
  /** false: nothing is told to any channel, to see the law fail */
  publishing: boolean
  onProgress: (done: number, total: number) => void
}

/** The last line of a replay. */
export type Report = Omit<Tally, 'acceptedLines' | 'unlawful'> &
  Measured & {
    rows: number
    items: number
    channels: string[]
    opening: OpeningChoice
    latencyMs: number
    wallMs: number
    peakRssMb: number
  }

export type Replayed = { report: Report; unlawful: string[] }

/** Plays a history on a database that holds nothing else. `now`: milliseconds, for the wall time. */
export async function replay(
  pool: pg.Pool,
  history: History,
  options: ReplayOptions & { now: () => number },
): Promise<Replayed> {
  const began = options.now()
  const opening = openingOf(history.events, options.opening)
  const stage = await setStage({ ...options, pool, history, opening })
  const since = stage.clock.now()
  const tally = await play({ ...options, stage, history, opening })
  await settle(stage)
  const measured = await measure(stage, { tally, since })
  await stage.world.road.close()
  const { acceptedLines: _, unlawful, ...counted } = tally
  const report = {
    rows: history.rows,
    ...counted,
    items: opening.size,
    channels: history.channels,
    opening: options.opening,
    latencyMs: options.latencyMs,
    ...measured,
    wallMs: Math.round(options.now() - began),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
  return { report, unlawful }
}
