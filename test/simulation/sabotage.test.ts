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
    trial: { seed: 7, events: 700, faults: 'many' as const },
    law: 'no sold piece goes back on sale',
  },
  {
    build: 'numbers are raised before the orders are read',
    broken: WITHOUT_CAUSAL_RULE,
    trial: { seed: 7, events: 1_600, faults: 'none' as const },
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
    expect(lawsOf(await tried(trial, broken))).toContain(law)
    expect(lawsOf(await tried(trial))).toEqual([])
  },
)

test('what breaks a law is made smaller, and what is left of it still does', { timeout: 300_000 }, async () => {
  const failure = await tried({ seed: 7, events: 400, faults: 'none', shrinkTries: 12 }, WITHOUT_GUARD)
  expect(failure?.script.length).toBeGreaterThan(0)
  expect(failure?.script.length).toBeLessThan((failure?.at ?? 0) / 2)
})
