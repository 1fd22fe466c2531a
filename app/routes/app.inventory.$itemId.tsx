import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { itemOf, listingsOf } from '../catalog/item-page.server.ts'
import { thingOf } from '../thing-page.server.ts'
import { present } from '../kernel/assert.ts'
import { decide } from '../decide-request.server.ts'
import { localMoment } from '../decide/rule-fields.ts'
import { actorsOf } from '../merchant/actor.server.ts'
import { momentsOf } from '../merchant/local-time.server.ts'
import { statesSentence } from '../pool/states-sentence.ts'
import { stockOf } from '../pool/stock.server.ts'
import { timeline } from '../pool/timeline.server.ts'
import { ConvertCard } from '../ui/convert-card.tsx'
import { placesOf } from '../merchant/location.server.ts'
import { clientsOf } from '../pool/client.server.ts'
import { holdsOf } from '../sync/hold-list.server.ts'
import { DecideItem } from '../ui/decide-item.tsx'
import { HoldItem } from '../ui/hold-item.tsx'
import { ItemBadges } from '../ui/item-badges.tsx'
import { LedgerCard } from '../ui/ledger-card.tsx'
import { MadeToOrderCard } from '../ui/made-to-order-card.tsx'
import { Now } from '../ui/moment.tsx'
import { PartsCard } from '../ui/parts-card.tsx'
import { ShownCard } from '../ui/shown-card.tsx'
import { WhyThenCard } from '../ui/why-then-card.tsx'
import { StatesCard } from '../ui/states-card.tsx'
import { whyNow, whyThen } from '../sync/why.server.ts'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const itemId = Number(params['itemId'])
  const item = Number.isSafeInteger(itemId) && itemId < 2 ** 31 ? await itemOf(pool, merchant.id, itemId) : undefined
  if (!item) throw new Response('There is no such item.', { status: 404 })
  const { searchParams } = new URL(request.url)
  const cursor = searchParams.get('before')
  const asked = localMoment.safeParse(searchParams.get('at')).data ?? null
  const [then] = await momentsOf(pool, merchant.id, [asked])
  const [stocks, listings, ledger, actors, thing, why, { holds }, clients, places] = await Promise.all([
    stockOf(pool, merchant.id, [itemId]),
    listingsOf(pool, merchant.id, itemId),
    timeline(pool, merchant.id, { itemId, cursor }),
    actorsOf(pool, merchant.id),
    thingOf(pool, merchant.id, itemId),
    whyNow(pool, merchant.id, { itemId, at }),
    holdsOf(pool, merchant.id, itemId),
    clientsOf(pool, merchant.id),
    placesOf(pool, merchant.id),
  ])
  const { stock } = present(stocks.get(itemId), 'the stock of the item')
  const shown = listings.flatMap((listing) => {
    const now = why.find(({ listingId }) => listingId === listing.id)
    return now ? [{ ...listing, should: now.should }] : []
  })
  const now = { at, timeZone: merchant.timeZone }
  const past = then && { at: then, local: asked, why: await whyThen(pool, merchant.id, { itemId, at: then }) }
  const holding = { holds, clients, places }
  const sentence = statesSentence(stock)
  return { now, item, stock, sentence, shown, past, ledger, actors, thing, holding, older: cursor !== null }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Item() {
  const { now, item, stock, sentence, shown, past, ledger, actors, thing, holding, older } = useLoaderData<typeof loader>()
  return (
    <Now.Provider value={now}>
      <Page
        title={[item.title, item.variant].filter(Boolean).join(', ')}
        subtitle={item.sku || 'no SKU'}
        titleMetadata={<ItemBadges item={item} />}
        backAction={{ content: 'Inventory', url: '/app/inventory' }}
      >
        <TitleBar title="Inventory" />
        <BlockStack gap="400">
          {item.undecided ? <DecideItem item={item} /> : null}
          <StatesCard stock={stock} sentence={sentence} />
          <ShownCard shown={shown} />
          <HoldItem itemId={item.id} {...holding} />
          <WhyThenCard past={past} />
          {thing.canBeSet ? <PartsCard itemId={item.id} parts={thing.parts} stocked={thing.stocked} /> : null}
          {thing.canBeMade ? <MadeToOrderCard itemId={item.id} making={thing.making} /> : null}
          {item.kind === 'bundle' ? null : <ConvertCard itemId={item.id} view={thing.convert} />}
          <div id="ledger">
            <LedgerCard ledger={ledger} actors={actors} older={older} />
          </div>
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
