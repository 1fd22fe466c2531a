import { learned, relearn, type Meter, type MeterReading, type MeterState, type Slice } from './meter.ts'

/** No more than `limit` in any span of `lengthMs`, wherever the span begins. */
export type WindowLimit = { kind: 'window'; name: string; limit: number; lengthMs: number }

// Use is counted by slices, and a slice is forgotten as a whole, once its last moment is out of the window. So no
// span passes more than the limit; the price is that 1/24 of the pace is lost.
const SLICES = 24

// How much of what others seemed to have used is forgiven for each answer that says they have not.
const FORGIVEN = 0.1

type SavedWindow = Extract<MeterState, { kind: 'window' }>

/** A meter for a sliding window (Etsy: 10 a second, and 10,000 in 24 hours). */
export function windowMeter({ limit, lengthMs }: WindowLimit, margin: number, saved?: SavedWindow): Meter {
  const sliceMs = lengthMs / SLICES
  let bound = learned(limit, saved?.limit)
  let slices: Slice[] = saved?.slices.map((slice) => [...slice]) ?? []

  const goneAt = ([index]: Slice) => (index + 1) * sliceMs + lengthMs
  const kept = (now: number) => (slices = slices.filter((slice) => goneAt(slice) > now))
  const current = (now: number): Slice => {
    const index = Math.max(Math.floor(now / sliceMs), slices.at(-1)?.[0] ?? 0)
    if (slices.at(-1)?.[0] !== index) slices.push([index, 0, 0])
    return slices.at(-1)!
  }

  function waitMs(amount: number, now: number, keepFree: number): number {
    const whole = bound.value * (1 - margin)
    const share = Math.max(whole * (1 - keepFree), 1)
    const rounds = amount > Math.max(bound.value, 1) ? Math.ceil(amount / share) - 1 : 0
    const last = amount - rounds * share
    // What is more than its share goes when nothing else has.
    const bearable = Math.max(share - last, 0)
    let wait = 0
    let used = total(kept(now))
    for (const slice of slices) {
      if (used <= bearable + ROUNDING) break
      used -= slice[1] + slice[2]
      wait = goneAt(slice) - now
    }
    return Math.ceil(wait + rounds * (lengthMs + sliceMs))
  }

  function learn({ limit: said, remaining }: MeterReading, now: number): void {
    bound = relearn(bound, said, now)
    if (remaining === undefined || Number.isNaN(remaining)) return
    const more = (said ?? bound.value) - Math.max(remaining, 0) - total(kept(now))
    if (more > 0) current(now)[2] += more
    else forgive(slices, -more)
  }

  return {
    waitMs,
    learn,
    take: (amount, now) => void (current(now)[1] += amount),
    giveBack(amount, takenAt) {
      const slice = slices.find(([index]) => index === Math.floor(takenAt / sliceMs))
      if (slice) slice[1] = Math.max(slice[1] - amount, 0)
    },
    most: () => bound.value,
    state: () => ({ kind: 'window', limit: bound, slices: slices.map((slice) => [...slice]) }),
  }
}

const ROUNDING = 1e-9

const total = (slices: Slice[]) => slices.reduce((sum, [, own, foreign]) => sum + own + foreign, 0)

// Only what others were thought to have used: of our own use we are certain, whatever an answer says that was
// given before our last calls arrived.
function forgive(slices: Slice[], gap: number): void {
  const foreign = slices.reduce((sum, slice) => sum + slice[2], 0)
  if (foreign === 0) return
  const kept = 1 - (Math.min(gap, foreign) / foreign) * FORGIVEN
  for (const slice of slices) slice[2] *= kept
}
