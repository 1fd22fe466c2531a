import { z } from 'zod'
import { closeByHand } from './incidents/incident-list.server.ts'
import { refuse, type Refusal } from './kernel/refusal.ts'
import { notAllowed, type Deed } from './merchant/role.ts'
import {
  answerProposal,
  answerTakenOut,
  bookDifferences,
  type Decider,
  decideItem,
  goLive,
  settleDrift,
} from './sync/decisions.server.ts'
import { tellPages } from './sync/wake.server.ts'
import { actorOf, visit } from './visit.server.ts'
import { sync } from './web-resources.server.ts'

// Form fields are text.
const id = z.coerce.number().int().positive()

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

const decision = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('go-live'), accountId: id }),
  z.object({ decision: z.literal('book-differences'), accountId: id }),
  z.object({ decision: z.literal('match'), listingId: id, itemId: id, answer: z.enum(['accepted', 'refused']) }),
  z.object({ decision: z.literal('match-all'), pairs }),
  z.object({ decision: z.literal('taken-out'), orderId: id, answer: z.enum(['yes', 'no']) }),
  z.object({ decision: z.literal('publish'), itemId: id, answer: z.enum(['yes', 'no']) }),
  z.object({ decision: z.literal('drift'), listingId: id, right: z.enum(['ours', 'theirs']) }),
  z.object({ decision: z.literal('close'), incidentId: id, note: z.string().trim().min(1).max(1_000) }),
])
type Decision = z.infer<typeof decision>

const NEEDS: Record<Decision['decision'], Deed> = {
  'go-live': 'connect',
  'book-differences': 'connect',
  match: 'decide',
  'match-all': 'decide',
  'taken-out': 'decide',
  publish: 'decide',
  drift: 'decide',
  close: 'decide',
}

/** What a person is answered: null when it was done. */
export type Decided = { refusal: Refusal | null }

/** The action of every page: what a person decided, if they may and it can still be decided. */
export async function decide(request: Request): Promise<Decided> {
  const visiting = await visit(request)
  const read = decision.safeParse(Object.fromEntries(await request.formData()))
  if (!read.success) return { refusal: refuse('unclear', 'Something is missing: please fill in every field.') }
  const refused = notAllowed(visiting.person.role, NEEDS[read.data.decision])
  if (refused) return { refusal: refused }
  const who = { merchantId: visiting.merchant.id, actor: actorOf(visiting) }
  return { refusal: (await carryOut(read.data, who, visiting.at)) ?? null }
}

async function carryOut(given: Decision, who: Decider, at: Date) {
  switch (given.decision) {
    case 'go-live':
      return goLive(sync, who, given)
    case 'book-differences':
      return bookDifferences(sync, who, given)
    case 'match':
      return answerProposal(sync, who, given)
    case 'match-all':
      return acceptAll(given.pairs, who)
    case 'taken-out':
      return answerTakenOut(sync, who, given)
    case 'publish':
      return decideItem(sync, who, { itemId: given.itemId, publish: given.answer === 'yes' })
    case 'drift':
      return settleDrift(sync, who, given)
    case 'close':
      return closeAndTell(given, who, at)
  }
}

// Those that another person has answered meanwhile are left as they were answered.
async function acceptAll(all: { listingId: number; itemId: number }[], who: Decider) {
  for (const one of all) await answerProposal(sync, who, { ...one, answer: 'accepted' })
  return undefined
}

async function closeAndTell({ incidentId, note }: { incidentId: number; note: string }, who: Decider, at: Date) {
  const refusal = await closeByHand(
    sync.db,
    { merchantId: who.merchantId, incidentId },
    { actor: who.actor, sentence: note, at },
  )
  await tellPages(sync.db, who.merchantId)
  return refusal
}
