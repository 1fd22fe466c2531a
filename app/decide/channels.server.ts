import { z } from 'zod'
import { closeByHand } from '../incidents/incident-list.server.ts'
import {
  answerProposal,
  answerTakenOut,
  bookDifferences,
  decideItem,
  goLive,
  settleDrift,
} from '../sync/decisions.server.ts'
import { leaveChannel } from '../sync/leave.server.ts'
import { tellPages } from '../sync/wake.server.ts'
import { decision, type Deciding } from './decision.server.ts'
import { id, words } from './fields.ts'

// "12/7,13/9": a listing and an item, a pair each.
const pairs = z
  .string()
  .max(2_000)
  .regex(/^\d{1,9}\/\d{1,9}(,\d{1,9}\/\d{1,9})*$/)
  .transform((text) => text.split(',').map(pairOf))

function pairOf(text: string): { listingId: number; itemId: number } {
  const [listingId = 0, itemId = 0] = text.split('/').map(Number)
  return { listingId, itemId }
}

/** What is decided about channels, their listings and orders, and what went wrong with them. */
export const CHANNEL_DECISIONS = {
  'go-live': decision({
    needs: 'connect',
    shape: { accountId: id },
    carryOut: (given, who) => goLive(who.sync, who, given),
  }),
  disconnect: decision({
    needs: 'connect',
    shape: { accountId: id, listings: z.enum(['leave', 'off-sale']) },
    carryOut: (given, who) => leaveChannel(who.sync, who, given),
  }),
  'book-differences': decision({
    needs: 'connect',
    shape: { accountId: id },
    carryOut: (given, who) => bookDifferences(who.sync, who, given),
  }),
  match: decision({
    needs: 'decide',
    shape: { listingId: id, itemId: id, answer: z.enum(['accepted', 'refused']) },
    carryOut: (given, who) => answerProposal(who.sync, who, given),
  }),
  'match-all': decision({
    needs: 'decide',
    shape: { pairs },
    carryOut: (given, who) => acceptAll(given.pairs, who),
  }),
  'taken-out': decision({
    needs: 'decide',
    shape: { orderId: id, answer: z.enum(['yes', 'no']) },
    carryOut: (given, who) => answerTakenOut(who.sync, who, given),
  }),
  publish: decision({
    needs: 'decide',
    shape: { itemId: id, answer: z.enum(['yes', 'no']) },
    carryOut: ({ itemId, answer }, who) => decideItem(who.sync, who, { itemId, publish: answer === 'yes' }),
  }),
  drift: decision({
    needs: 'decide',
    shape: { listingId: id, right: z.enum(['ours', 'theirs']) },
    carryOut: (given, who) => settleDrift(who.sync, who, given),
  }),
  close: decision({
    needs: 'decide',
    shape: { incidentId: id, note: words },
    carryOut: closeAndTell,
  }),
}

// Those that another person has answered meanwhile are left as they were answered.
async function acceptAll(all: { listingId: number; itemId: number }[], who: Deciding) {
  for (const one of all) await answerProposal(who.sync, who, { ...one, answer: 'accepted' })
  return undefined
}

async function closeAndTell({ incidentId, note }: { incidentId: number; note: string }, who: Deciding) {
  const { sync, merchantId, actor } = who
  const refusal = await closeByHand(
    sync.db,
    { merchantId, incidentId },
    { actor, sentence: note, at: sync.clock.now() },
  )
  await tellPages(sync.db, merchantId)
  return refusal
}
