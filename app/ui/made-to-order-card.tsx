import { BlockStack, Button, Card, InlineStack, Link, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { Moment } from './moment.tsx'
import { useDecision } from './use-decision.ts'
import { counted, pieces } from './words.ts'

export type MakingView = {
  capacity: number
  leadDays: number
  taken: number
  lines: { lineId: number; order: string; channel: string; url: string | null; pieces: number; makeBy: string | null }[]
}

/** Whether an item is sold before it is made, how many at a time, and what is still to be made. */
export function MadeToOrderCard({ itemId, making }: { itemId: number; making: MakingView | null }) {
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Made to order
        </Text>
        <Text as="p" tone={making ? undefined : 'subdued'}>
          {making
            ? `${making.taken} of ${making.capacity} promised, each within ${counted(making.leadDays, 'day')} of its order.`
            : 'It is sold from stock alone. If you make it when it is ordered, say how many you can have in work at once.'}
        </Text>
        {making?.lines.map(({ lineId, order, channel, url, pieces: n, makeBy }) => (
          <Text as="p" key={lineId}>
            {`${pieces(n)} for `}
            {url ? (
              <Link url={url} target="_blank">
                {`order ${order}`}
              </Link>
            ) : (
              `order ${order}`
            )}
            {` on ${channel}`}
            {makeBy ? ', due ' : ''}
            {makeBy ? <Moment at={makeBy} /> : null}
          </Text>
        ))}
        <TermsForm itemId={itemId} making={making} />
      </BlockStack>
    </Card>
  )
}

function TermsForm({ itemId, making }: { itemId: number; making: MakingView | null }) {
  const { decide, deciding } = useDecision('Saved')
  const [capacity, setCapacity] = useState(String(making?.capacity ?? ''))
  const [leadDays, setLeadDays] = useState(String(making?.leadDays ?? ''))
  const number = { type: 'number' as const, min: 0, autoComplete: 'off' }
  return (
    <InlineStack gap="200" blockAlign="end">
      <TextField label="At most in work" {...number} value={capacity} onChange={setCapacity} />
      <TextField label="Days to make one" {...number} value={leadDays} onChange={setLeadDays} />
      <Button
        loading={deciding}
        disabled={capacity === '' || leadDays === ''}
        onClick={() => decide({ decision: 'made-to-order', itemId, capacity, leadDays })}
      >
        {making ? 'Save' : 'Sell it made to order'}
      </Button>
      {making ? (
        <Button
          variant="tertiary"
          disabled={deciding}
          onClick={() => decide({ decision: 'not-made-to-order', itemId })}
        >
          Sell from stock only
        </Button>
      ) : null}
    </InlineStack>
  )
}
