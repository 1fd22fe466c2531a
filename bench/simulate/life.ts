import { Mistake } from '#app/kernel/assert.ts'
import type { Random } from '#app/kernel/clock.ts'
import { seeded, whole } from '#sandbox/jeweler/chance.ts'
import { type Action, type Life, restart } from './action.ts'
import { ACTIONS, AWAITED } from './actions.ts'
import type { FaultCounts } from './faults.ts'
import { raised } from './judge.ts'
import { brokenDerivations } from './derivations.ts'
import { brokenLaws, type Violation } from './laws.ts'
import { seedOf } from './luck.ts'
import { Died } from './mortal.ts'
import { brokenAtRest, comeToRest } from './quiet.ts'
import { openStage, type Stage, type StageOptions, sweep } from './stage.ts'
import { stateHash } from './state-hash.ts'

/** One thing that happens: after `gapMs`, with luck of its own. A list of them is a life that can be lived again. */
export type Step = { action: string; seed: number; gapMs: number }

export type Lived = {
  steps: number
  /** steps and pieces of news that were handed in */
  events: number
  violations: Violation[]
  /** the number of the step at which they were found; steps.length: at rest */
  at: number | null
  oversold: { pieces: number; unavoidable: number; rateBound: number }
  faults: FaultCounts
  converged: boolean
  stateHash: string
}

export type LifeOptions = StageOptions & {
  script: Step[]
  /** once the shop stands, before anything happens */
  prepared?: (stage: Stage) => Promise<void>
  onStep?: (n: number, events: number) => void
}

const LONG_MS = 240_000
const SWEEP_MS = 60_000
const WHOLE_LEDGER_EVERY = 10_000
const DERIVATIONS_EVERY = 100
const AT_ONCE = 0.15
const SOON = 0.98
const SOON_MS = 5_000

const CHOICES = ACTIONS.flatMap((action) => Array.from({ length: action.weight }, () => action.name))
const BY_NAME = new Map([...ACTIONS, ...AWAITED].map((action): [string, Action] => [action.name, action]))

/** What a life will be, before anybody knows what its actions will find. */
export function scriptOf(seed: number, steps: number): Step[] {
  const random = seeded(seedOf(seed, 1))
  return Array.from({ length: steps }, (_, n) => ({
    action: CHOICES[Math.floor(random() * CHOICES.length)] ?? '',
    seed: seedOf(seed, 2, n),
    gapMs: gapOf(random),
  }))
}

// Mostly seconds, sometimes at the very same moment, sometimes minutes later.
function gapOf(random: Random): number {
  const luck = random()
  if (luck < AT_ONCE) return 0
  return luck < SOON ? whole(random, 1, SOON_MS) : whole(random, 1, LONG_MS)
}

/** Lives a script through, checking the laws after every step, and everything once it has come to rest. */
export async function live(options: LifeOptions): Promise<Lived> {
  const stage = await openStage(options)
  await options.prepared?.(stage)
  const { script, onStep } = options
  const life: Life = { ...stage, orders: [], violations: [], step: { seed: 0 }, looked: { at: 0 } }
  stage.faults.isQuiet = false
  stage.processes.setClock()
  stage.watching.raised = (channel, sku, quantity) => raised(life, { channel, sku, quantity })
  keepSweeping(life)
  let at: number | null = null
  for (const [n, step] of script.entries()) {
    await takeStep(life, step)
    const whole = (n + 1) % WHOLE_LEDGER_EVERY === 0 ? null : life.processes.takeTouched()
    life.violations.push(...(await brokenLaws(life.db, life.world.merchantId, whole)))
    if ((n + 1) % DERIVATIONS_EVERY === 0) await lookAtNumbers(life)
    onStep?.(n + 1, n + 1 + life.counts.news)
    if (life.violations.length === 0) continue
    at = n
    break
  }
  return conclude(life, { script, at })
}

/** At the numbers that were sent since the last look. */
async function lookAtNumbers(life: Life): Promise<void> {
  const { broken, upTo } = await brokenDerivations(life.db, life.world.merchantId, life.looked.at)
  life.looked.at = upTo
  life.violations.push(...broken)
}

async function conclude(life: Life, { script, at }: { script: Step[]; at: number | null }): Promise<Lived> {
  let converged = false
  if (at === null) {
    converged = await guarded(life, async () => {
      const broken = [...(await comeToRest(life)), ...(await brokenAtRest(life))]
      life.violations.push(...broken)
      return broken.length === 0
    })
  }
  const { books, faults, violations, counts, db, world } = life
  await world.road.close()
  return {
    steps: at === null ? script.length : at + 1,
    events: (at === null ? script.length : at + 1) + counts.news,
    violations,
    at: at ?? (violations.length > 0 ? script.length : null),
    oversold: books.oversold,
    faults: faults.counts,
    converged,
    stateHash: await stateHash(db, world.merchantId),
  }
}

async function takeStep(life: Life, step: Step): Promise<void> {
  life.luck.begin(step.seed)
  life.step.seed = step.seed
  if (life.faults.strikes('crash')) life.processes.light({ left: life.faults.ms(100), done: life.luck.draw() < 0.3 })
  const until = new Date(life.clock.now().getTime() + step.gapMs)
  await guarded(life, () => life.clock.runTo(until))
  await guarded(life, async () => BY_NAME.get(step.action)?.perform(life, seeded(step.seed)))
}

/** The process may die in between, and another goes on; a mistake of the app's is a broken law. */
async function guarded<T>(life: Life, work: () => Promise<T>): Promise<T | false> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Died) {
      await restart(life)
      return guarded(life, work)
    }
    life.violations.push({ law: 'the app makes no mistakes', detail: sentenceOf(error) })
    return false
  }
}

const sentenceOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return `${error instanceof Mistake ? 'Mistake' : error.name}: ${error.message} ${error.stack?.split('\n').slice(1, 4).join(' ') ?? ''}`
}

function keepSweeping(life: Life): void {
  life.clock.after(SWEEP_MS, async () => {
    keepSweeping(life)
    if (!life.faults.isQuiet) await sweep(life)
  })
}
