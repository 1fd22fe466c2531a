import type { StockedConnector, StockedThing } from '../channels/connector.ts'
import type { Account } from '../merchant/account.server.ts'
import { knowPlaces } from '../merchant/known-places.server.ts'
import { keepPlaces } from '../merchant/location.server.ts'
import type { Sync } from './facts.ts'
import { joins } from './join-books.server.ts'
import { tellPages } from './wake.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

/** Reads a channel's places again; those that are new are ours too from now on, for a person to look at. */
export async function takeInPlaces({ sync, account, connector }: Stocked): Promise<void> {
  const places = await connector.places()
  const keep = joins(connector) ? knowPlaces : keepPlaces
  await keep(sync.db, account, { places, at: sync.clock.now() })
  await tellPages(sync.db, account.merchantId)
}

/** Whether one of these things has pieces at a place of the channel's that we have not heard of as open. */
export async function hasNewPlace({ sync, account }: Stocked, things: StockedThing[]): Promise<boolean> {
  const told = things.flatMap(({ levels }) =>
    levels.flatMap(({ externalLocationId, quantities }) =>
      Object.values(quantities).some((n) => n !== 0) ? [externalLocationId] : [],
    ),
  )
  const text = `SELECT 1 FROM unnest($3::text[]) AS t (id) WHERE NOT EXISTS (SELECT FROM channel_place p
    WHERE p.merchant_id = $1 AND p.account_id = $2 AND p.external_id = t.id) LIMIT 1`
  const values = [account.merchantId, account.id, [...new Set(told)]]
  return (await sync.db.query({ name: 'has-new-place', text, values })).rows.length > 0
}
