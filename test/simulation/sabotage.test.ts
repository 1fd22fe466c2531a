import { expect, test } from 'vitest'
import type { FaultLevel } from '../../bench/simulate/faults.ts'
import { openSessions } from '../../bench/simulate/sessions.ts'
import { type Failure, simulate } from '../../bench/simulate/simulate.ts'
import { freshDatabase } from '../support/database.ts'
import {
  type Broken,
  WITHOUT_CAUSAL_RULE,
  WITHOUT_DEDUPE,
  WITHOUT_GUARD,
  WITHOUT_ITS_REASONS,
  WITHOUT_ITS_RULE,
} from './sabotages.ts'

type Trial = { seed: number; events: number; faults: FaultLevel; shrinkTries?: number }

/** Each on a database of its own: a broken build may take the database's guards away. */
async function tried(trial: Trial, broken?: Broken): Promise<Failure | null> {
  const database = await freshDatabase()
  const app = await openSessions(database.url)
  try {
    return (await simulate({ ...app, ...trial, ...broken, now: () => performance.now() })).failure
  } finally {
    await app.close()
    await database.drop()
  }
}

// What happens in a life changes with every new ability: one of a few finds what is broken, whichever it is by then.
const MOST_LIVES = 6

/** The first seed that catches it, by this law; undefined when none does. */
async function caught({ seed: first, ...trial }: Trial, { broken, law }: { broken: Broken; law: string }) {
  for (let seed = first; seed < first + MOST_LIVES; seed += 1)
    if (lawsOf(await tried({ ...trial, seed }, broken)).includes(law)) return seed
  return undefined
}

const lawsOf = (failure: Failure | null) => failure?.violations.map(({ law }) => law) ?? []

const TRIALS = [
  {
    build: 'whoever reserves takes what is not there',
    broken: WITHOUT_GUARD,
    trial: { seed: 7, events: 400, faults: 'none' as const },
    law: 'no state is below zero',
  },
  {
    build: 'what was done once is done again',
    broken: WITHOUT_DEDUPE,
    trial: { seed: 7, events: 300, faults: 'many' as const },
    law: 'no sold piece goes back on sale',
  },
  {
    build: 'numbers are raised before the orders are read',
    broken: WITHOUT_CAUSAL_RULE,
    trial: { seed: 1, events: 400, faults: 'none' as const },
    law: 'no sold piece goes back on sale',
  },
  {
    build: 'the last one is shown though a rule says never to',
    broken: WITHOUT_ITS_RULE,
    trial: { seed: 7, events: 60, faults: 'none' as const },
    law: 'after quiet every channel shows what it should',
  },
  {
    build: 'a number is kept without the rules it followed from',
    broken: WITHOUT_ITS_REASONS,
    trial: { seed: 7, events: 60, faults: 'none' as const },
    law: 'each number that was sent follows from what is kept with it',
  },
]

test.each(TRIALS)(
  'a build in which $build is caught, and the same seed without it breaks no law',
  { timeout: 300_000 },
  async ({ broken, trial, law }) => {
    const seed = await caught(trial, { broken, law })
    expect(seed).toBeDefined()
    expect(lawsOf(await tried({ ...trial, seed: seed ?? trial.seed }))).toEqual([])
  },
)

test('what breaks a law is made smaller, and what is left of it still does', { timeout: 300_000 }, async () => {
  const failure = await tried({ seed: 7, events: 400, faults: 'none', shrinkTries: 12 }, WITHOUT_GUARD)
  expect(failure?.script.length).toBeGreaterThan(0)
  expect(failure?.script.length).toBeLessThan((failure?.at ?? 0) / 2)
})
