import { Badge, BlockStack, Card, InlineStack, Link, Text } from '@shopify/polaris'
import type { LastPieces } from '../catalog/last-pieces.server.ts'
import type { Money } from '../kernel/money.ts'
import { formatAmounts } from './amounts.tsx'
import { counted } from './words.ts'

/** What could go wrong or has: open incidents with what they may cost, and last pieces offered in several places. */
export function AtRiskCard({ risk, last }: { risk: { open: number; values: Money[] }; last: LastPieces }) {
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          What is at risk
        </Text>
        {risk.open > 0 ? (
          <Text as="p">
            <Link url="/app/incidents">{counted(risk.open, 'incident')}</Link> {risk.open === 1 ? 'waits' : 'wait'} for
            you
            {risk.values.length > 0 ? `, with ${formatAmounts(risk.values)} at stake` : ''}.
          </Text>
        ) : (
          <Text as="p">No incident is open.</Text>
        )}
        <LastOnes last={last} />
      </BlockStack>
    </Card>
  )
}

function LastOnes({ last }: { last: LastPieces }) {
  if (last.count === 0) {
    return (
      <Text as="p" tone="subdued">
        No last piece is offered on more than one channel.
      </Text>
    )
  }
  return (
    <BlockStack gap="200">
      <Text as="p">
        {counted(last.count, 'last piece')} {last.count === 1 ? 'is' : 'are'} offered on more than one channel. The
        first sale takes it off the others at once.
      </Text>
      {last.first.map(({ itemId, title, variant, sku, channels }) => (
        <InlineStack key={itemId} gap="200" align="space-between" wrap={false}>
          <Text as="span" truncate>
            <Link url={`/app/inventory/${itemId}`} removeUnderline>
              {[title, variant].filter(Boolean).join(', ')}
            </Link>{' '}
            <Text as="span" tone="subdued">
              {sku}
            </Text>
          </Text>
          <InlineStack gap="100" wrap={false}>
            {channels.map((channel) => (
              <Badge key={channel}>{channel}</Badge>
            ))}
          </InlineStack>
        </InlineStack>
      ))}
      {last.count > last.first.length ? (
        <Text as="p" tone="subdued">
          and {last.count - last.first.length} more
        </Text>
      ) : null}
    </BlockStack>
  )
}
