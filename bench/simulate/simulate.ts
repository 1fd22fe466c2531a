import { createHash } from 'node:crypto'
import { FAULTS, type FaultCounts, type FaultLevel } from './faults.ts'
import type { Violation } from './laws.ts'
import { live, type LifeOptions, type Lived, scriptOf, type Step } from './life.ts'
import { seedOf } from './luck.ts'
import { shrink } from './shrink.ts'
import type { StageOptions } from './stage.ts'

export type SimulateOptions = Pick<StageOptions, 'pool' | 'sessions' | 'sabotage'> &
  Pick<LifeOptions, 'prepared'> & {
    seed: number
    /** things people do and pieces of news that are handed in, at least */
    events: number
    faults: FaultLevel
    /** milliseconds, for the wall time */
    now: () => number
    onProgress?: (events: number) => void
    /** scripts tried to make a failure smaller, at most; 0: none */
    shrinkTries?: number
  }

/** The last line of a simulation. */
export type Report = {
  seed: number
  events: number
  faults: FaultCounts
  violations: number
  oversold: number
  unavoidable: number
  rateBound: number
  converged: boolean
  stateHash: string
  wallMs: number
}

/** What broke a law: the life, the step, and the fewest steps that still do. */
export type Failure = { life: number; seed: number; at: number; violations: Violation[]; script: Step[]; tries: number }

const STEPS_OF_A_LIFE = 1_500
// What a step brings about in all: there is no telling before, only how many more lives are needed.
const EVENTS_OF_A_STEP = 2.5

/**
 * Lives the lives of shops until so many events have happened, one after the other. The first that breaks a law is the
 * last: it is made smaller.
 */
export async function simulate(options: SimulateOptions): Promise<{ report: Report; failure: Failure | null }> {
  const began = options.now()
  const sum = newSum(options.seed)
  const hash = createHash('sha256')
  let failure: Failure | null = null
  for (let life = 0; sum.events < options.events && !failure; life += 1) {
    const left = Math.ceil((options.events - sum.events) / EVENTS_OF_A_STEP)
    const seed = seedOf(options.seed, life)
    const script = scriptOf(seed, Math.min(STEPS_OF_A_LIFE, left))
    const before = sum.events
    const lived = await live(lifeOf(options, { seed, script, onEvents: (n) => options.onProgress?.(before + n) }))
    add(sum, lived)
    hash.update(lived.stateHash)
    if (lived.violations.length > 0) failure = await explain(options, { life, seed, script, lived })
  }
  const wallMs = Math.round(options.now() - began)
  return { report: { ...sum, stateHash: hash.digest('hex'), wallMs }, failure }
}

type Part = { seed: number; script: Step[]; onEvents?: (events: number) => void }

function lifeOf(options: SimulateOptions, { seed, script, onEvents }: Part): LifeOptions {
  const { pool, sessions, sabotage, faults, prepared } = options
  const more = { ...(prepared && { prepared }), ...(onEvents && { onStep: (_: number, n: number) => onEvents(n) }) }
  return { pool, sessions, sabotage, faults, seed, script, ...more }
}

function newSum(seed: number): Omit<Report, 'stateHash' | 'wallMs'> {
  const faults = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as FaultCounts
  return { seed, events: 0, faults, violations: 0, oversold: 0, unavoidable: 0, rateBound: 0, converged: true }
}

function add(sum: Omit<Report, 'stateHash' | 'wallMs'>, lived: Lived): void {
  sum.events += lived.events
  for (const fault of FAULTS) sum.faults[fault] += lived.faults[fault]
  sum.violations += lived.violations.length
  sum.oversold += lived.oversold.pieces
  sum.unavoidable += lived.oversold.unavoidable
  sum.rateBound += lived.oversold.rateBound
  sum.converged &&= lived.converged
}

type Broken = { life: number; seed: number; script: Step[]; lived: Lived }

async function explain(options: SimulateOptions, { life, seed, script, lived }: Broken): Promise<Failure> {
  const at = lived.at ?? script.length
  const laws = new Set(lived.violations.map(({ law }) => law))
  const fails = async (part: Step[]) =>
    (await live(lifeOf(options, { seed, script: part }))).violations.some(({ law }) => laws.has(law))
  const { script: smallest, tries } = await shrink(script.slice(0, at + 1), fails, options.shrinkTries ?? 0)
  return { life, seed, at, violations: lived.violations, script: smallest, tries }
}
