import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { itemPage } from '../item-page.server.ts'
import { CategoryCard } from '../ui/category-card.tsx'
import { ClaimsCard } from '../ui/claims-card.tsx'
import { ConvertCard } from '../ui/convert-card.tsx'
import { DecideItem } from '../ui/decide-item.tsx'
import { HoldItem } from '../ui/hold-item.tsx'
import { IdentityCard } from '../ui/identity-card.tsx'
import { ItemBadges } from '../ui/item-badges.tsx'
import { LedgerCard } from '../ui/ledger-card.tsx'
import { MadeToOrderCard } from '../ui/made-to-order-card.tsx'
import { Now } from '../ui/moment.tsx'
import { MoveCard } from '../ui/move-card.tsx'
import { PartsCard } from '../ui/parts-card.tsx'
import { ShownCard } from '../ui/shown-card.tsx'
import { StatesCard } from '../ui/states-card.tsx'
import { WhyThenCard } from '../ui/why-then-card.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const search = new URL(request.url).searchParams
  const page = await itemPage(pool, merchant.id, { itemId: Number(params['itemId']), at, search })
  if (!page) throw new Response('There is no such item.', { status: 404 })
  return { now: { at, timeZone: merchant.timeZone }, ...page }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Item() {
  const {
    now,
    item,
    category,
    stock,
    sentence,
    shown,
    past,
    thing,
    hands,
    holding,
    claims,
    identities,
    ledger,
    actors,
    older,
  } = useLoaderData<typeof loader>()
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
          <HoldItem itemId={item.id} {...holding} />
          <ShownCard shown={shown} />
          <WhyThenCard past={past} />
          {item.tracked && item.kind !== 'bundle' ? <MoveCard {...hands} /> : null}
          {item.kind === 'one_of_one' ? <IdentityCard itemId={item.id} identities={identities} /> : null}
          {thing.canBeSet ? <PartsCard itemId={item.id} parts={thing.parts} stocked={thing.stocked} /> : null}
          {thing.canBeMade ? <MadeToOrderCard itemId={item.id} making={thing.making} /> : null}
          {item.kind === 'bundle' ? null : <ConvertCard itemId={item.id} view={thing.convert} />}
          <CategoryCard key={category.last?.id ?? 0} itemId={item.id} view={category} actors={actors} />
          <div id="ledger">
            <LedgerCard ledger={ledger} actors={actors} older={older} />
          </div>
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
