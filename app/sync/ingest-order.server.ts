import type { Capabilities } from '../channels/connector.ts'
import { openIncident, closeIncident } from '../incidents/incident.server.ts'
import { attachTimeline } from '../incidents/oversell-timeline.server.ts'
import type { ChannelOrder, ChannelOrderLine } from '../kernel/channel-order.ts'
import { formatMoney } from '../kernel/money.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { locationsByPlace } from '../merchant/location.server.ts'
import { bookOrder, type LineOutcome, type Outcome } from '../orders/book.server.ts'
import { lockCartsOf } from '../orders/convert-cart.server.ts'
import type { ResolvedLine } from '../orders/order-row.server.ts'
import { holdsBecome } from './draft-ordered.server.ts'
import { settleCheckouts, withItsCarts } from './carts-of-order.server.ts'
import type { Sync } from './facts.ts'
import { unlessBrokenOff } from './unless-broken-off.server.ts'
import { noteForMirror, recognise } from './order-mirror-rows.server.ts'

/** mirrored: it stands for another channel's order, and is no sale. */
export type Ingested = 'stale' | 'mirrored' | Outcome

/**
 * Takes in a channel's order as it stands: books what is new about it, opens an incident for what could not be booked,
 * and remembers what the channel has thereby done to its own numbers. All of it, or nothing.
 */
export async function ingestOrder(
  sync: Sync,
  { account, capabilities }: { account: Account; capabilities: Capabilities },
  order: ChannelOrder,
): Promise<Ingested> {
  const at = sync.clock.now()
  return unlessBrokenOff(sync, async (tx) => {
    if (order.standsFor && (await recognise(sync, tx, { account, order, at }))) return 'mirrored'
    const lines = await resolve(tx, { account, capabilities }, order)
    const named = order.lines.some(({ sources, restocked }) => sources.length + restocked.length > 0)
    const owner = { merchantId: account.merchantId, accountId: account.id, at }
    await settleCheckouts(tx, owner, order.carts)
    const carts = await lockCartsOf(tx, owner, order)
    const freed = await holdsBecome(tx, owner, order)
    const found = await bookOrder(tx, {
      merchantId: account.merchantId,
      accountId: account.id,
      order,
      lines,
      locations: named ? await locationsByPlace(tx, account) : new Map<string, number>(),
      history: order.placedAt < account.connectedAt,
      at,
    })
    if (found === 'stale') return found
    const booked = await withItsCarts(tx, owner, { carts, freed, booked: found })
    const taken = { tx, account, order, at }
    if (booked.changed) await noteOwnNumbers(taken, capabilities, booked)
    await noteTrouble(taken, { lines, booked })
    const history = order.placedAt < account.connectedAt
    if (capabilities.writes !== 'moves')
      await noteForMirror(tx, { account, order, orderId: booked.orderId, history, at })
    return booked
  })
}

type Taken = { tx: Sql; account: Account; order: ChannelOrder; at: Date }

type Found = {
  externalId: string
  variantId: string
  listingId: number
  itemId: number | null
  tracked: boolean | null
  madeOfParts: boolean | null
  /** the channel computes its number, and names its parts as lines of their own */
  computedThere: boolean | null
  oneOfOne: boolean
}

async function resolve(
  tx: Sql,
  { account, capabilities }: { account: Account; capabilities: Capabilities },
  order: ChannelOrder,
): Promise<ResolvedLine[]> {
  const refs = order.lines.flatMap(({ listing }) => (listing ? [listing] : []))
  const text = `SELECT l.external_id AS "externalId", l.variant_id AS "variantId", l.id AS "listingId", l.item_id AS "itemId", i.tracked,
      i.kind = 'bundle' AND i.composition > 0 AS "madeOfParts", i.computed_there AND $5 AS "computedThere",
      i.kind IS NOT DISTINCT FROM 'one_of_one' AS "oneOfOne"
    FROM unnest($3::text[], $4::text[]) AS r (external_id, variant_id)
    JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = r.external_id AND l.variant_id = r.variant_id
    LEFT JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id`
  const ids = [refs.map(({ externalId }) => externalId), refs.map(({ variantId }) => variantId)]
  const { rows } = await tx.query<Found>({
    name: 'resolve-lines',
    text,
    values: [account.merchantId, account.id, ...ids, capabilities.writes === 'moves'],
  })
  const found = new Map(rows.map((row) => [`${row.externalId}/${row.variantId}`, row]))
  return order.lines.map((told) => {
    const listing = told.listing && found.get(`${told.listing.externalId}/${told.listing.variantId}`)
    const { listingId = null, itemId = null, oneOfOne } = listing ?? {}
    return { told: { ...told, takesStock: takes(told, listing ?? undefined) }, listingId, itemId, oneOfOne }
  })
}

// A bundle takes its parts though the channel keeps no number for it: but not where its parts are lines of their own.
function takes(told: ChannelOrderLine, found: Found | undefined): boolean {
  if (found?.computedThere) return false
  return found?.madeOfParts || (told.takesStock && found?.tracked !== false)
}

// Channels keep time in whole seconds: what was read within this of a sale may or may not show it.
const TOO_CLOSE_TO_TELL = "interval '1 second'"

// What was read after the sale shows it. And a drop that nothing has explained is this sale, though by our clock it was
// seen a little before it: the channel's clock is another, and keeps whole seconds. Nothing is lost where that is wrong: the
// expected number and what is unexplained fall by the sale together, whichever of the two it is taken from.
const IS_IN_IT =
  "(l.seen_at >= $5::timestamptz OR l.unexplained > 0 AND l.seen_at >= $5::timestamptz - interval '5 seconds')"

// It cannot be told whether the sale is in what was read; or nothing that can be believed was read at all.
const IS_IN_DOUBT = `(l.seen_at IS NULL OR l.unexplained = 0 AND l.seen_at >= $5::timestamptz - ${TOO_CLOSE_TO_TELL} AND l.seen_at <= $5::timestamptz + ${TOO_CLOSE_TO_TELL})`

// The channel took the pieces off its own number when it sold them: lower what we expect it to show, or, where it was
// read after the sale, the part of a drop that nothing had explained.
async function noteOwnNumbers(
  { tx, account, order, at }: Taken,
  does: Capabilities,
  { lines, first }: Outcome,
): Promise<void> {
  const byListing = new Map<number, number>()
  for (const { resolved, taken, givenUp } of lines) {
    const lowered = (does.takesStockOnSale ? taken : 0) - (does.restoresOnCancel ? givenUp : 0)
    if (resolved.listingId === null || lowered === 0) continue
    byListing.set(resolved.listingId, (byListing.get(resolved.listingId) ?? 0) + lowered)
  }
  if (byListing.size === 0) return
  // An order takes its pieces when it is placed, though it may be changed (paid, for one) before we hear of it.
  const moment = first ? order.placedAt : order.updatedAt
  if (does.writes === 'moves') return lowerShown(tx, account, { byListing, moment })
  // It is looked at also where no stock has moved: a shortfall that is given up raises its number, and ours stays.
  const text = `WITH noted AS (UPDATE listing l SET
      -- in doubt, it is the least that it can show until it is read again
      shown = CASE WHEN l.shown IS NULL THEN NULL WHEN ${IS_IN_DOUBT} THEN GREATEST(0, l.shown - GREATEST(0, x.sold))
        WHEN ${IS_IN_IT} THEN l.shown ELSE GREATEST(0, l.shown - x.sold) END,
      unexplained = CASE WHEN ${IS_IN_IT} THEN GREATEST(0, l.unexplained - GREATEST(0, x.sold)) ELSE l.unexplained END,
      seen_at = CASE WHEN ${IS_IN_DOUBT} THEN NULL ELSE l.seen_at END
    FROM unnest($3::int[], $4::int[]) AS x (listing_id, sold)
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = x.listing_id AND l.item_id IS NOT NULL
    RETURNING l.id)
    INSERT INTO listing_due (merchant_id, account_id, listing_id, since, not_before)
    SELECT $1, $2, id, $5, $6 FROM noted WHERE $7
    ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1`
  const values = [
    account.merchantId,
    account.id,
    [...byListing.keys()],
    [...byListing.values()],
    moment,
    at,
    account.status === 'open',
  ]
  await tx.query({ name: 'note-own-numbers', text, values })
}

/** A channel with a ledger of its own: what it shows is read back soon; until then a page says what it must be. */
async function lowerShown(
  tx: Sql,
  account: Account,
  { byListing, moment }: { byListing: Map<number, number>; moment: Date },
): Promise<void> {
  const text = `UPDATE listing l SET shown = GREATEST(0, l.shown - x.sold)
    FROM unnest($3::int[], $4::int[]) AS x (listing_id, sold)
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = x.listing_id AND l.seen_at < $5`
  const values = [account.merchantId, account.id, [...byListing.keys()], [...byListing.values()], moment]
  await tx.query({ name: 'lower-shown', text, values })
}

async function noteTrouble(taken: Taken, { lines, booked }: { lines: ResolvedLine[]; booked: Outcome }): Promise<void> {
  const { tx, account, order, at } = taken
  const about = `order/${account.id}/${order.externalId}`
  const incident = { merchantId: account.merchantId, accountId: account.id, at }
  // Once for each news: what a person has closed stays closed, however often the same is told.
  if (booked.news && order.placedAt >= account.connectedAt) {
    for (const line of lines) await noteUnmapped(taken, line)
  }
  for (const line of booked.lines) await noteOversell(taken, line)
  await closeOversells(tx, { merchantId: account.merchantId, lineIds: booked.nowWhole, at })
  if (booked.news && order.unclear)
    await openIncident(tx, { ...incident, kind: 'unclear-order', subject: about, sentence: order.unclear })
}

/** Stock came back and was given to these lines: they are not oversold any more. */
export async function closeOversells(
  tx: Sql,
  { merchantId, lineIds, at }: { merchantId: number; lineIds: number[]; at: Date },
): Promise<void> {
  const how = { actor: 'app', sentence: 'Stock came back and was given to this order.', at }
  for (const lineId of lineIds)
    await closeIncident(tx, { merchantId, kind: 'oversell', subject: `line/${lineId}` }, how)
}

async function noteUnmapped({ tx, account, order, at }: Taken, { told, itemId }: ResolvedLine): Promise<void> {
  const which = {
    merchantId: account.merchantId,
    kind: 'unmapped-line' as const,
    subject: `order/${account.id}/${order.externalId}/line/${told.externalId}`,
  }
  if (itemId !== null || !told.takesStock) return
  if (told.currentQuantity === 0) {
    return closeIncident(tx, which, { actor: `channel/${account.id}`, sentence: 'The line was cancelled.', at })
  }
  const value = { minor: told.currentQuantity * told.unitPriceMinor, currency: order.currency }
  const sentence = `${account.name} sold ${told.currentQuantity} × “${told.title}” (${told.sku || 'no SKU'}) in order ${order.name}, and we do not know which item that is. ${formatMoney(value)} may be sold twice.`
  await openIncident(tx, { ...which, sentence, accountId: account.id, value, at })
}

async function noteOversell({ tx, account, order, at }: Taken, line: LineOutcome): Promise<void> {
  const { told, itemId } = line.resolved
  const which = { merchantId: account.merchantId, kind: 'oversell' as const, subject: `line/${line.lineId}` }
  if (line.short === 0 && line.wasShort > 0) {
    const sentence = line.sold < 0 ? 'The order no longer asks for it.' : 'It was sent all the same.'
    return closeIncident(tx, which, { actor: `channel/${account.id}`, sentence, at })
  }
  if (line.newlyShort === 0 || told.backorder || line.oneOfOne) return
  const value = { minor: line.newlyShort * told.unitPriceMinor, currency: order.currency }
  const sentence = `${account.name} sold ${told.quantity} × “${told.title}” in order ${order.name}, but ${line.short} of it ${line.short === 1 ? 'was' : 'were'} not there.`
  const incidentId = await openIncident(tx, { ...which, sentence, itemId, accountId: account.id, value, at })
  const { merchantId } = account
  if (itemId !== null) await attachTimeline(tx, { merchantId, incidentId, itemId, lineId: line.lineId, at })
}
