import { identitiesOf } from './catalog/identity.server.ts'
import { itemOf, listingsOf } from './catalog/item-page.server.ts'
import { localMoment } from './decide/rule-fields.ts'
import { present } from './kernel/assert.ts'
import type { Sql } from './kernel/sql.ts'
import { actorsOf } from './merchant/actor.server.ts'
import { momentsOf } from './merchant/local-time.server.ts'
import { placesOf } from './merchant/location.server.ts'
import { partnersOf } from './merchant/partner.server.ts'
import { claimsOn } from './orders/claim-view.server.ts'
import { clientsOf } from './pool/client.server.ts'
import { placeChoices, spotsOf } from './pool/spots.server.ts'
import { statesSentence } from './pool/states-sentence.ts'
import { stockOf } from './pool/stock.server.ts'
import { timeline } from './pool/timeline.server.ts'
import { lastCategoryChange } from './sync/category.server.ts'
import { holdsOf } from './sync/hold-list.server.ts'
import { whyNow, whyThen } from './sync/why.server.ts'
import { thingOf } from './thing-page.server.ts'

export type ItemAsked = { itemId: number; at: Date; search: URLSearchParams }

/** Everything an item's page shows, but what only its own card asks for; undefined when there is no such item. */
export async function itemPage(db: Sql, merchantId: number, { itemId, at, search }: ItemAsked) {
  const item = Number.isSafeInteger(itemId) && itemId < 2 ** 31 ? await itemOf(db, merchantId, itemId) : undefined
  if (!item) return undefined
  const cursor = search.get('before')
  const [stocks, listings, why, ledger, actors, thing, hands, holding, claims, identities, last] = await Promise.all([
    stockOf(db, merchantId, [itemId]),
    listingsOf(db, merchantId, itemId),
    whyNow(db, merchantId, { itemId, at }),
    timeline(db, merchantId, { itemId, cursor }),
    actorsOf(db, merchantId),
    thingOf(db, merchantId, itemId),
    handsOn(db, merchantId, itemId),
    holdingOf(db, merchantId, itemId),
    claimsOn(db, merchantId, { itemId, at }),
    identitiesOf(db, merchantId, itemId),
    lastCategoryChange(db, { merchantId, itemId }),
  ])
  const { stock } = present(stocks.get(itemId), 'the stock of the item')
  const shown = listings.flatMap((listing) => {
    const now = why.find(({ listingId }) => listingId === listing.id)
    return now ? [{ ...listing, should: now.should }] : []
  })
  const past = await pastOf(db, merchantId, { itemId, local: search.get('at') })
  const sentence = statesSentence(stock)
  const category = { category: item.category, there: item.categoryThere, by: item.categoryBy, last: last ?? null }
  const ofTheItem = { item, category, stock, sentence, shown, past, thing, hands, holding, claims, identities }
  return { ...ofTheItem, ledger, actors, older: cursor !== null }
}

/** What is needed to move or count its pieces. */
async function handsOn(db: Sql, merchantId: number, itemId: number) {
  const [spots, places, partners] = await Promise.all([
    spotsOf(db, merchantId, itemId),
    placeChoices(db, merchantId),
    partnersOf(db, merchantId),
  ])
  return { itemId, spots, places, partners }
}

async function holdingOf(db: Sql, merchantId: number, itemId: number) {
  const [{ holds }, clients, places] = await Promise.all([
    holdsOf(db, merchantId, itemId),
    clientsOf(db, merchantId),
    placesOf(db, merchantId),
  ])
  return { holds, clients, places }
}

/** Why each channel showed what it did at a moment that a person picked, in the merchant's own time. */
async function pastOf(db: Sql, merchantId: number, { itemId, local }: { itemId: number; local: string | null }) {
  const asked = localMoment.safeParse(local).data ?? null
  const [then] = await momentsOf(db, merchantId, [asked])
  return then ? { at: then, local: asked, why: await whyThen(db, merchantId, { itemId, at: then }) } : null
}
