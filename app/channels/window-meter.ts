import { learned, relearn, type Meter, type MeterReading, type MeterState, type Slice } from './meter.ts'

/** No more than `limit` in any span of `lengthMs`, wherever the span begins. */
export type WindowLimit = { kind: 'window'; name: string; limit: number; lengthMs: number }

// Use is counted by slices, and a slice is forgotten as a whole, once its last moment is out of the window. So no
// span passes more than the limit; the price is that 1/96 of the pace is lost. Of a day that is a quarter of an hour.
const SLICES = 96

// A limit over hours is a budget: what is lost of it is lost, where a window of seconds is soon another.
const BUDGET_FROM_MS = 3_600_000

export const isBudget = ({ lengthMs }: WindowLimit): boolean => lengthMs >= BUDGET_FROM_MS

// How much of what others seemed to have used is forgiven for each answer that says they have not.
const FORGIVEN = 0.1

type SavedWindow = Extract<MeterState, { kind: 'window' }>

/**
 * A meter for a sliding window (Etsy: 10 a second, and 10,000 in 24 hours). The margin of a budget is calls, that of a
 * short window is time: a tenth of ten calls would be a whole one.
 */
export function windowMeter(rule: WindowLimit, margin: number, saved?: SavedWindow): Meter {
  const { limit } = rule
  const kind = isBudget(rule) ? 'budget' : 'window'
  const lengthMs = kind === 'budget' ? rule.lengthMs : rule.lengthMs * (1 + margin)
  const sliceMs = rule.lengthMs / SLICES
  let bound = learned(limit, saved?.limit)
  let slices: Slice[] = saved?.slices.map((slice) => [...slice]) ?? []

  const goneAt = ([index]: Slice) => (index + 1) * sliceMs + lengthMs
  const kept = (now: number) => (slices = slices.filter((slice) => goneAt(slice) > now))
  const usable = () => (kind === 'budget' ? bound.value * (1 - margin) : bound.value)

  // Not always the last one: what was lent is counted when it may be used at the latest, until it is known when it was.
  const sliceAt = (moment: number): Slice => {
    const index = Math.floor(moment / sliceMs)
    const last = slices.at(-1)
    if (last?.[0] === index) return last
    const before = slices.findLastIndex(([other]) => other <= index)
    if (slices[before]?.[0] !== index) slices.splice(before + 1, 0, [index, 0, 0])
    return slices.find(([other]) => other === index)!
  }

  function waitMs(amount: number, now: number, keepFree: number): number {
    const share = Math.max(Math.min(usable(), bound.value * (1 - keepFree)), 1)
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
    if (more > 0) sliceAt(now)[2] += more
    else forgive(slices, -more)
  }

  return {
    kind,
    waitMs,
    learn,
    left: (now) => usable() - total(kept(now)),
    take: (amount, now) => void (sliceAt(now)[1] += amount),
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
