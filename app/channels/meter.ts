/** What a channel's answer says about one of its limits. */
export type MeterReading = {
  limit?: number | undefined
  remaining?: number | undefined
  restorePerSecond?: number | undefined
}

/**
 * The share (0 to 1) of a limit that is left to others, by what kind of limit it is: a window of seconds or minutes, a
 * bucket of points, or a budget for hours or a day.
 */
export type Keep = { window: number; points: number; budget: number }

export const KEEP_NOTHING: Keep = { window: 0, points: 0, budget: 0 }

/** One limit of a channel, and how much of it is used. Times are milliseconds, amounts are calls or points. */
export type Meter = {
  /**
   * How long until `amount` may be spent in one go, with the share `keepFree` (0 to 1) of the limit left untouched.
   * More than the whole limit takes as long as spending it bit by bit.
   */
  waitMs(amount: number, now: number, keepFree: number): number
  /** Which share is kept of it. */
  readonly kind: keyof Keep
  /** What may still be spent now. */
  left(now: number): number
  take(amount: number, now: number): void
  /** Undoes part of what was taken at `takenAt`: it turned out not to be used. */
  giveBack(amount: number, takenAt: number): void
  learn(reading: MeterReading, now: number): void
  /** The most that can be spent in one go. */
  most(): number
  state(): MeterState
}

/**
 * A number that the channel may change: less is believed at once; more only when every answer for five minutes has
 * said so, for a single strange answer must not open the gate.
 */
export type Learned = { configured: number; value: number; rise: { to: number; since: number } | null }

export type MeterState =
  | { kind: 'window'; limit: Learned; slices: Slice[] }
  | { kind: 'points'; limit: Learned; restorePerSecond: Learned; level: number; at: number }

/** A slice of a window: its number since the epoch, what we used in it, and what others must have used. */
export type Slice = [index: number, own: number, foreign: number]

const TRUST_AFTER_MS = 300_000

/** The number as configured, or as learned before if the configuration is still the same. */
export const learned = (configured: number, saved?: Learned): Learned =>
  saved?.configured === configured ? saved : { configured, value: configured, rise: null }

/** What is believed after the channel has said `said`. A number that is none, or not above zero, says nothing. */
export function relearn(known: Learned, said: number | undefined, now: number): Learned {
  if (said === undefined || !(said > 0)) return known
  if (said <= known.value) return { ...known, value: said, rise: null }
  const rise = { to: Math.min(said, known.rise?.to ?? said), since: known.rise?.since ?? now }
  return now - rise.since >= TRUST_AFTER_MS ? { ...known, value: rise.to, rise: null } : { ...known, rise }
}
