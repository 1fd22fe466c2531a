import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris'
import { Ago } from './moment.tsx'
import { useDecision } from './use-decision.ts'

/** Whether orders of other channels are made in the store; `mayDecide`: this person may change that. */
export function OrderMirroringCard({
  mirroring: { store, since },
  mayDecide,
}: {
  mirroring: { store: string; since: string | null }
  mayDecide: boolean
}) {
  const on = since !== null
  const { decide, deciding } = useDecision(on ? 'Turned off' : 'Turned on')
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {`Orders of other channels in ${store}`}
        </Text>
        <Text as="p">
          {`Each paid order of your other channels is made in ${store} too, with its buyer and its price, so that you pack and send everything in one place. That it was sent there, and its tracking number, go back to the channel. No piece is counted twice.`}
        </Text>
        {since === null ? (
          <Text as="p" tone="subdued">
            {`It is off. Before you turn it on, turn off every other app that brings orders into ${store}: each order would be there twice.`}
          </Text>
        ) : (
          <Text as="p" tone="subdued">
            On for orders placed since it was turned on, <Ago at={since} />. Turned off, those that are made stay in
            step.
          </Text>
        )}
        <InlineStack align="end">
          <Button
            disabled={!mayDecide}
            loading={deciding}
            onClick={() => decide({ decision: 'mirror-orders', on: on ? 'no' : 'yes' })}
          >
            {on ? 'Turn off' : 'Turn on'}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}
