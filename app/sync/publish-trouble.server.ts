import { openIncident } from '../incidents/incident.server.ts'
import { available } from '../pool/available.ts'
import type { DueListing } from './due-listings.server.ts'
import type { Concluded } from './publication.server.ts'
import type { Computed, Publisher } from './publisher.ts'
import { isExposed } from './quarantine.server.ts'

// What can go wrong with a listing while it is told its number, in words for a person.

type Trouble = { kind: 'dead-listing' | 'refused-write' | 'drift'; sentence: string }

async function note({ sync, account }: Publisher, { listingId, itemId }: DueListing, trouble: Trouble): Promise<void> {
  const about = { subject: `listing/${listingId}`, itemId, accountId: account.id, at: sync.clock.now() }
  await openIncident(sync.db, { merchantId: account.merchantId, ...trouble, ...about })
}

/** The channel does not know the listing any more. */
export async function noteDead(publisher: Publisher, listing: DueListing): Promise<void> {
  const sentence = `${publisher.account.name} does not know “${listing.title}” any more: the listing was deleted there.`
  await note(publisher, listing, { kind: 'dead-listing', sentence })
}

/** What the channel's answers to a write give a person to know. */
export async function noteAnswers(
  publisher: Publisher,
  { concluded, aside }: { concluded: Concluded[]; aside: Set<number> },
): Promise<void> {
  const { name } = publisher.account
  for (const { listing, outcome } of concluded) {
    if (outcome.reason === 'dead') await noteDead(publisher, listing)
    else if (aside.has(listing.listingId)) {
      const why = outcome.reason ?? 'it did not say why'
      const tried = isExposed(listing) ? 'It is tried once an hour now.' : 'It is not tried any more.'
      const sentence = `${name} does not take ${listing.quantity} for “${listing.title}”: ${why}. ${tried} Put it right there, then try it again here.`
      await note(publisher, listing, { kind: 'refused-write', sentence })
    } else if (outcome.outcome === 'rejected') {
      const why = outcome.reason ?? 'it did not say why'
      const sentence = `${name} refused ${listing.quantity} for “${listing.title}”: ${why}.`
      await note(publisher, listing, { kind: 'refused-write', sentence })
    } else if (outcome.outcome === 'changed' && (outcome.shown ?? 0) > (listing.shown ?? Infinity)) {
      // More than there is cannot stay on sale until somebody has answered; but it is not taken back silently.
      const sentence = `${name} showed ${outcome.shown} of “${listing.title}”, ${listing.shown} was expected: somebody has changed it there. It is set to what we have.`
      await note(publisher, listing, { kind: 'drift', sentence })
    }
  }
}

/** The channel shows less than it should, and no order says why: a person must. `missing`: pieces. */
export async function noteMystery(publisher: Publisher, listing: Computed, missing: number): Promise<void> {
  const { name } = publisher.account
  const { terms, supply } = listing
  const ours = available(supply, { ...terms, facts: { ...terms.facts, unexplained: 0 } }).quantity
  const sentence = `${name} shows ${listing.shown} of “${listing.title}”, ${missing} less than it should, and no order says why. We would show ${ours}. Which is right?`
  await note(publisher, listing, { kind: 'drift', sentence })
}
