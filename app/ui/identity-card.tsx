import { BlockStack, Button, Card, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { useDecision } from './use-decision.ts'

const KINDS = [
  { value: 'certificate', label: 'Certificate no.' },
  { value: 'serial', label: 'Serial no.' },
  { value: 'fingerprint', label: 'Fingerprint of the stone' },
]

/** What tells a one-of-one piece from every other, and which of its listings is the authoritative one. */
export function IdentityCard({
  itemId,
  identities,
}: {
  itemId: number
  identities: { kind: string; value: string }[]
}) {
  const [kind, setKind] = useState('certificate')
  const [value, setValue] = useState('')
  const { decide, deciding } = useDecision('Noted')
  const note = () => {
    decide({ decision: 'identity', itemId, kind, value })
    setValue('')
  }
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          This piece
        </Text>
        {identities.map((one) => (
          <Text as="p" key={`${one.kind} ${one.value}`}>
            {`${KINDS.find((known) => known.value === one.kind)?.label ?? one.kind}: ${one.value}`}
          </Text>
        ))}
        <FormLayout>
          <FormLayout.Group>
            <Select label="What tells it from others" options={KINDS} value={kind} onChange={setKind} />
            <TextField label="Number" value={value} onChange={setValue} autoComplete="off" maxLength={200} />
          </FormLayout.Group>
        </FormLayout>
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="p" tone="subdued">
            Never given to another piece, even after this one is sold.
          </Text>
          <Button loading={deciding} disabled={value.trim() === ''} onClick={note}>
            Note it
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}
