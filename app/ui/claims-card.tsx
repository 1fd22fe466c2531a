import { Badge, BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris'
import { Moment } from './moment.tsx'
import { useDecision } from './use-decision.ts'

export type ClaimRowView = {
  lineId: number
  order: string
  account: string
  paidAt: string | null
  placedAt: string
  has: boolean
  isFinal: boolean
  finalAt: string | null
  why: string | null
}

/** Whose a one-of-one piece is, and who else wanted it. */
export function ClaimsCard({ claims }: { claims: ClaimRowView[] }) {
  if (claims.length === 0) return null
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Whose it is
        </Text>
        {claims.map((claim) => (
          <Claim key={claim.lineId} claim={claim} />
        ))}
      </BlockStack>
    </Card>
  )
}

function Claim({
  claim: { lineId, order, account, paidAt, placedAt, has, isFinal, finalAt, why },
}: {
  claim: ClaimRowView
}) {
  const { decide, deciding } = useDecision('The piece is this order’s, for good')
  return (
    <InlineStack align="space-between" blockAlign="center" gap="300" wrap={false}>
      <BlockStack gap="050">
        <InlineStack gap="200">
          <Text as="span" fontWeight="semibold">{`Order ${order} on ${account}`}</Text>
          {has ? <Badge tone="success">{isFinal ? 'Has it, for good' : 'Has it'}</Badge> : null}
        </InlineStack>
        <Text as="p" tone="subdued">
          {paidAt ? 'Paid ' : 'Not paid, placed '}
          <Moment at={paidAt ?? placedAt} />
          {finalAt ? (
            <>
              . An order with a better claim can take it over until <Moment at={finalAt} />
            </>
          ) : null}
          {why ? `. ${why}` : null}
        </Text>
      </BlockStack>
      {isFinal ? null : (
        <Button
          loading={deciding}
          onClick={() => decide({ decision: 'claim-confirm', lineId })}
          accessibilityLabel={`Order ${order} gets the piece`}
        >
          {has ? 'Confirm' : 'Give it to this order'}
        </Button>
      )}
    </InlineStack>
  )
}
