import type { Connector } from '../channels/connector.ts'
import { openIncident } from '../incidents/incident.server.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { ListingSnapshot } from '../kernel/listing-snapshot.ts'
import type { Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'

// What one call of a channel's answers, at least: Etsy's batch takes a hundred.
const AT_ONCE = 100

type Known = { listingId: number; itemId: number; title: string; ref: ListingRef; shown: number; seenAt: Date }

/**
 * Reads what the listings of a channel that is told numbers show, those that were not looked at for longest first:
 * what it took and did not do, or what somebody changed there, is found though nothing is due. What shows less is
 * explained by an order or asked about, what shows more is told its number again. What is due is looked at when it is
 * written. Returns how many showed something else.
 */
export async function lookBack(sync: Sync, account: Account, connector: Connector): Promise<number> {
  const known = await longestUnseen(sync, account)
  if (known.length === 0) return 0
  const snapshots = await connector.show(known.map(({ ref }) => ref))
  const others = await keepLook(sync, account, { known, snapshots })
  for (const listing of known) {
    const shows = others.get(listing.listingId)
    if (shows !== undefined && shows > listing.shown) await noteMore(sync, account, { ...listing, shows })
  }
  return others.size
}

async function longestUnseen({ db }: Sync, account: Account): Promise<Known[]> {
  const text = `SELECT l.id AS "listingId", l.item_id AS "itemId", l.title, l.shown, l.seen_at AS "seenAt",
      json_build_object('externalId', l.external_id, 'variantId', l.variant_id) AS ref
    FROM listing l WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.item_id IS NOT NULL AND l.shown IS NOT NULL
      AND l.seen_at IS NOT NULL AND l.status NOT IN ('dead', 'draft', 'expired')
      AND NOT EXISTS (SELECT FROM listing_due d WHERE d.account_id = $2 AND d.listing_id = l.id AND d.not_before < 'infinity')
    ORDER BY l.seen_at, l.id LIMIT ${AT_ONCE}`
  return (await db.query<Known>({ name: 'longest-unseen', text, values: [account.merchantId, account.id] })).rows
}

type Look = { known: Known[]; snapshots: ListingSnapshot[] }

// What was sold, written or booked since it was known is not judged by what it was then. What is not there any more must
// be read again before it is believed, and is.
async function keepLook({ db, clock }: Sync, account: Account, { known, snapshots }: Look) {
  const seen = new Map(snapshots.map((snapshot) => [keyOf(snapshot.ref), snapshot]))
  const rows = known.map(({ listingId, ref, shown, seenAt }) => {
    const snapshot = seen.get(keyOf(ref))
    return { listingId, was: shown, seenAt, shows: snapshot?.shown ?? null, status: snapshot?.status ?? null }
  })
  const text = `WITH looked AS (
      UPDATE listing l SET shown = COALESCE(x.shows, l.shown), status = COALESCE(x.status, l.status),
        seen_at = CASE WHEN x.shows IS NOT NULL THEN $4::timestamptz END,
        unexplained = l.unexplained + GREATEST(0, x.was - COALESCE(x.shows, x.was)),
        agreed_since = CASE WHEN x.shows = x.was THEN l.agreed_since END
      FROM jsonb_to_recordset($3) AS x ("listingId" int, was int, "seenAt" timestamptz, shows int, status text)
      WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = x."listingId" AND l.shown = x.was AND l.seen_at = x."seenAt"
        AND NOT EXISTS (SELECT FROM listing_due d WHERE d.account_id = $2 AND d.listing_id = l.id AND d.not_before < 'infinity')
      RETURNING l.id, x.shows, x.shows IS DISTINCT FROM x.was AS other
    ), due AS (
      INSERT INTO listing_due (merchant_id, account_id, listing_id, since, not_before) SELECT $1, $2, id, $4, $4::timestamptz FROM looked
      WHERE other ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1
    )
    SELECT id, shows FROM looked WHERE other ORDER BY id`
  const values = [account.merchantId, account.id, JSON.stringify(rows), clock.now()]
  const others = await db.query<{ id: number; shows: number | null }>({ name: 'keep-look', text, values })
  return new Map(others.rows.map(({ id, shows }) => [id, shows ?? 0]))
}

const keyOf = ({ externalId, variantId }: ListingRef) => `${externalId}/${variantId}`

async function noteMore(
  sync: Sync,
  account: Account,
  { listingId, itemId, title, shown, shows }: Known & { shows: number },
) {
  const sentence = `${account.name} showed ${shows} of “${title}”, ${shown} was expected: somebody has changed it there. It is set to what we have.`
  const about = { subject: `listing/${listingId}`, itemId, accountId: account.id, at: sync.clock.now() }
  await openIncident(sync.db, { merchantId: account.merchantId, kind: 'drift', sentence, ...about })
}
