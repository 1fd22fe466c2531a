import type { Connector } from '../channels/connector.ts'
import { forSaleOf } from '../catalog/for-sale.server.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { ListingSnapshot } from '../kernel/listing-snapshot.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { available, type Availability } from '../pool/available.ts'
import type { ChannelFacts, Terms } from '../pool/terms.ts'
import { seqOf, stockOf } from '../pool/stock.server.ts'
import type { Supply } from '../pool/supply.ts'
import type { Sync } from './facts.ts'
import { ownCartsOf } from './own-carts.server.ts'

type Known = { listingId: number; itemId: number | null; externalId: string; variantId: string }

/** What a listing shows beside what it should. */
export type Seen = {
  listingId: number
  itemId: number | null
  shown: number
  /** null: nobody has said what it is */
  availability: Availability | null
  terms: Terms
  supply: Supply | null
  seq: number
}

/**
 * Reads what these listings of a channel with a ledger of its own show now, keeps it, and says where it is not what
 * the pool says.
 */
export async function readBack(
  { sync, account, connector }: { sync: Sync; account: Account; connector: Connector },
  refs: ListingRef[],
): Promise<Seen[]> {
  return keepSeen({ sync, account, connector }, { refs, snapshots: await connector.show(refs) })
}

/** The same for what was just read: `snapshots` of `refs`, where one that is missing is not there any more. */
export async function keepSeen(
  { sync, account, connector }: { sync: Sync; account: Account; connector: Connector },
  { refs, snapshots }: { refs: ListingRef[]; snapshots: ListingSnapshot[] },
): Promise<Seen[]> {
  const read = new Map(snapshots.map((one) => [keyOf(one.ref), one]))
  const known = await knownListings(sync.db, account, refs)
  const items = known.flatMap(({ itemId }) => (itemId === null ? [] : [itemId]))
  const stock = await stockOf(sync.db, account.merchantId, items)
  const carts = await ownCartsOf(sync.db, account, items)
  const at = sync.clock.now()
  const { maximumShown } = connector.capabilities
  const seen = known.map((listing) => {
    const { shown = 0, status = 'dead' }: Partial<ListingSnapshot> = read.get(keyOf(listing)) ?? {}
    const now = listing.itemId === null ? undefined : stock.get(listing.itemId)
    const [supply, seq] = now ? [now.supply, now.seq] : [null, -1]
    const inOwnCarts = carts.get(listing.itemId ?? 0) ?? 0
    const terms = mirroredTerms({ name: account.name, maximumShown, inOwnCarts }, at)
    return { ...listing, shown, status, availability: supply && available(supply, terms), terms, supply, seq }
  })
  await keep(sync, account, seen)
  return seen
}

/**
 * A channel with a ledger of its own shows what lies there as available: a rule for it moves pieces (design §2), and
 * takes nothing off the number.
 */
export const mirroredTerms = (facts: ChannelFacts, at: Date): Terms => ({ rules: [], facts, at })

const keyOf = ({ externalId, variantId }: ListingRef) => `${externalId}/${variantId}`

async function knownListings(db: Sql, account: Account, refs: ListingRef[]): Promise<Known[]> {
  const text = `SELECT l.id AS "listingId", l.item_id AS "itemId", l.external_id AS "externalId", l.variant_id AS "variantId"
    FROM unnest($3::text[], $4::text[]) AS r (external_id, variant_id)
    JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = r.external_id AND l.variant_id = r.variant_id`
  const values = [
    account.merchantId,
    account.id,
    refs.map(({ externalId }) => externalId),
    refs.map(({ variantId }) => variantId),
  ]
  return (await db.query<Known>({ name: 'known-listings', text, values })).rows
}

async function keep({ db, clock }: Sync, account: Account, seen: (Seen & { status: string })[]): Promise<void> {
  const text = `UPDATE listing l SET shown = x.shown, seen_at = $4, status = x.status,
      agreed_since = CASE WHEN x.shown = x.should THEN COALESCE(l.agreed_since, $4) END,
      published_seq = CASE WHEN x.shown = x.should THEN x.seq ELSE l.published_seq END,
      published_quantity = CASE WHEN x.shown = x.should THEN x.should ELSE l.published_quantity END
    FROM jsonb_to_recordset($3) AS x ("listingId" int, shown int, should int, seq bigint, status text)
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = x."listingId"`
  const rows = seen.map(({ availability, listingId, shown, seq, status }) => ({
    listingId,
    shown,
    seq,
    status,
    should: availability?.quantity ?? null,
  }))
  await db.query({
    name: 'keep-read-back',
    text,
    values: [account.merchantId, account.id, JSON.stringify(rows), clock.now()],
  })
}

/** Notes of everything an account lists, after it was read as a whole, where it shows what the pool says. */
export async function confirmAll({ db, clock }: Sync, account: Account): Promise<void> {
  const text = `UPDATE listing l SET agreed_since = COALESCE(l.agreed_since, $3), published_seq = ${seqOf('i')}, published_quantity = l.shown
    FROM item i
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND i.merchant_id = l.merchant_id AND i.id = l.item_id AND l.shown = ${forSaleOf('i')}`
  await db.query({ text, values: [account.merchantId, account.id, clock.now()] })
}
