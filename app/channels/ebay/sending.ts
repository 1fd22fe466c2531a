import type { SetQuantity, WriteOutcome } from '../connector.ts'
import type { EbayCalls, Lane } from './call.server.ts'
import type { Notes } from './notes.ts'
import type { Write } from './writes.ts'

/** What is learned of eBay while the process lives. */
export type Learned = { skusAtOnce: number }

export type Applying = { ebay: EbayCalls; notes: Notes; learned: Learned }

/** What became of a chunk: an outcome each; or, as long as nothing of it was done, how long to wait. `revised`: what may have been. */
export type Sent = { outcomes: WriteOutcome[]; waitMs: number | null; revised: Write[] }

export const laneOf = (changes: SetQuantity[]): Lane =>
  changes.some(({ quantity }) => quantity === 0) ? 'urgent' : 'write'

export const said = ({ change }: Write, outcome: Omit<WriteOutcome, 'listingId'>): WriteOutcome => ({
  listingId: change.listingId,
  ...outcome,
})

/** Nothing came back that tells: it may have been done unless it was not even sent. */
export const unanswered = (
  chunk: Write[],
  reply: { is: 'unsent'; afterMs: number; reason: string } | { is: 'lost'; reason: string },
): Sent => ({
  outcomes: chunk.map((write) => said(write, { outcome: 'unknown', reason: reply.reason, shown: null })),
  waitMs: reply.is === 'unsent' ? reply.afterMs : null,
  revised: reply.is === 'lost' ? chunk : [],
})
