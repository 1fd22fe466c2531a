import type { Keep } from './meter.ts'

/**
 * Why a call is made, most pressing first: a number that must fall at once, news of orders, other numbers, reading
 * what is shown, going over everything. A later lane waits for all the earlier ones.
 */
export const LANES = ['urgent', 'orders', 'write', 'read', 'sweep'] as const

export type Lane = (typeof LANES)[number]

/** The shares (0 to 1) of every limit that a lane leaves to others. */
export type KeepFree = Record<Lane, Keep>

/** Of a budget: what is kept for orders and for reading back, unless an operator says otherwise. */
export const RESERVE = 0.2

/**
 * What each lane leaves to those before it. Of a window of seconds writes leave nothing: who is before them overtakes
 * them in line, and waits no longer than the window. Of a budget they leave the reserve; what must fall to nothing may
 * use most of that too, for it is what a sold piece stays on sale by.
 */
export const keepFreeWith = (reserve: number): KeepFree => ({
  urgent: { window: 0, points: 0, budget: reserve / 4 },
  orders: { window: 0, points: 0, budget: 0 },
  write: { window: 0, points: 0.1, budget: reserve },
  read: { window: 0.2, points: 0.1, budget: reserve / 2 },
  sweep: { window: 0.4, points: 0.4, budget: Math.max(0.4, reserve) },
})
