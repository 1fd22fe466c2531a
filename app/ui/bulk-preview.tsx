import { Banner, BlockStack, Button, InlineStack, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { useOnce } from './use-once.ts'
import { counted, pieces } from './words.ts'

type Line = { itemId: number; item: string; quantity: number }
export type BulkSaid = { moves: Line[]; stands: (Line & { why: string })[] }

type Props = { said: BulkSaid; asked: Record<string, string | number>; onDone: () => void }

const SHOWN = 10

/** What would move, and what stands against the rest. Only what can move is moved. */
export function BulkPreview({ said, asked, onDone }: Props) {
  const [note, setNote] = useState('')
  const { moves, stands } = said
  const lines = moves.map(({ itemId, quantity }) => `${itemId}/${quantity}`).join(',')
  const { decide, deciding } = useOnce('Moved', [lines, ...Object.values(asked), note], onDone)
  const total = moves.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <BlockStack gap="300">
      {stands.length > 0 ? (
        <Banner tone="warning" title={`${counted(stands.length, 'item')} would not move`}>
          <Lines lines={stands.map(({ item, why }) => `${item}: ${why}`)} />
        </Banner>
      ) : null}
      {moves.length > 0 ? (
        <>
          <Text as="h3" variant="headingSm">{`${pieces(total)} of ${counted(moves.length, 'item')} would move`}</Text>
          <Lines lines={moves.map(({ item, quantity }) => `${item}: ${pieces(quantity)}`)} />
          <TextField
            label="Why"
            value={note}
            onChange={setNote}
            autoComplete="off"
            maxLength={1000}
            requiredIndicator
          />
          <InlineStack align="end">
            <Button
              variant="primary"
              loading={deciding}
              disabled={note.trim() === ''}
              onClick={() => decide({ decision: 'bulk-move', ...asked, lines, note })}
            >
              {`Move ${pieces(total)}`}
            </Button>
          </InlineStack>
        </>
      ) : null}
    </BlockStack>
  )
}

function Lines({ lines }: { lines: string[] }) {
  return (
    <BlockStack gap="050">
      {lines.slice(0, SHOWN).map((line, i) => (
        <Text as="p" key={i}>
          {line}
        </Text>
      ))}
      {lines.length > SHOWN ? <Text as="p" tone="subdued">{`and ${lines.length - SHOWN} more`}</Text> : null}
    </BlockStack>
  )
}
