import type { Step } from './life.ts'

/** Whether a script still breaks the law. */
export type Fails = (script: Step[]) => Promise<boolean>

/**
 * Makes a script that fails smaller: leaves out as much as it can while it goes on failing (delta debugging: halves,
 * then smaller and smaller parts, down to single steps). Tries at most `most` scripts.
 */
export async function shrink(script: Step[], fails: Fails, most: number): Promise<{ script: Step[]; tries: number }> {
  let [smallest, parts, tries] = [script, 2, 0]
  while (smallest.length > 1 && tries < most) {
    const size = Math.ceil(smallest.length / parts)
    let smaller: Step[] | undefined
    for (let from = 0; from < smallest.length && !smaller && tries < most; from += size) {
      const rest = without(smallest, from, size)
      tries += 1
      if (rest.length > 0 && (await fails(rest))) smaller = rest
    }
    if (smaller) [smallest, parts] = [smaller, Math.max(2, parts - 1)]
    else if (size === 1) break
    else parts = Math.min(smallest.length, parts * 2)
  }
  return { script: smallest, tries }
}

/** Without some of its steps, but not sooner: the time they took passes all the same. */
function without(script: Step[], from: number, size: number): Step[] {
  const gapMs = script.slice(from, from + size).reduce((sum, step) => sum + step.gapMs, 0)
  return [...script.slice(0, from), ...script.slice(from + size)].map((step, n) =>
    n === from ? { ...step, gapMs: step.gapMs + gapMs } : step,
  )
}
