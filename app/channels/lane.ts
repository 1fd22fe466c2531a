/**
 * Why a call is made, most pressing first: a number that must fall at once, news of orders, other numbers, reading
 * what is shown, going over everything. A later lane waits for all the earlier ones.
 */
export const LANES = ['urgent', 'orders', 'write', 'read', 'sweep'] as const

export type Lane = (typeof LANES)[number]

/** The share of every limit that a lane leaves to the lanes before it. */
export type KeepFree = Record<Lane, number>

export const DEFAULT_KEEP_FREE: KeepFree = { urgent: 0, orders: 0, write: 0.1, read: 0.2, sweep: 0.4 }
