import type { StockedConnector, StockedThing } from '../channels/connector.ts'
import { keepListings, matchAccount } from '../catalog/listings.server.ts'
import type { Account } from '../merchant/account.server.ts'
import { knowPlaces } from '../merchant/known-places.server.ts'
import type { Sync } from './facts.ts'
import { importListings } from './import-listings.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

/** Whether a channel's ledger is only part of the truth, so that it joins books that another has opened. */
export const joins = ({ capabilities }: StockedConnector): boolean => capabilities.keeps !== undefined

/**
 * A channel with a ledger of its own comes to a merchant whose books are open: its things are matched with ours, its
 * places are known, and no number of its becomes stock. Nothing is told there before a person has said which of our places
 * each of its is, and which numbers are right (docs/decisions/0120).
 */
export async function joinBooks({ sync, account, connector }: Stocked): Promise<void> {
  await knowPlaces(sync.db, account, { places: await connector.places(), at: sync.clock.now() })
  await importListings({ sync, account, connector })
}

/** Things that were just read, as listings. Those that are new, or have another name, are matched. */
export async function takeInListings({ sync, account }: Omit<Stocked, 'connector'>, things: StockedThing[]) {
  const owner = { merchantId: account.merchantId, accountId: account.id, at: sync.clock.now() }
  if (await knowsListings(sync, account, things)) return false
  await sync.inTransaction(async (tx) => {
    await keepListings(tx, owner, things)
    await matchAccount(tx, owner)
  })
  return true
}

async function knowsListings({ db }: Sync, account: Account, things: StockedThing[]): Promise<boolean> {
  const text = `SELECT count(*)::int AS n FROM jsonb_to_recordset($3) AS x ("externalId" text, sku text, title text, status text)
    JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = x."externalId" AND l.variant_id = ''
    WHERE (l.sku, l.title, l.status) IS NOT DISTINCT FROM (x.sku, x.title, x.status)`
  const rows = things.map(({ ref, sku, title, status }) => ({ externalId: ref.externalId, sku, title, status }))
  const values = [account.merchantId, account.id, JSON.stringify(rows)]
  const known = await db.query<{ n: number }>({ name: 'knows-listings', text, values })
  return known.rows[0]?.n === things.length
}

/** A thing that the channel has no longer: its listing is dead. What we have of it stays what it is. */
export async function forgetListing({ sync, account }: Omit<Stocked, 'connector'>, externalId: string): Promise<void> {
  const text = `UPDATE listing SET status = 'dead', shown = 0, seen_at = $4, agreed_since = NULL
    WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3 AND status <> 'dead'`
  await sync.db.query({ text, values: [account.merchantId, account.id, externalId, sync.clock.now()] })
}
