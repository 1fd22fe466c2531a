/**
 * Square's clock, as far as its answers let us know it. A change must not be of the future by that clock, and should be
 * no older than it is: a count made there between its time and now would swallow it.
 */
export type ChannelClock = {
  /** An answer came at `received` (our clock) that says it was made at `said` (Square's), rounded down. */
  heard(said: Date, received: Date): void
  /** A time that has passed on Square's clock when it is `ours` on ours, as late as we can be sure of. */
  at(ours: Date): Date
}

const FORGET_AFTER_MS = 600_000

type Sample = { offset: number; at: number }

/**
 * Each answer gives a lower bound of the difference of the clocks: it was made at least as late as it says, and came at
 * least as late as it was made. The greatest of the last ten minutes is the nearest to it, though times come in whole
 * seconds: an answer made just after a full second says nearly all of it.
 */
export function openChannelClock(): ChannelClock {
  let samples: Sample[] = []
  return {
    heard(said, received) {
      const at = received.getTime()
      const offset = said.getTime() - at
      samples = samples.filter((one) => one.at > at - FORGET_AFTER_MS && one.offset > offset)
      samples.push({ offset, at })
    },
    at(ours) {
      const [best] = samples
      return new Date(ours.getTime() + (best?.offset ?? 0))
    },
  }
}
