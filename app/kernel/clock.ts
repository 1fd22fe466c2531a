/**
 * Time as an argument. Code never asks the machine what time it is: it is handed a clock, so that a test, a
 * replay or a simulation can own time.
 */
export interface Clock {
  /** The present moment, UTC. */
  now(): Date
  /** Runs `task` once, `ms` milliseconds from now (0 or more). Returns a function that calls it off. */
  after(ms: number, task: () => void | Promise<void>): () => void
}

/** A number in [0, 1). Chance is an argument as well: seeded in tests and replays. */
export type Random = () => number
