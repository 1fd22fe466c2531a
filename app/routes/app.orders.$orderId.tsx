import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { Banner, BlockStack, Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { orderOf } from '../orders/order-page.server.ts'
import { MirrorBanner } from '../ui/mirror-badge.tsx'
import { formatMoment, Now } from '../ui/moment.tsx'
import { OrderLine } from '../ui/order-line.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const orderId = Number(params['orderId'])
  const order = Number.isSafeInteger(orderId) ? await orderOf(pool, merchant.id, orderId) : undefined
  if (!order) throw new Response('There is no such order.', { status: 404 })
  return { now: { at, timeZone: merchant.timeZone }, order }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Order() {
  const { now, order } = useLoaderData<typeof loader>()
  const paid = order.paidAt ? `paid ${formatMoment(order.paidAt, now.timeZone)}` : 'not paid'
  return (
    <Now.Provider value={now}>
      <Page
        title={`Order ${order.name}`}
        subtitle={`${order.account}, placed ${formatMoment(order.placedAt, now.timeZone)}, ${paid}`}
        backAction={{ content: 'Orders', url: '/app/orders' }}
        secondaryActions={order.url ? [{ content: `Open on ${order.account}`, url: order.url, external: true }] : []}
      >
        <TitleBar title="Orders" />
        <BlockStack gap="400">
          {order.unclear ? <Banner tone="warning">{order.unclear}</Banner> : null}
          {order.cancelledAt ? <Banner>{`Cancelled ${formatMoment(order.cancelledAt, now.timeZone)}.`}</Banner> : null}
          {order.mirror ? <MirrorBanner mirror={order.mirror} orderId={order.id} /> : null}
          {order.history ? <Banner>Placed before the channel was connected: it moves no stock.</Banner> : null}
          {order.lines.map((line) => (
            <OrderLine key={line.id} line={line} orderId={order.id} />
          ))}
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
