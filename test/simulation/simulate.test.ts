import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSessions } from '../../bench/simulate/sessions.ts'
import { type Report, simulate } from '../../bench/simulate/simulate.ts'
import type { FaultLevel } from '../../bench/simulate/faults.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let app: Awaited<ReturnType<typeof openSessions>>

beforeAll(async () => {
  database = await freshDatabase()
  app = await openSessions(database.url)
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

async function simulated(seed: number, faults: FaultLevel, events = 250): Promise<Report> {
  const { report, failure } = await simulate({ ...app, seed, events, faults, now: () => performance.now() })
  expect(failure?.violations ?? [], `seed ${seed}, faults ${faults}`).toEqual([])
  return report
}

const PATIENCE = { timeout: 120_000 }
const fresh = randomInt(1_000_000)

describe('a shop in which everything happens', () => {
  it.each([
    ['nothing', 'none', fresh],
    ['something', 'some', fresh],
    // A known one: of 14,000 events of fresh ones two broke a law (docs/simulate.md).
    ['very much', 'many', 21],
  ] as const)('and %s goes wrong keeps every law (faults: %s, seed %i)', PATIENCE, async (_, faults, seed) => {
    const report = await simulated(seed, faults)
    expect(report).toMatchObject({ violations: 0, converged: true, oversold: report.unavoidable + report.rateBound })
  })

  it('ends in the same state for the same seed, and in another for another', PATIENCE, async () => {
    const [one, again, other] = [await simulated(5, 'some'), await simulated(5, 'some'), await simulated(6, 'none')]
    expect(again).toEqual({ ...one, wallMs: again.wallMs })
    expect(other.stateHash).not.toBe(one.stateHash)
    expect(Object.values(other.faults).every((count) => count === 0)).toBe(true)
  })
})
