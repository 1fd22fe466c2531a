import { happens } from '#sandbox/jeweler/chance.ts'
import type { Luck } from './luck.ts'

/** Everything that can go wrong, by the name under which it is counted. */
export const FAULTS = [
  'dropped',
  'repeated',
  'delayed',
  'reordered',
  'serverError',
  'throttled',
  'timeoutUndone',
  'timeoutDone',
  'outage',
  'unwritten',
  'laggedWrite',
  'crash',
  'repeatedRequest',
  'clockSkew',
] as const

export type Fault = (typeof FAULTS)[number]
export type FaultCounts = Record<Fault, number>
export type FaultLevel = 'none' | 'some' | 'many'

/** How often each goes wrong: a share of the news, calls, writes, requests or steps that it is about. */
type Shares = Record<Fault, number>

// The longest pause after a call without an answer.
const WAITED_WITH_MS = 60_000

const NONE = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Shares

const SOME: Shares = {
  dropped: 0.02,
  repeated: 0.05,
  delayed: 0.05,
  reordered: 0.05,
  serverError: 0.01,
  throttled: 0.01,
  timeoutUndone: 0.005,
  timeoutDone: 0.01,
  outage: 0.002,
  unwritten: 0.005,
  laggedWrite: 0.02,
  crash: 0.005,
  repeatedRequest: 0.05,
  clockSkew: 1,
}

const times = (shares: Shares, factor: number): Shares =>
  Object.fromEntries(FAULTS.map((fault) => [fault, Math.min(1, shares[fault] * factor)])) as Shares

const SHARES: Record<FaultLevel, Shares> = { none: NONE, some: SOME, many: times(SOME, 4) }

/** Says what goes wrong, and counts it. Quiet, nothing does. */
export class Faults {
  readonly counts: FaultCounts = { ...NONE }
  readonly #shares: Shares
  readonly #luck: Luck
  readonly #troubled = new Map<string, number>()
  isQuiet = true

  constructor(level: FaultLevel, luck: Luck) {
    this.#shares = SHARES[level]
    this.#luck = luck
  }

  strikes(fault: Fault): boolean {
    if (this.isQuiet || this.#shares[fault] === 0 || !happens(this.#luck.draw, this.#shares[fault])) return false
    this.counts[fault] += 1
    return true
  }

  /** The same on a channel: it is in trouble then. */
  strikesAt(channel: string, fault: Fault, at: Date): boolean {
    const strikes = this.strikes(fault)
    if (strikes) this.trouble(channel, at)
    return strikes
  }

  /** What the app asks of this channel fails at this moment. */
  trouble(channel: string, at: Date): void {
    this.#troubled.set(channel, at.getTime())
  }

  /** Whether a call to the channel failed so lately that it may be waited with. */
  troubledSince(channel: string, now: Date): boolean {
    return now.getTime() - (this.#troubled.get(channel) ?? -Infinity) <= WAITED_WITH_MS
  }

  /** A whole number of milliseconds up to `most`. */
  ms(most: number): number {
    return Math.ceil(this.#luck.draw() * most)
  }
}
