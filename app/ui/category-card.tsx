import { BlockStack, Button, Card, InlineStack, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { Ago } from './moment.tsx'
import { useDecision } from './use-decision.ts'

type Said = { category: string | null; by: string | null }
export type CategoryView = {
  category: string | null
  /** what Shopify calls it */
  there: string | null
  by: string | null
  last: { id: number; at: string; actor: string; before: Said } | null
}

type Props = { itemId: number; view: CategoryView; actors: Record<string, string> }

const named = (category: string | null): string => (category === null ? 'none' : `“${category}”`)

/** What the item is: the rules of that category hold for it. */
export function CategoryCard({ itemId, view, actors }: Props) {
  const { category, there, by, last } = view
  const [text, setText] = useState(category ?? '')
  const { decide, deciding } = useDecision('Saved')
  const undo = useDecision('Undone', () => setText(last?.before.category ?? ''))
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Category
        </Text>
        <Text as="p">
          {by === null
            ? `As its product type in Shopify: ${named(there)}. Rules of a category hold for all that is in it.`
            : `Said here. Its product type in Shopify is ${named(there)}. Rules of a category hold for all that is in it.`}
        </Text>
        <TextField
          label="Category"
          value={text}
          onChange={setText}
          autoComplete="off"
          maxLength={100}
          placeholder={there ?? 'Rings'}
          helpText="Empty: as in Shopify."
          connectedRight={
            <Button
              loading={deciding}
              disabled={text.trim() === (category ?? '')}
              onClick={() => decide({ decision: 'item-category', itemId, category: text.trim() })}
            >
              Save
            </Button>
          }
        />
        {last ? (
          <InlineStack align="space-between" blockAlign="center" gap="200">
            <Text as="p" tone="subdued">
              {`Before it was ${named(last.before.category)}; changed by ${actors[last.actor] ?? last.actor} `}
              <Ago at={last.at} />
            </Text>
            <Button
              variant="plain"
              loading={undo.deciding}
              onClick={() => undo.decide({ decision: 'item-category-undo', itemId, changeId: last.id })}
            >
              Undo
            </Button>
          </InlineStack>
        ) : null}
      </BlockStack>
    </Card>
  )
}
