import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { orderMirroring } from '../merchant/order-mirroring.server.ts'
import { orderPolicy } from '../merchant/order-policy.server.ts'
import { may } from '../merchant/role.ts'
import { orderList } from '../orders/order-list.server.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { Now } from '../ui/moment.tsx'
import { OrderList, shownOf } from '../ui/order-list.tsx'
import { OrderMirroringCard } from '../ui/order-mirroring-card.tsx'
import { OrderPolicyCard } from '../ui/order-policy-card.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, person, at } = await visit(request)
  const { searchParams } = new URL(request.url)
  const show = shownOf(searchParams.get('show'))
  const [page, policy, mirroring] = await Promise.all([
    orderList(pool, merchant.id, {
      short: show === 'short',
      unmade: show === 'unmade',
      cursor: searchParams.get('before'),
    }),
    orderPolicy(pool, merchant.id),
    orderMirroring(pool, merchant.id, STOCKED_CHANNELS),
  ])
  const mayConnect = may(person.role, 'connect')
  return { now: { at, timeZone: merchant.timeZone }, show, page, policy, mirroring, mayConnect }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Orders() {
  const { now, show, page, policy, mirroring, mayConnect } = useLoaderData<typeof loader>()
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Orders" />
        <BlockStack gap="400">
          <OrderList show={show} page={page} isMirrored={mirroring !== null} />
          {mirroring ? <OrderMirroringCard mirroring={mirroring} mayDecide={mayConnect} /> : null}
          <OrderPolicyCard policy={policy} />
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
