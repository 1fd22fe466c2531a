import { BlockStack, Button, Card, Divider, InlineGrid, InlineStack, Link, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import { Ago } from './moment.tsx'
import { useDecision } from './use-decision.ts'
import { counted } from './words.ts'

export type EarlierOrderView = {
  orderId: number
  account: string
  name: string
  placedAt: string
  url: string | null
  lines: { title: string; sku: string; quantity: number }[]
}

/** Orders from before a channel was connected that are still to be shipped: were their pieces taken out already? */
export function EarlierOrdersCard({ earlier }: { earlier: { count: number; first: EarlierOrderView[] } }) {
  if (earlier.count === 0) return null
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            Already taken out of Shopify?
          </Text>
          <Text as="p" tone="subdued">
            {counted(earlier.count, 'order')} placed before you connected, still to be shipped. If you have lowered
            Shopify for them already, say yes and nothing moves. If not, say no and their pieces are reserved now.
          </Text>
        </BlockStack>
        {earlier.first.map((order) => (
          <Fragment key={order.orderId}>
            <Divider />
            <Order order={order} />
          </Fragment>
        ))}
      </BlockStack>
    </Card>
  )
}

function Order({ order: { orderId, account, name, placedAt, url, lines } }: { order: EarlierOrderView }) {
  const { decide, deciding } = useDecision('Answered')
  const answer = (answered: 'yes' | 'no') => decide({ decision: 'taken-out', orderId, answer: answered })
  return (
    <InlineGrid columns={{ xs: 1, sm: '1fr auto' }} gap="300" alignItems="center">
      <BlockStack gap="050">
        <Text as="p">
          {url ? (
            <Link url={url} target="_blank">
              {`Order ${name}`}
            </Link>
          ) : (
            `Order ${name}`
          )}
          {` on ${account}, `}
          <Ago at={placedAt} />
        </Text>
        <Text as="p" tone="subdued">
          {lines.map(({ title, sku, quantity }) => `${quantity} × ${title}${sku ? ` (${sku})` : ''}`).join(', ')}
        </Text>
      </BlockStack>
      <InlineStack gap="200" wrap={false}>
        <Button
          loading={deciding}
          onClick={() => answer('yes')}
          accessibilityLabel={`Yes, order ${name} was taken out`}
        >
          Yes
        </Button>
        <Button disabled={deciding} onClick={() => answer('no')} accessibilityLabel={`No, reserve order ${name} now`}>
          No, reserve now
        </Button>
      </InlineStack>
    </InlineGrid>
  )
}
