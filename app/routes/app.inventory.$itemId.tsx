import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { itemOf, listingsOf } from '../catalog/item-page.server.ts'
import { capabilitiesOf } from '../channels/registry.ts'
import { present } from '../kernel/assert.ts'
import { decide } from '../decide.server.ts'
import { actorsOf } from '../merchant/actor.server.ts'
import { partnersOf } from '../merchant/partner.server.ts'
import { available } from '../pool/available.ts'
import { placeChoices, spotsOf } from '../pool/spots.server.ts'
import { statesSentence } from '../pool/states-sentence.ts'
import { stockOf } from '../pool/stock.server.ts'
import { timeline } from '../pool/timeline.server.ts'
import { DecideItem } from '../ui/decide-item.tsx'
import { ItemBadges } from '../ui/item-badges.tsx'
import { LedgerCard } from '../ui/ledger-card.tsx'
import { Now } from '../ui/moment.tsx'
import { MoveCard } from '../ui/move-card.tsx'
import { ShownCard } from '../ui/shown-card.tsx'
import { StatesCard } from '../ui/states-card.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const itemId = Number(params['itemId'])
  const item = Number.isSafeInteger(itemId) && itemId < 2 ** 31 ? await itemOf(pool, merchant.id, itemId) : undefined
  if (!item) throw new Response('There is no such item.', { status: 404 })
  const cursor = new URL(request.url).searchParams.get('before')
  const [stocks, listings, ledger, actors, spots, places, partners] = await Promise.all([
    stockOf(pool, merchant.id, [itemId]),
    listingsOf(pool, merchant.id, itemId),
    timeline(pool, merchant.id, { itemId, cursor }),
    actorsOf(pool, merchant.id),
    spotsOf(pool, merchant.id, itemId),
    placeChoices(pool, merchant.id),
    partnersOf(pool, merchant.id),
  ])
  const { stock, supply } = present(stocks.get(itemId), 'the stock of the item')
  const shown = listings.map((listing) => {
    const facts = { name: listing.account, maximumShown: capabilitiesOf(listing.channel).maximumShown }
    return { ...listing, should: available(supply, facts) }
  })
  const now = { at, timeZone: merchant.timeZone }
  const hands = { itemId, spots, places, partners }
  return { now, item, stock, sentence: statesSentence(stock), shown, ledger, actors, older: cursor !== null, hands }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Item() {
  const { now, item, stock, sentence, shown, ledger, actors, older, hands } = useLoaderData<typeof loader>()
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
          {item.tracked && item.kind !== 'bundle' ? <MoveCard {...hands} /> : null}
          <LedgerCard ledger={ledger} actors={actors} older={older} />
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
