import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Card, Page } from '@shopify/polaris'
import { useState } from 'react'
import { decide } from '../decide-request.server.ts'
import { partnersOf } from '../merchant/partner.server.ts'
import { channelPlaces, placeViews } from '../merchant/place-page.server.ts'
import { may } from '../merchant/role.ts'
import { Empty } from '../ui/empty.tsx'
import { PartnersCard } from '../ui/partners-card.tsx'
import { PlaceCard } from '../ui/place-card.tsx'
import { PlaceForm } from '../ui/place-form.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, person, at } = await visit(request)
  const [places, choices, partners] = await Promise.all([
    placeViews(pool, merchant.id, at),
    channelPlaces(pool, merchant.id),
    partnersOf(pool, merchant.id),
  ])
  return { places, choices, partners, mayArrange: may(person.role, 'arrange') }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Places() {
  const { places, choices, partners, mayArrange } = useLoaderData<typeof loader>()
  const [adding, setAdding] = useState(false)
  const add = { content: 'Add a place', onAction: () => setAdding(true), disabled: !mayArrange }
  return (
    <Page title="Places" primaryAction={add}>
      <TitleBar title="Places" />
      <BlockStack gap="400">
        {adding ? (
          <Card>
            <PlaceForm partners={partners} onDone={() => setAdding(false)} />
          </Card>
        ) : null}
        {places.length === 0 ? (
          <Empty heading="There is no place yet">
            Your Shopify locations come here as soon as they have been read.
          </Empty>
        ) : null}
        {places.map((place) => (
          <PlaceCard key={place.id} place={place} partners={partners} choices={choices} mayArrange={mayArrange} />
        ))}
        <PartnersCard partners={partners} mayArrange={mayArrange} />
      </BlockStack>
    </Page>
  )
}
