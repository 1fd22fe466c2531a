import { useSearchParams } from '@remix-run/react'
import { Badge, BlockStack, Box, Button, Card, Divider, InlineStack, Link, Tabs, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import { Empty } from './empty.tsx'
import { MirrorBadge, type MirrorSeen } from './mirror-badge.tsx'
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
  mirror: MirrorSeen | null
}

/** Which orders: all, those sold without stock, those that are not in the store as they should be. */
export const SHOWN = ['all', 'short', 'unmade'] as const
export type Shown = (typeof SHOWN)[number]
export const shownOf = (asked: string | null): Shown => SHOWN.find((one) => one === asked) ?? 'all'

type Page = { rows: OrderRowView[]; next: string | null; short: number; unmade: number }
type Props = { show: Shown; page: Page; isMirrored: boolean }

const withCount = (name: string, n: number) => (n > 0 ? `${name} (${n})` : name)

/** The orders of all channels, newest first; or only some of them. */
export function OrderList({ show, page, isMirrored }: Props) {
  const [params, setParams] = useSearchParams()
  const pick = (which: Shown) => setParams(which === 'all' ? {} : { show: which })
  const older = () => setParams({ ...(show === 'all' ? {} : { show }), before: page.next ?? '' })
  const tabs = [
    { id: 'all', content: 'All' },
    { id: 'short', content: withCount('Sold without stock', page.short) },
    ...(isMirrored ? [{ id: 'unmade', content: withCount('Not in Shopify as they should be', page.unmade) }] : []),
  ]
  return (
    <BlockStack gap="400">
      <Card padding="0">
        <Tabs
          selected={Math.max(
            0,
            tabs.findIndex(({ id }) => id === show),
          )}
          onSelect={(which) => pick(shownOf(tabs[which]?.id ?? null))}
          tabs={tabs}
        />
        {page.rows.map((order, i) => (
          <Fragment key={order.id}>
            {i > 0 ? <Divider /> : null}
            <Order order={order} />
          </Fragment>
        ))}
      </Card>
      {page.rows.length === 0 ? <None show={show} /> : null}
      <InlineStack align="center" gap="200">
        {params.has('before') ? <Button onClick={() => pick(show)}>Back to the newest</Button> : null}
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
  order: { short, waiting, cancelledAt, history, pieces: all, shipped, mirror },
}: {
  order: OrderRowView
}) {
  return (
    <InlineStack gap="100">
      {mirror ? <MirrorBadge mirror={mirror} /> : null}
      {short > 0 ? <Badge tone="critical">{`${pieces(short)} not there`}</Badge> : null}
      {waiting > 0 ? <Badge tone="attention">{`${counted(waiting, 'return')} to look at`}</Badge> : null}
      {cancelledAt ? <Badge>Cancelled</Badge> : null}
      {history ? <Badge>From before</Badge> : null}
      {!cancelledAt && all > 0 && shipped >= all ? <Badge tone="success">Sent</Badge> : null}
    </InlineStack>
  )
}

function None({ show }: { show: Shown }) {
  if (show === 'short') return <Empty heading="No order waits for a piece that is not there" />
  if (show === 'unmade') return <Empty heading="Every order is in Shopify as it should be" />
  return <Empty heading="No orders yet">The orders of every channel you connect appear here as they come.</Empty>
}
