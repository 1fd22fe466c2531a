import { watch } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** An editor writes several files in one go. */
const SETTLES_MS = 300

/**
 * Calls `renew` after each change below `folder`, one at a time; what changes meanwhile is in the next one. What
 * `renew` throws is handed to `trouble`, and the next change is waited for. Never ends.
 */
export async function onChanges(folder: string, { renew, trouble }: OnChanges): Promise<void> {
  let due = false
  let running = false
  const run = async () => {
    running = true
    while (due) {
      await sleep(SETTLES_MS)
      due = false
      await renew().catch(trouble)
    }
    running = false
  }
  for await (const _ of watch(folder, { recursive: true })) {
    due = true
    if (!running) void run()
  }
}

export type OnChanges = { renew: () => Promise<void>; trouble: (error: unknown) => void }
