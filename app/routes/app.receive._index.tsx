import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData, useSearchParams } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Button, InlineStack, Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { partnersOf } from '../merchant/partner.server.ts'
import { deliveryPage } from '../pool/delivery-page.server.ts'
import { findItems } from '../pool/find-items.server.ts'
import { placeChoices } from '../pool/spots.server.ts'
import { DeliveriesTable } from '../ui/deliveries-table.tsx'
import { Empty } from '../ui/empty.tsx'
import { Now } from '../ui/moment.tsx'
import { NewDelivery } from '../ui/new-delivery.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const { searchParams } = new URL(request.url)
  const [page, places, partners, found] = await Promise.all([
    deliveryPage(pool, merchant.id, searchParams.get('before')),
    placeChoices(pool, merchant.id),
    partnersOf(pool, merchant.id),
    findItems(pool, merchant.id, searchParams.get('find') ?? ''),
  ])
  return { now: { at, timeZone: merchant.timeZone }, page, places, partners, found }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Receive() {
  const { now, page, places, partners, found } = useLoaderData<typeof loader>()
  const [, setParams] = useSearchParams()
  const onSearch = (find: string) => setParams(find ? { find } : {}, { preventScrollReset: true })
  return (
    <Now.Provider value={now}>
      <Page title="Receive">
        <TitleBar title="Receive" />
        <BlockStack gap="400">
          <NewDelivery places={places} partners={partners} found={found} onSearch={onSearch} />
          {page.rows.length === 0 ? (
            <Empty heading="No delivery yet">What you order or receive from suppliers stands here.</Empty>
          ) : (
            <DeliveriesTable deliveries={page.rows} />
          )}
          {page.next ? (
            <InlineStack align="center">
              <Button onClick={() => setParams({ before: page.next ?? '' })}>Older</Button>
            </InlineStack>
          ) : null}
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
