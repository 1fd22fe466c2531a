import { BlockStack, Button, Card, InlineStack, Link, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { ItemPicker, type Picked } from './item-picker.tsx'
import { useDecision } from './use-decision.ts'
import { listed } from './words.ts'

export type PartView = { itemId: number; needs: number; title: string; variant: string; sku: string; forSale: number }
type Part = Picked & { needs: string }

const nameOf = ({ title, variant }: PartView) => [title, variant].filter(Boolean).join(', ')

/** What a set is made of, and how to say it. `stocked`: it has pieces of its own, which must be broken first. */
export function PartsCard({ itemId, parts, stocked }: { itemId: number; parts: PartView[]; stocked: boolean }) {
  const [editing, setEditing] = useState(false)
  if (parts.length === 0 && stocked) return null
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center">
          <Text as="h2" variant="headingMd">
            Parts
          </Text>
          <Button variant="plain" onClick={() => setEditing(!editing)}>
            {editing ? 'Leave it as it is' : parts.length > 0 ? 'Change' : 'It is a set of others'}
          </Button>
        </InlineStack>
        {parts.map((part) => (
          <Text as="p" key={part.itemId}>
            {`${part.needs} × `}
            <Link url={`/app/inventory/${part.itemId}`}>{nameOf(part)}</Link>
            {` (${part.sku || 'no SKU'}): ${part.forSale} for sale, enough for ${Math.floor(part.forSale / part.needs)}`}
          </Text>
        ))}
        {parts.length === 0 ? (
          <Text as="p" tone="subdued">
            It is sold from its own stock. If it is a set without stock of its own, say what it is made of: every
            channel then shows as many as its scarcest part allows.
          </Text>
        ) : null}
        {editing ? <PartsForm itemId={itemId} parts={parts} done={() => setEditing(false)} /> : null}
      </BlockStack>
    </Card>
  )
}

type FormProps = { itemId: number; parts: PartView[]; done: () => void }

function PartsForm({ itemId, parts, done }: FormProps) {
  const { decide, deciding } = useDecision('Saved')
  const [rows, setRows] = useState<Part[]>(parts.map((part) => ({ ...partOf(part), needs: String(part.needs) })))
  const save = (of: Part[]) => {
    decide({ decision: 'set-components', itemId, parts: of.map(({ id, needs }) => `${id}/${needs}`).join(',') })
    done()
  }
  return (
    <BlockStack gap="300">
      <PartRows rows={rows} onChange={setRows} />
      <InlineStack gap="200">
        <Button variant="primary" loading={deciding} disabled={rows.length === 0} onClick={() => save(rows)}>
          {rows.length > 0 ? `One set is ${listed(rows.map(({ needs, name }) => `${needs} × ${name}`))}` : 'Add a part'}
        </Button>
        {parts.length > 0 ? (
          <Button tone="critical" variant="tertiary" disabled={deciding} onClick={() => save([])}>
            It is no set
          </Button>
        ) : null}
      </InlineStack>
    </BlockStack>
  )
}

const partOf = (part: PartView): Picked => ({ id: part.itemId, sku: part.sku, name: nameOf(part) })

/** Items, and how many of each. */
export function PartRows({ rows, onChange }: { rows: Part[]; onChange: (rows: Part[]) => void }) {
  const change = (id: number, needs: string) => onChange(rows.map((row) => (row.id === id ? { ...row, needs } : row)))
  const add = (item: Picked | null) => {
    if (item && rows.every(({ id }) => id !== item.id)) onChange([...rows, { ...item, needs: '1' }])
  }
  return (
    <BlockStack gap="200">
      {rows.map(({ id, name, needs }) => (
        <InlineStack key={id} gap="200" blockAlign="end">
          <TextField
            label={name}
            type="number"
            min={1}
            autoComplete="off"
            value={needs}
            onChange={(value) => change(id, value)}
          />
          <Button variant="plain" onClick={() => onChange(rows.filter((row) => row.id !== id))}>
            Take out
          </Button>
        </InlineStack>
      ))}
      <ItemPicker label="Add an item" picked={null} onPick={add} />
    </BlockStack>
  )
}
