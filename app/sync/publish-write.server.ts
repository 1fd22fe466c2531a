import type { SetQuantity, WriteOutcome } from '../channels/connector.ts'
import { Mistake } from '../kernel/assert.ts'
import { TryAgain } from '../kernel/outage.ts'
import { byRisk, nextBatch, unitsOf } from './batches.ts'
import { makeDue, postpone, settle } from './due-listings.server.ts'
import { noteAnswers } from './publish-trouble.server.ts'
import { keepOutcomes, noteSending, noteUnsent } from './publication.server.ts'
import type { Computed, Publisher } from './publisher.ts'
import { putAside } from './quarantine.server.ts'

// After no answer the channel is looked at soon: it may go on showing what is sold.
const UNANSWERED = { firstMs: 1_000, mostMs: 60_000 }
const REFUSED = { firstMs: 30_000, mostMs: 3_600_000 }

/** What came of writing: how many were answered, and how long what is left has to wait. */
export type Written = { written: number; waitMs: number }

/** `now`: what to write. What the channel writes together with it stays as it is, and is looked at with it. */
export async function write(
  publisher: Publisher,
  { all, now }: { all: Computed[]; now: Computed[] },
): Promise<Written> {
  const { sync, account, connector, waitMs } = publisher
  const listings = [...byRisk(now), ...companions(all, now)]
  const suspects = new Set(now.filter(({ attempts }) => attempts > 0).map(({ listingId }) => listingId))
  let units = now.length > 0 ? unitsOf(connector, listings) : []
  let written = 0
  while (units.length > 0) {
    const batch = nextBatch(units, { connector, suspects, waitMs })
    if (batch.waitMs > 0) return { written, waitMs: batch.waitMs }
    // Noted before it is sent: a process that dies in between must still read.
    const sentAt = sync.clock.now()
    const listingIds = batch.units.flat().map(({ listingId }) => listingId)
    if (!(await noteSending(sync.db, account, { listingIds, at: sentAt }))) return { written, waitMs: 0 }
    const { outcomes, mistake } = await applyAll(publisher, batch.units)
    await conclude(publisher, { listings, outcomes, sentAt, mistake })
    written += outcomes.length
    units = units.slice(batch.units.length)
  }
  return { written, waitMs: 0 }
}

/**
 * An answer that the connector can make nothing of fails this batch alone, whose listings are each tried by themselves
 * next: what the channel did with them is not known. An outage is the round's end, as everywhere (docs/decisions/0141).
 */
async function applyAll({ sync, account, connector }: Publisher, units: SetQuantity[][]) {
  try {
    return { outcomes: await connector.apply(units), mistake: false }
  } catch (error) {
    const listingIds = units.flat().map(({ listingId }) => listingId)
    if (error instanceof TryAgain) await noteUnsent(sync.db, account, listingIds)
    if (!(error instanceof Mistake)) throw error
    const reason = error.message
    const unknown = listingIds.map((listingId): WriteOutcome => ({
      listingId,
      outcome: 'unknown',
      reason,
      shown: null,
    }))
    return { outcomes: unknown, mistake: true }
  }
}

// A sale of theirs between our read and our write would be undone by it: so they are compared and looked at again too.
function companions(all: Computed[], now: Computed[]): Computed[] {
  const written = new Set(now.map(({ listingId }) => listingId))
  const together = new Set(now.map(({ ref }) => ref.externalId))
  return all.flatMap((listing) => {
    const { listingId, ref, shown, publishable } = listing
    if (!publishable || shown === null || written.has(listingId) || !together.has(ref.externalId)) return []
    return [{ ...listing, quantity: shown, companion: true }]
  })
}

type Answers = { listings: Computed[]; outcomes: WriteOutcome[]; sentAt: Date; mistake: boolean }

async function conclude(publisher: Publisher, { listings, outcomes, sentAt, mistake }: Answers): Promise<void> {
  const { sync, account } = publisher
  const byId = new Map(listings.map((listing) => [listing.listingId, listing]))
  const now = sync.clock.now()
  const concluded = outcomes.flatMap((outcome) => {
    const listing = byId.get(outcome.listingId)
    return listing ? [{ listing, outcome }] : []
  })
  await keepOutcomes(sync.db, account, { concluded, sentAt, answeredAt: now })
  const done = concluded.filter(
    ({ listing, outcome }) => (outcome.outcome === 'accepted' && !listing.companion) || outcome.reason === 'dead',
  )
  await settle(
    sync.db,
    account.id,
    done.map(({ listing }) => listing),
  )
  const those = (what: WriteOutcome['outcome']) =>
    concluded.filter(({ outcome }) => outcome.outcome === what).map(({ listing }) => listing)
  const put = { accountId: account.id, at: now }
  await postpone(sync.db, those('unknown'), { ...put, ...UNANSWERED })
  await postpone(sync.db, those('rejected'), { ...put, ...REFUSED })
  // It was only written together with what was due, and shows something else, or nobody knows what: now it is due itself.
  const drawnIn = [...those('changed'), ...those('unknown')].filter(({ companion }) => companion === true)
  await makeDue(sync.db, account, { listings: drawnIn, at: now })
  const failed = concluded.filter(({ outcome }) => outcome.outcome === (mistake ? 'unknown' : 'rejected'))
  const aside = await putAside(sync.db, account, { failed, at: now })
  await noteAnswers(publisher, { concluded, aside })
}
