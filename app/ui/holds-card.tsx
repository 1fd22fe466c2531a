import { useSearchParams } from '@remix-run/react'
import { BlockStack, Button, ButtonGroup, Card, InlineStack, Text } from '@shopify/polaris'
import { Empty } from './empty.tsx'
import { HoldLine, type HoldView } from './hold-line.tsx'
import { counted } from './words.ts'

type Props = { list: { count: number; holds: HoldView[] }; by: 'due' | 'client' }

/** Every open hold: those that end first at the top, or client by client. */
export function HoldsCard({ list: { count, holds }, by }: Props) {
  const [, setParams] = useSearchParams()
  if (count === 0)
    return (
      <Empty heading="Nothing is on hold" action={{ content: 'Go to Inventory', url: '/app/inventory' }}>
        Open an item to put a piece on hold for a client.
      </Empty>
    )
  const sorted = by === 'due' ? holds : holds.toSorted((a, b) => (a.client ?? '').localeCompare(b.client ?? ''))
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="center">
          <Text as="h2" variant="headingMd">
            {counted(count, 'hold')}
            {count > holds.length ? `; the first ${holds.length} to end` : ''}
          </Text>
          <ButtonGroup variant="segmented">
            <Button pressed={by === 'due'} onClick={() => setParams({})}>
              By end
            </Button>
            <Button pressed={by === 'client'} onClick={() => setParams({ by: 'client' })}>
              By client
            </Button>
          </ButtonGroup>
        </InlineStack>
        {sorted.map((hold) => (
          <HoldLine key={hold.id} hold={hold} />
        ))}
      </BlockStack>
    </Card>
  )
}
