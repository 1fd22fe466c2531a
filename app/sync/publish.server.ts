import type { AbsoluteConnector, SetQuantity, WriteOutcome } from '../channels/connector.ts'
import { available } from '../pool/available.ts'
import type { ChannelFacts } from '../pool/terms.ts'
import { underOf } from '../pool/rules.server.ts'
import { stockOf } from '../pool/stock.server.ts'
import { factsOf } from './channel-facts.server.ts'
import { type DueListing, dueListings, makeDue, nextDue, postpone, settle } from './due-listings.server.ts'
import { pollOrders } from './poll.server.ts'
import type { Computed, Publisher, Step } from './publisher.ts'
import { noteAnswers, noteDead, noteMystery } from './publish-trouble.server.ts'
import { keepAgreed, keepOutcomes, keepShown, oweRead } from './publication.server.ts'

const POLL_CALLS = 1
const AT_ONCE = 500
const READ_BACK_MS = 1_000
// After no answer the channel is looked at soon: it may go on showing what is sold.
const UNANSWERED = { firstMs: 1_000, mostMs: 60_000 }
const REFUSED = { firstMs: 30_000, mostMs: 3_600_000 }
// Seen at a moment up to which the channel's orders are not known yet: its clock is behind ours, or keeps whole seconds.
const NOT_KNOWN_YET = { firstMs: 1_000, mostMs: 60_000 }
const A_PERSON_IS_ASKED = { firstMs: 300_000, mostMs: 300_000 }

/**
 * One round of telling an absolute channel its numbers, computed now. What falls is written at once. Then the
 * channel's orders are read, and only what is still true after that is raised: a number must not go up before every
 * order up to its moment is known (design §1.6).
 */
export async function publishStep(publisher: Publisher): Promise<Step> {
  const { sync, account, connector } = publisher
  const found = await dueListings(sync.db, account.id, { at: sync.clock.now(), most: mostOf(publisher) })
  if (found.length === 0 && !account.readOwed) return { ...QUIET, againMs: await restMs(publisher) }
  const all = await computeAll(publisher, await seenFirst(publisher, found))
  const due = await settleWhatAgrees(publisher, all)
  const lower = await write(publisher, {
    all,
    now: due.filter(({ shown, quantity }) => shown === null || quantity < shown),
  })
  if (lower.waitMs > 0) return { againMs: lower.waitMs, waits: true, written: lower.written, news: 0 }

  const raises = due.filter(({ shown, quantity }) => shown !== null && quantity > shown)
  const owed =
    lower.written > 0 || raises.length > 0 || account.readOwed || due.some(({ unexplained }) => unexplained > 0)
  if (!owed) return { ...QUIET, againMs: await restMs(publisher) }
  // Read only when what follows can be written too: a read for nothing would take the calls that the writes wait for.
  const [next = []] = batchesOf(connector, changesOf(byRisk(raises)))
  const wait = publisher.waitMs(POLL_CALLS + connector.callsFor(next))
  if (wait > 0) return { againMs: wait, waits: true, written: lower.written, news: 0 }
  const news = await pollOrders(sync, { account, connector })
  const known = await withoutMystery(publisher, { due, raises })
  const raised = await write(publisher, { all, now: await stillTrue(publisher, known) })
  const written = lower.written + raised.written
  if (raised.waitMs > 0) return { againMs: raised.waitMs, waits: true, written, news }
  const again =
    raised.written > 0 ? READ_BACK_MS : news > 0 || found.length >= mostOf(publisher) ? 0 : await restMs(publisher)
  return { againMs: again, waits: false, written, news }
}

// Not more than a few rounds' worth is looked at in one: the most exposed come first.
const mostOf = ({ connector }: Pick<Publisher, 'connector'>) =>
  Math.min(AT_ONCE, 8 * connector.capabilities.callsAtOnce)

const QUIET: Step = { againMs: null, waits: false, written: 0, news: 0 }

// Nothing to send where the channel shows it already, unless it shows it because something is missing there.
async function settleWhatAgrees({ sync, account }: Publisher, all: Computed[]): Promise<Computed[]> {
  const due = all.filter((listing) => listing.due)
  const same = due.filter(
    ({ publishable, shown, quantity, unexplained }) => publishable && shown === quantity && unexplained === 0,
  )
  await keepAgreed(sync.db, account, { listings: same, at: sync.clock.now() })
  await settle(sync.db, account.id, [...same, ...due.filter(({ publishable }) => !publishable)])
  return due.filter((listing) => listing.publishable && !same.includes(listing))
}

// The facts are read after the listings: what is newer than the rules' version that was read is due again.
async function computeAll({ sync, account, connector }: Publisher, listings: DueListing[]): Promise<Computed[]> {
  const facts = listings.length > 0 ? await factsOf(sync.db, account, connector.capabilities) : null
  return facts ? listings.map((listing) => compute(listing, facts, sync.clock.now())) : []
}

/** The number a channel is told, and why. */
export function compute(listing: DueListing, channel: ChannelFacts, at: Date): Computed {
  const { supply, rules, keptElsewhere, oneOfOne, unexplained } = listing
  const terms = { rules, keptElsewhere, oneOfOne, at, facts: { ...channel, unexplained } }
  const availability = available(supply, terms)
  return { ...listing, availability, terms, quantity: availability.quantity }
}

// What was never seen, or must not be believed any more, is read before anything is decided.
async function seenFirst(publisher: Publisher, due: DueListing[]): Promise<DueListing[]> {
  const { sync, account, connector } = publisher
  const unseen = due.filter(({ seen, publishable }) => publishable && !seen)
  if (unseen.length === 0) return due
  const snapshots = await connector.show(unseen.map(({ ref }) => ref))
  const gone = await keepShown(sync.db, account, { listings: unseen, snapshots, at: sync.clock.now() })
  for (const listing of gone) await noteDead(publisher, listing)
  return dueListings(sync.db, account.id, { at: sync.clock.now(), most: mostOf({ connector }) })
}

/** `now`: what to write. What the channel writes together with it stays as it is, and is looked at with it. */
async function write(
  publisher: Publisher,
  { all, now }: { all: Computed[]; now: Computed[] },
): Promise<{ written: number; waitMs: number }> {
  const { sync, account, connector } = publisher
  if (now.length === 0) return { written: 0, waitMs: 0 }
  const listings = [...byRisk(now), ...companions(all, now)]
  let written = 0
  for (const batch of batchesOf(connector, changesOf(listings))) {
    const waitMs = publisher.waitMs(connector.callsFor(batch))
    if (waitMs > 0) return { written, waitMs }
    // Owed before it is sent: a process that dies in between must still read.
    if (!(await oweRead(sync.db, account))) return { written, waitMs: 0 }
    const sentAt = sync.clock.now()
    const outcomes = await connector.apply(batch)
    await conclude(publisher, { listings, outcomes, sentAt })
    written += outcomes.length
  }
  return { written, waitMs: 0 }
}

/** The writes as far as one `apply` may go, each; one that is too large by itself goes alone. */
function batchesOf(connector: AbsoluteConnector, changes: SetQuantity[]): SetQuantity[][][] {
  const batches: SetQuantity[][][] = []
  for (const unit of changes.length > 0 ? connector.planWrites(changes) : []) {
    const last = batches.at(-1)
    if (last && connector.callsFor([...last, unit]) <= connector.capabilities.callsAtOnce) last.push(unit)
    else batches.push([unit])
  }
  return batches
}

const byRisk = (listings: Computed[]) =>
  listings.toSorted((a, b) => Number(b.oneOfOne) - Number(a.oneOfOne) || a.quantity - b.quantity)

const changesOf = (listings: Computed[]) =>
  listings.map(({ listingId, ref, quantity, shown }): SetQuantity => ({ listingId, ref, quantity, expected: shown }))

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

async function conclude(
  publisher: Publisher,
  { listings, outcomes, sentAt }: { listings: Computed[]; outcomes: WriteOutcome[]; sentAt: Date },
): Promise<void> {
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
  const put = { accountId: account.id, at: now }
  const those = (what: WriteOutcome['outcome']) =>
    concluded.filter(({ outcome }) => outcome.outcome === what).map(({ listing }) => listing)
  await postpone(sync.db, those('unknown'), { ...put, ...UNANSWERED })
  await postpone(sync.db, those('rejected'), { ...put, ...REFUSED })
  // It was only written together with what was due, and shows something else, or nobody knows what: now it is due itself.
  const drawnIn = [...those('changed'), ...those('unknown')].filter(({ companion }) => companion === true)
  await makeDue(sync.db, account, { listings: drawnIn, at: now })
  await noteAnswers(publisher, concluded)
}

// A drop that no order explains, now that every order up to the moment it was seen is known, was made by a person. It
// is not overwritten by a higher number: they may have sold the piece by hand. A person of ours must say.
async function withoutMystery(
  publisher: Publisher,
  { due, raises }: { due: Computed[]; raises: Computed[] },
): Promise<Computed[]> {
  const { sync, account } = publisher
  const suspects = due.map(({ listingId }) => listingId)
  const text = `SELECT id, unexplained FROM listing
    WHERE merchant_id = $1 AND id = ANY ($2::int[]) AND unexplained > 0 AND seen_at <= $3`
  const values = [account.merchantId, suspects, account.watermark]
  const { rows } = await sync.db.query<{ id: number; unexplained: number }>({ name: 'mysteries', text, values })
  const mysteries = new Map(rows.map((row) => [row.id, row.unexplained]))
  const asked = due.filter(({ listingId }) => mysteries.has(listingId))
  for (const listing of asked) await noteMystery(publisher, listing, mysteries.get(listing.listingId) ?? 0)
  await postpone(sync.db, asked, { accountId: account.id, at: sync.clock.now(), ...A_PERSON_IS_ASKED })
  const tooEarly = due.filter(({ listingId, unexplained }) => unexplained > 0 && !mysteries.has(listingId))
  await postpone(sync.db, tooEarly, { accountId: account.id, at: sync.clock.now(), ...NOT_KNOWN_YET })
  return raises.filter(({ listingId }) => !mysteries.has(listingId))
}

async function stillTrue({ sync, account }: Publisher, raises: Computed[]): Promise<Computed[]> {
  if (raises.length === 0) return []
  const items = raises.map(({ itemId }) => itemId)
  const stock = await stockOf(sync.db, account.merchantId, items)
  const under = await underOf(sync.db, account, items)
  return raises.filter(
    ({ itemId, seq, rulesVersion }) =>
      stock.get(itemId)?.seq === seq && under.get(itemId)?.rulesVersion === rulesVersion,
  )
}

async function restMs({ sync, account }: Publisher): Promise<number | null> {
  const next = await nextDue(sync.db, account.id)
  return next === null ? null : Math.max(0, next.getTime() - sync.clock.now().getTime())
}
