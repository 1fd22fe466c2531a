import { setTimeout as sleep } from 'node:timers/promises'
import { CannotStart } from '../cannot-start.ts'
import type { Child } from './child.ts'

const PATIENCE_MS = 60_000
const LOOK_MS = 50

/** The child, once `sign` has come. Throws a sentence when it ends before, or takes too long. */
export async function ready(child: Child, sign: Promise<unknown>): Promise<Child> {
  const late = sleep(PATIENCE_MS, `${child.name} did not start within ${PATIENCE_MS / 1000} s.`, { ref: false })
  const failed = await Promise.race([sign.then(() => undefined), child.died, late])
  if (failed) throw new CannotStart(failed)
  return child
}

/** Resolves when something answers HTTP there, whatever it says. */
export async function answers(url: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    const answered = await fetch(url, { redirect: 'manual' }).then(
      () => true,
      () => false,
    )
    if (answered) return
    await sleep(LOOK_MS)
  }
}
