import { BlockStack, Button, Card, FormLayout, InlineStack, List, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { PlaceChoice } from './move-form.tsx'
import type { PartnerChoice } from './place-form.tsx'
import { useOnce } from './use-once.ts'

export type Found = { id: number; title: string; sku: string }
type Props = { places: PlaceChoice[]; partners: PartnerChoice[]; found: Found[]; onSearch: (text: string) => void }
type Line = Found & { quantity: string }

/** Goods that are to come, or have come: from whom, where to, and what was ordered, if anything was. */
export function NewDelivery({ places, partners, found, onSearch }: Props) {
  const [fields, setFields] = useState({ partner: '', reference: '', place: String(places[0]?.id ?? ''), day: '' })
  const [lines, setLines] = useState<Line[]>([])
  const set = (more: Partial<typeof fields>) => setFields({ ...fields, ...more })
  const told = lines.map(({ id, quantity }) => `${id}/${quantity}`).join(',')
  const { decide, deciding } = useOnce('Opened', [...Object.values(fields), told], () => setLines([]))
  const send = () =>
    decide({
      decision: 'open-delivery',
      partnerId: fields.partner,
      reference: fields.reference,
      locationId: fields.place,
      expectedOn: fields.day,
      lines: told,
    })
  const somebody = partners.map(({ id, name }) => ({
    value: String(id),
    label: name ?? 'Somebody whose name was erased',
  }))
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          A delivery
        </Text>
        <FormLayout>
          <FormLayout.Group>
            <Select
              label="From"
              options={[{ value: '', label: 'A supplier' }, ...somebody]}
              value={fields.partner}
              onChange={(partner) => set({ partner })}
            />
            <TextField
              label="Number on the papers"
              value={fields.reference}
              onChange={(reference) => set({ reference })}
              autoComplete="off"
              maxLength={100}
            />
          </FormLayout.Group>
          <FormLayout.Group>
            <Select
              label="To"
              options={places.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={fields.place}
              onChange={(place) => set({ place })}
            />
            <TextField
              label="Expected on"
              type="date"
              value={fields.day}
              onChange={(day) => set({ day })}
              autoComplete="off"
            />
          </FormLayout.Group>
        </FormLayout>
        <Lines lines={lines} setLines={setLines} found={found} onSearch={onSearch} />
        <InlineStack align="end">
          <Button variant="primary" loading={deciding} disabled={fields.place === ''} onClick={send}>
            {lines.length === 0 ? 'Open it without an order' : 'Open it'}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

type LinesProps = Pick<Props, 'found' | 'onSearch'> & { lines: Line[]; setLines: (lines: Line[]) => void }

function Lines({ lines, setLines, found, onSearch }: LinesProps) {
  const [text, setText] = useState('')
  const left = found.filter(({ id }) => !lines.some((line) => line.id === id))
  return (
    <BlockStack gap="200">
      {lines.map((line) => (
        <InlineStack key={line.id} gap="200" blockAlign="center">
          <TextField
            label={`How many of ${line.title}`}
            type="number"
            min={1}
            value={line.quantity}
            autoComplete="off"
            onChange={(quantity) => setLines(lines.map((one) => (one.id === line.id ? { ...one, quantity } : one)))}
          />
          <Button variant="plain" onClick={() => setLines(lines.filter(({ id }) => id !== line.id))}>
            Leave out
          </Button>
        </InlineStack>
      ))}
      <TextField
        label="What was ordered: title or SKU"
        value={text}
        onChange={setText}
        autoComplete="off"
        connectedRight={<Button onClick={() => onSearch(text)}>Find</Button>}
      />
      <List>
        {left.map((item) => (
          <List.Item key={item.id}>
            <Button variant="plain" onClick={() => setLines([...lines, { ...item, quantity: '1' }])}>
              {`${item.title} (${item.sku || 'no SKU'})`}
            </Button>
          </List.Item>
        ))}
      </List>
    </BlockStack>
  )
}
