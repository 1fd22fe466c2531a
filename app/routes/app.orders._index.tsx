import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { orderPolicy } from '../merchant/order-policy.server.ts'
import { orderList } from '../orders/order-list.server.ts'
import { Now } from '../ui/moment.tsx'
import { OrderList } from '../ui/order-list.tsx'
import { OrderPolicyCard } from '../ui/order-policy-card.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const { searchParams } = new URL(request.url)
  const short = searchParams.get('show') === 'short'
  const [page, policy] = await Promise.all([
    orderList(pool, merchant.id, { short, cursor: searchParams.get('before') }),
    orderPolicy(pool, merchant.id),
  ])
  return { now: { at, timeZone: merchant.timeZone }, short, page, policy }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Orders() {
  const { now, short, page, policy } = useLoaderData<typeof loader>()
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Orders" />
        <BlockStack gap="400">
          <OrderList short={short} page={page} />
          <OrderPolicyCard policy={policy} />
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
