import { readFileSync } from 'node:fs'
import type { Child } from '#sandbox/demo/child.ts'

// Linux counts in hundredths of a second, whatever the kernel's own tick is (man proc_pid_stat).
const MS_PER_TICK = 10
const [USER, SYSTEM] = [11, 12]

/** Milliseconds of processor time that these processes have used so far; null where there is no /proc to tell. */
export function processorMs(children: Child[]): number | null {
  try {
    return children.reduce((sum, { pid }) => sum + ticksOf(pid ?? 0) * MS_PER_TICK, 0)
  } catch {
    return null
  }
}

function ticksOf(pid: number): number {
  // The name in the second field may hold anything, spaces and brackets too.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return Number(fields[USER]) + Number(fields[SYSTEM])
}
