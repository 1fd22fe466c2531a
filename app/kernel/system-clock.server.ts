import { randomInt } from 'node:crypto'
import type { Clock, Random } from './clock.ts'

/** The machine's own time: handed to the code by the entry files, and by nobody else. */
export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, task) {
    const timer = setTimeout(() => void task(), ms)
    return () => clearTimeout(timer)
  },
}

const STEPS = 2 ** 47

/** Chance from the operating system. */
export const systemRandom: Random = () => randomInt(STEPS) / STEPS
