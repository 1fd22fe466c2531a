import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { identitiesOf } from '../catalog/identity.server.ts'
import { itemOf, listingsOf } from '../catalog/item-page.server.ts'
import { capabilitiesOf } from '../channels/registry.ts'
import { present } from '../kernel/assert.ts'
import { decide } from '../decide.server.ts'
import { actorsOf } from '../merchant/actor.server.ts'
import { claimsOn } from '../orders/claim-view.server.ts'
import { available } from '../pool/available.ts'
import { statesSentence } from '../pool/states-sentence.ts'
import { stockOf } from '../pool/stock.server.ts'
import { timeline } from '../pool/timeline.server.ts'
import { ClaimsCard } from '../ui/claims-card.tsx'
import { DecideItem } from '../ui/decide-item.tsx'
import { IdentityCard } from '../ui/identity-card.tsx'
import { ItemBadges } from '../ui/item-badges.tsx'
import { LedgerCard } from '../ui/ledger-card.tsx'
import { Now } from '../ui/moment.tsx'
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
  const [stocks, listings, ledger, actors, claims, identities] = await Promise.all([
    stockOf(pool, merchant.id, [itemId]),
    listingsOf(pool, merchant.id, itemId),
    timeline(pool, merchant.id, { itemId, cursor }),
    actorsOf(pool, merchant.id),
    claimsOn(pool, merchant.id, { itemId, at }),
    identitiesOf(pool, merchant.id, itemId),
  ])
  const { stock, supply } = present(stocks.get(itemId), 'the stock of the item')
  const shown = listings.map((listing) => {
    const facts = { name: listing.account, maximumShown: capabilitiesOf(listing.channel).maximumShown }
    return { ...listing, should: available(supply, facts) }
  })
  const now = { at, timeZone: merchant.timeZone }
  const older = cursor !== null
  return { now, item, stock, sentence: statesSentence(stock), shown, ledger, actors, older, claims, identities }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Item() {
  const { now, item, stock, sentence, shown, ledger, actors, older, claims, identities } =
    useLoaderData<typeof loader>()
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
          <ClaimsCard claims={claims} />
          <ShownCard shown={shown} />
          {item.kind === 'one_of_one' ? <IdentityCard itemId={item.id} identities={identities} /> : null}
          <LedgerCard ledger={ledger} actors={actors} older={older} />
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
