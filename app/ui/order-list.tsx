import { useSearchParams } from '@remix-run/react'
import { Badge, BlockStack, Box, Button, Card, Divider, InlineStack, Link, Tabs, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import { Empty } from './empty.tsx'
import { Ago } from './moment.tsx'
import { counted, listed, pieces } from './words.ts'

export type OrderRowView = {
  id: number
  name: string
  account: string
  placedAt: string
  cancelledAt: string | null
  history: boolean
  titles: string[]
  pieces: number
  shipped: number
  short: number
  waiting: number
}

type Props = { short: boolean; page: { rows: OrderRowView[]; next: string | null; short: number } }

/** The orders of all channels, newest first; or only those that were sold without stock. */
export function OrderList({ short, page }: Props) {
  const [params, setParams] = useSearchParams()
  const show = (which: number) => setParams(which === 1 ? { show: 'short' } : {})
  const older = () => setParams({ ...(short ? { show: 'short' } : {}), before: page.next ?? '' })
  return (
    <BlockStack gap="400">
      <Card padding="0">
        <Tabs
          selected={short ? 1 : 0}
          onSelect={show}
          tabs={[
            { id: 'all', content: 'All' },
            { id: 'short', content: page.short > 0 ? `Sold without stock (${page.short})` : 'Sold without stock' },
          ]}
        />
        {page.rows.map((order, i) => (
          <Fragment key={order.id}>
            {i > 0 ? <Divider /> : null}
            <Order order={order} />
          </Fragment>
        ))}
      </Card>
      {page.rows.length === 0 ? <None short={short} /> : null}
      <InlineStack align="center" gap="200">
        {params.has('before') ? <Button onClick={() => show(short ? 1 : 0)}>Back to the newest</Button> : null}
        {page.next ? <Button onClick={older}>Older</Button> : null}
      </InlineStack>
    </BlockStack>
  )
}

function Order({ order }: { order: OrderRowView }) {
  return (
    <Box padding="400">
      <InlineStack align="space-between" blockAlign="start" gap="200">
        <BlockStack gap="050">
          <Text as="p">
            <Link url={`/app/orders/${order.id}`}>{`Order ${order.name}`}</Link>
            {` on ${order.account}, `}
            <Ago at={order.placedAt} />
          </Text>
          <Text as="p" tone="subdued">
            {`${pieces(order.pieces)}: ${listed(order.titles.slice(0, 3))}${order.titles.length > 3 ? ' and more' : ''}`}
          </Text>
        </BlockStack>
        <OrderBadges order={order} />
      </InlineStack>
    </Box>
  )
}

function OrderBadges({
  order: { short, waiting, cancelledAt, history, pieces: all, shipped },
}: {
  order: OrderRowView
}) {
  return (
    <InlineStack gap="100">
      {short > 0 ? <Badge tone="critical">{`${pieces(short)} not there`}</Badge> : null}
      {waiting > 0 ? <Badge tone="attention">{`${counted(waiting, 'return')} to look at`}</Badge> : null}
      {cancelledAt ? <Badge>Cancelled</Badge> : null}
      {history ? <Badge>From before</Badge> : null}
      {!cancelledAt && all > 0 && shipped >= all ? <Badge tone="success">Sent</Badge> : null}
    </InlineStack>
  )
}

const None = ({ short }: { short: boolean }) =>
  short ? (
    <Empty heading="No order waits for a piece that is not there" />
  ) : (
    <Empty heading="No orders yet">The orders of every channel you connect appear here as they come.</Empty>
  )
