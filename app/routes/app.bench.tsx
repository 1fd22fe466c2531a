import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData, useSearchParams } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Button, InlineStack, Page, Select } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { partnersOf } from '../merchant/partner.server.ts'
import { placeViews } from '../merchant/place-page.server.ts'
import { placeChoices } from '../pool/spots.server.ts'
import { stayPage } from '../pool/stay-page.server.ts'
import { Empty } from '../ui/empty.tsx'
import { Now } from '../ui/moment.tsx'
import { StayCard } from '../ui/stay-card.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const { searchParams } = new URL(request.url)
  const place = /^\d{1,9}$/.test(searchParams.get('place') ?? '') ? Number(searchParams.get('place')) : null
  const [page, all, choices, partners] = await Promise.all([
    stayPage(pool, merchant.id, { locationId: place, cursor: searchParams.get('after') }),
    placeViews(pool, merchant.id, at),
    placeChoices(pool, merchant.id),
    partnersOf(pool, merchant.id),
  ])
  const resting = all.filter(({ sellable }) => !sellable).map(({ id, name, overdue }) => ({ id, name, overdue }))
  return { now: { at, timeZone: merchant.timeZone }, page, resting, choices, partners, place }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Bench() {
  const { now, page, resting, choices, partners, place } = useLoaderData<typeof loader>()
  const [, setParams] = useSearchParams()
  const options = resting.map(({ id, name, overdue }) => ({
    value: String(id),
    label: overdue > 0 ? `${name} (${overdue} overdue)` : name,
  }))
  return (
    <Now.Provider value={now}>
      <Page title="Bench" subtitle="What is not for sale, and what it waits for: what is due first comes first">
        <TitleBar title="Bench" />
        <BlockStack gap="400">
          <Select
            label="Place"
            options={[{ value: '', label: 'Everywhere' }, ...options]}
            value={place === null ? '' : String(place)}
            onChange={(chosen) => setParams(chosen ? { place: chosen } : {})}
          />
          {page.rows.length === 0 ? (
            <Empty heading="Nothing lies there">Everything is for sale, or has come back.</Empty>
          ) : null}
          {page.rows.map((stay) => (
            <StayCard key={stay.id} stay={stay} places={choices} partners={partners} />
          ))}
          {page.next ? <More next={page.next} place={place} /> : null}
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}

function More({ next, place }: { next: string; place: number | null }) {
  const [, setParams] = useSearchParams()
  return (
    <InlineStack align="center">
      <Button onClick={() => setParams({ after: next, ...(place === null ? {} : { place: String(place) }) })}>
        Later ones
      </Button>
    </InlineStack>
  )
}
