import { available } from '../pool/available.ts'
import type { ChannelFacts } from '../pool/terms.ts'
import { underOf } from '../pool/rules.server.ts'
import { stockOf } from '../pool/stock.server.ts'
import { byRisk, nextBatch, unitsOf } from './batches.ts'
import { factsOf } from './channel-facts.server.ts'
import { clearedFor } from './cleared.ts'
import { type DueListing, dueListings, nextDue, postpone, settle } from './due-listings.server.ts'
import { pollOrders } from './poll.server.ts'
import { write } from './publish-write.server.ts'
import type { Computed, Publisher, Step } from './publisher.ts'
import { noteDead, noteMystery } from './publish-trouble.server.ts'
import { keepAgreed, keepShown } from './publication.server.ts'
import { mayRaise, type Verdict, verdictOn } from './verdict.ts'

const POLL_CALLS = 1
const AT_ONCE = 500
const READ_BACK_MS = 1_000
// While numbers fall for hours the orders that their writes owe are read this often: what one of them undid is known then.
const OWED_AT_MOST_MS = 10_000
// Seen at a moment up to which the channel's orders are not known yet: its clock is behind ours, or keeps whole seconds.
const NOT_KNOWN_YET = { firstMs: 1_000, mostMs: 60_000 }
const A_PERSON_IS_ASKED = { firstMs: 300_000, mostMs: 300_000 }

/**
 * One round of telling an absolute channel its numbers, computed now. What falls is written at once. Then the
 * channel's orders are read, and only what is still true after that is raised: a number must not go up before every
 * order up to its moment is known (design §1.6).
 */
export async function publishStep(publisher: Publisher): Promise<Step> {
  const { sync, account } = publisher
  const cleared = clearedFor(publisher.connector)
  let news = 0
  if (account.readOwed && cleared.ageMs(sync.clock.now()) >= OWED_AT_MOST_MS && ordersCanBeRead(publisher)) {
    news = await pollOrders(sync, publisher)
    cleared.note([], sync.clock.now())
  }
  const found = await dueListings(sync.db, account.id, { at: sync.clock.now(), most: mostOf(publisher) })
  if (found.length === 0 && !account.readOwed) return { ...QUIET, news, againMs: await restMs(publisher) }
  const all = await computeAll(publisher, await seenFirst(publisher, found))
  const due = await settleWhatAgrees(publisher, all)
  const lower = await write(publisher, { all, now: those(due, 'lower') })
  if (lower.waitMs > 0) return { againMs: lower.waitMs, waits: true, written: lower.written, news }

  const raises = those(due, 'raise')
  const owed =
    lower.written > 0 || raises.length > 0 || account.readOwed || due.some(({ unexplained }) => unexplained > 0)
  if (!owed) return { ...QUIET, news, againMs: await restMs(publisher) }
  const raised = await raise(publisher, { all, due, raises })
  const written = lower.written + raised.written
  news += raised.news
  if (raised.waitMs > 0) return { againMs: raised.waitMs, waits: true, written, news }
  const more = news > 0 || found.length >= mostOf(publisher)
  const again = raised.written > 0 ? (more ? 0 : READ_BACK_MS) : more ? 0 : await restMs(publisher)
  return { againMs: again, waits: false, written, news }
}

type Raising = { all: Computed[]; due: Computed[]; raises: Computed[] }

/** Raises what the last read of orders answers for; where that is nothing, reads them and raises what is still true. */
async function raise(publisher: Publisher, { all, due, raises }: Raising) {
  const { sync, connector, account } = publisher
  const cleared = clearedFor(connector)
  const isExplained = due.every(({ unexplained }) => unexplained === 0)
  const covered = isExplained ? raises.filter((listing) => cleared.covers([listing], sync.clock.now())) : []
  if (covered.length > 0) {
    const raised = await write(publisher, { all, now: await stillTrue(publisher, covered, new Set()) })
    return { ...raised, news: 0 }
  }
  // Read only when what follows can be written too: a read for nothing would take the calls that the writes wait for.
  const wait = waitToRead(publisher, raises)
  if (wait > 0) return { written: 0, news: 0, waitMs: wait }
  const news = await pollOrders(sync, { account, connector })
  cleared.note(news === 0 ? raises : [], sync.clock.now())
  const mysteries = await mysteriesOf(publisher, due)
  const raised = await write(publisher, { all, now: await stillTrue(publisher, raises, mysteries) })
  return { ...raised, news }
}

function waitToRead({ connector, waitMs }: Publisher, raises: Computed[]): number {
  const units = unitsOf(connector, byRisk(raises))
  if (units.length === 0) return waitMs(POLL_CALLS, 'orders')
  const { calls, lane } = nextBatch(units, { connector, suspects: new Set(), waitMs: () => 0 })
  return Math.max(waitMs(POLL_CALLS, 'orders'), waitMs(Math.max(calls, POLL_CALLS + 1), lane))
}

const ordersCanBeRead = ({ waitMs }: Publisher): boolean => waitMs(POLL_CALLS, 'orders') === 0

const those = (due: Computed[], verdict: Verdict): Computed[] => due.filter((listing) => verdictOn(listing) === verdict)

// Not more than a few rounds' worth is looked at in one: the most exposed come first.
const mostOf = ({ connector }: Pick<Publisher, 'connector'>): number =>
  Math.min(AT_ONCE, 8 * connector.capabilities.callsAtOnce * connector.capabilities.unitsPerCall)

const QUIET: Step = { againMs: null, waits: false, written: 0, news: 0 }

// Nothing to send where the channel shows it already, unless it shows it because something is missing there.
async function settleWhatAgrees({ sync, account }: Publisher, all: Computed[]): Promise<Computed[]> {
  const due = all.filter((listing) => listing.due)
  const same = those(due, 'agrees')
  await keepAgreed(sync.db, account, { listings: same, at: sync.clock.now() })
  await settle(sync.db, account.id, [...same, ...those(due, 'leave')])
  return due.filter((listing) => !['agrees', 'leave'].includes(verdictOn(listing)))
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

// A drop that no order explains, now that every order up to the moment it was seen is known, was made by a person. It
// is not overwritten by a higher number: they may have sold the piece by hand. A person of ours must say.
async function mysteriesOf(publisher: Publisher, due: Computed[]): Promise<Set<number>> {
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
  return new Set(mysteries.keys())
}

/** Of the numbers to be raised, now that the orders are known, those that still may be. */
async function stillTrue(
  { sync, account }: Publisher,
  raises: Computed[],
  mysteries: Set<number>,
): Promise<Computed[]> {
  if (raises.length === 0) return []
  const items = raises.map(({ itemId }) => itemId)
  const stock = await stockOf(sync.db, account.merchantId, items)
  const under = await underOf(sync.db, account, items)
  return raises.filter((listing) => {
    const seq = stock.get(listing.itemId)?.seq
    const rulesVersion = under.get(listing.itemId)?.rulesVersion
    const now = seq === undefined || rulesVersion === undefined ? null : { seq, rulesVersion }
    return mayRaise(listing, { now, ordersRead: true, mystery: mysteries.has(listing.listingId) })
  })
}

async function restMs({ sync, account }: Publisher): Promise<number | null> {
  const next = await nextDue(sync.db, account.id)
  return next === null ? null : Math.max(0, next.getTime() - sync.clock.now().getTime())
}
