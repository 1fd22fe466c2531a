import { BlockStack, Button, Card, Checkbox, InlineStack, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { useDecision } from './use-decision.ts'

/** How long a claim on a one-of-one piece stays open, and whether what Shopify restocks is looked at first. */
export function OrderPolicyCard({ policy }: { policy: { claimMinutes: number; inspectsReturns: boolean } }) {
  const [minutes, setMinutes] = useState(String(policy.claimMinutes))
  const [inspects, setInspects] = useState(policy.inspectsReturns)
  const { decide, deciding } = useDecision('Kept')
  const keep = () =>
    decide({ decision: 'order-policy', claimMinutes: minutes, inspectsReturns: inspects ? 'yes' : 'no' })
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          How orders are dealt with
        </Text>
        <TextField
          label="Minutes in which a one-of-one piece can still pass to the order with the better claim"
          type="number"
          min={0}
          max={10_080}
          value={minutes}
          onChange={setMinutes}
          autoComplete="off"
        />
        <Checkbox
          label="Look at every piece that comes back before it is for sale, those too that Shopify puts back on sale by itself"
          checked={inspects}
          onChange={setInspects}
        />
        <InlineStack align="end">
          <Button loading={deciding} onClick={keep}>
            Keep
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}
