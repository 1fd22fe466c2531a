import { BlockStack, Button, InlineStack, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { InHand } from './move-form.tsx'
import { useOnce } from './use-once.ts'

/** A count of what lies at one spot. It says what the page saw, so that what moved meanwhile is not counted away. */
export function CountForm({ from, onDone }: { from: InHand; onDone: () => void }) {
  const { itemId, locationId, state, pieces } = from
  const [counted, setCounted] = useState('')
  const [why, setWhy] = useState('')
  const { decide, deciding } = useOnce('Counted', [itemId, locationId, state, pieces, counted, why], onDone)
  const send = () =>
    decide({ decision: 'count', itemId, fromLocationId: locationId, fromState: state, saw: pieces, counted, why })
  return (
    <BlockStack gap="300">
      <TextField
        label={`How many are there? By the books it is ${pieces}.`}
        type="number"
        min={0}
        value={counted}
        onChange={setCounted}
        autoComplete="off"
      />
      <TextField label="Why" value={why} onChange={setWhy} autoComplete="off" maxLength={1000} requiredIndicator />
      <InlineStack align="end" gap="200">
        <Button onClick={onDone}>Cancel</Button>
        <Button variant="primary" loading={deciding} disabled={why.trim() === '' || counted === ''} onClick={send}>
          Book the count
        </Button>
      </InlineStack>
    </BlockStack>
  )
}
