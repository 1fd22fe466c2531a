import { BlockStack, Button, Card, DataTable, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { StockState } from '../kernel/stock-state.ts'
import type { PlaceChoice } from './move-form.tsx'
import { useOnce } from './use-once.ts'
import { counted, pieces, STATE_NAMES } from './words.ts'

export type LineView = { itemId: number; title: string; sku: string; code: string; expected: number; received: number }

const LAID_AS: StockState[] = ['available', 'quality_check', 'in_work', 'damaged']

type Counting = { deliveryId: number; line: LineView; places: PlaceChoice[]; locationId: number }

/** One line of a delivery: what was expected, what has come, and a place to lay what comes now. */
export function DeliveryLine({ deliveryId, line, places, locationId }: Counting) {
  const [quantity, setQuantity] = useState(String(Math.max(1, line.expected - line.received)))
  const [to, setTo] = useState(String(locationId))
  const [state, setState] = useState<StockState>('available')
  const { itemId, received } = line
  const { decide, deciding } = useOnce('Received', [deliveryId, itemId, received, quantity, to, state])
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {`${line.title} (${line.code})`}
      </Text>
      <Text as="p">{difference(line)}</Text>
      <InlineStack gap="200" blockAlign="end">
        <TextField
          label="Counted now"
          type="number"
          min={1}
          value={quantity}
          onChange={setQuantity}
          autoComplete="off"
        />
        <Select
          label="Laid in"
          options={places.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={to}
          onChange={setTo}
        />
        <Select
          label="As"
          options={LAID_AS.map((value) => ({ value, label: STATE_NAMES[value] }))}
          value={state}
          onChange={(chosen: StockState) => setState(chosen)}
        />
        <Button
          loading={deciding}
          accessibilityLabel={`Receive ${line.title}`}
          onClick={() =>
            decide({ decision: 'receive', deliveryId, itemId, quantity, toLocationId: to, toState: state })
          }
        >
          Receive
        </Button>
      </InlineStack>
    </BlockStack>
  )
}

/** "5 pieces expected, 3 received: 2 pieces are missing so far." */
export function difference({ expected, received }: Pick<LineView, 'expected' | 'received'>): string {
  const told = `${pieces(expected)} expected, ${received} received`
  if (received === expected) return `${told}.`
  return received < expected
    ? `${told}: ${expected - received} missing so far.`
    : `${told}: ${received - expected} more.`
}

/** What the labels say, a row for each kind of piece that has come: to be printed, or copied into a label printer's list. */
export function LabelsCard({ lines }: { lines: LineView[] }) {
  const come = lines.filter(({ received }) => received > 0)
  if (come.length === 0) return null
  const total = come.reduce((sum, { received }) => sum + received, 0)
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {`Labels: ${counted(total, 'label')}`}
        </Text>
        <DataTable
          columnContentTypes={['text', 'text', 'text', 'numeric']}
          headings={['Code', 'Title', 'SKU', 'How many']}
          rows={come.map(({ code, title, sku, received }) => [code, title, sku || 'none', received])}
        />
      </BlockStack>
    </Card>
  )
}
