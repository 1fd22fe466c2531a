import type { Clock } from '#app/kernel/clock.ts'
import type { Faults } from './faults.ts'
import { Died } from './mortal.ts'

const ON_ITS_WAY_MS = 2_000
const LATE_BY_MS = 120_000
const OVERTAKEN_BY_MS = 8_000
const TOLD_AGAIN_MS = 5_000

/**
 * Brings the channels' news to the app as networks do: mostly once and soon. What is not answered, because the process
 * died over it or was not there, is told again.
 */
export function openPost({
  clock,
  faults,
  handed,
}: {
  clock: Clock
  faults: Faults
  /** told of every piece of news that was handed in */
  handed: () => void
}) {
  async function bring(hand: () => Promise<void>): Promise<void> {
    try {
      handed()
      await hand()
    } catch (error) {
      if (!(error instanceof Died)) throw error
      clock.after(TOLD_AGAIN_MS, () => bring(hand))
      throw error
    }
  }
  return (hand: () => Promise<void>): void => {
    if (faults.strikes('dropped')) return
    const late = faults.strikes('delayed') ? faults.ms(LATE_BY_MS) : 0
    const overtaken = faults.strikes('reordered') ? faults.ms(OVERTAKEN_BY_MS) : 0
    clock.after(ON_ITS_WAY_MS + late + overtaken, () => bring(hand))
    if (faults.strikes('repeated')) clock.after(ON_ITS_WAY_MS + faults.ms(LATE_BY_MS), () => bring(hand))
  }
}
