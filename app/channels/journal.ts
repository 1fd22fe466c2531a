import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { BucketState } from './bucket.ts'

const SAVE_EVERY_MS = 1_000

type JournalOptions = {
  state: () => BucketState
  save?: (state: BucketState) => Promise<void>
  clock: Clock
  log: Log
}

/**
 * Saves a bucket's state after it has changed, once a second at most. What a killed process has not saved, the
 * channel's next answer tells.
 */
export function keepJournal({ state, save, clock, log }: JournalOptions) {
  let callOff: (() => void) | undefined
  let saving = Promise.resolve()
  const write = () => {
    callOff = undefined
    saving = saving
      .then(() => save?.(state()))
      .catch((error: unknown) => {
        // The next change saves it all.
        log.warn({ err: error }, 'The state of a limit could not be saved.')
      })
    return saving
  }
  return {
    /** Something has changed. */
    note(): void {
      if (save) callOff ??= clock.after(SAVE_EVERY_MS, write)
    },
    /** Saves what is not saved. */
    async close(): Promise<void> {
      if (!callOff) return saving
      callOff()
      await write()
    },
  }
}
