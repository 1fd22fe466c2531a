import { watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** An editor writes several files in one go. */
const SETTLES_MS = 300

export type OnChanges = { renew: () => Promise<void>; trouble: (error: unknown) => void }

/**
 * Calls `renew` after changes below `folder`, once for those that come together, and never while it runs: what changes
 * meanwhile is for the next time. What `renew` throws goes to `trouble`. Gives a function that ends it.
 */
export function onChanges(folder: string, { renew, trouble }: OnChanges): () => void {
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
  const watcher = watch(folder, { recursive: true }, () => {
    due = true
    if (!running) void run()
  })
  return () => watcher.close()
}
