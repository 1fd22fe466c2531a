import { BlockStack, Button, Card, Checkbox, InlineStack, Text, TextField } from '@shopify/polaris'
import { pieces } from './words.ts'

export type LyingRow = { itemId: number; item: string; sku: string; pieces: number }

/** What was chosen so far, by item: it stays chosen while another page of the list is looked at. */
export type Chosen = Record<string, { item: string; pieces: number; quantity: string }>

type Props = {
  rows: LyingRow[]
  chosen: Chosen
  onChange: (chosen: Chosen) => void
  next: string | null
  onNext: () => void
}

/** The pieces that lie somewhere, to be marked for a move, all of an item or some. */
export function ChoosePieces({ rows, chosen, onChange, next, onNext }: Props) {
  const withRows = (of: LyingRow[]): Chosen => ({
    ...chosen,
    ...Object.fromEntries(of.map((row) => [row.itemId, chosen[row.itemId] ?? markOf(row)])),
  })
  const without = (itemId: number): Chosen =>
    Object.fromEntries(Object.entries(chosen).filter(([id]) => id !== String(itemId)))
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center">
          <Text as="h2" variant="headingMd">
            Which pieces
          </Text>
          <Button onClick={() => onChange(withRows(rows))}>{next ? 'Choose all on this page' : 'Choose all'}</Button>
        </InlineStack>
        {rows.map((row) => (
          <Row
            key={row.itemId}
            row={row}
            mark={chosen[row.itemId]}
            onMark={(quantity) =>
              onChange(
                quantity === null ? without(row.itemId) : { ...chosen, [row.itemId]: { ...markOf(row), quantity } },
              )
            }
          />
        ))}
        {next ? (
          <InlineStack align="center">
            <Button onClick={onNext}>More</Button>
          </InlineStack>
        ) : null}
      </BlockStack>
    </Card>
  )
}

const markOf = (row: LyingRow) => ({ item: row.item, pieces: row.pieces, quantity: String(row.pieces) })

type RowProps = { row: LyingRow; mark: Chosen[string] | undefined; onMark: (quantity: string | null) => void }

function Row({ row, mark, onMark }: RowProps) {
  return (
    <InlineStack align="space-between" blockAlign="center" gap="400">
      <Checkbox
        label={row.sku ? `${row.item} (${row.sku})` : row.item}
        helpText={`${pieces(row.pieces)} there`}
        checked={mark !== undefined}
        onChange={(checked) => onMark(checked ? String(row.pieces) : null)}
      />
      {mark ? (
        <div style={{ width: '6rem' }}>
          <TextField
            label={`Pieces of ${row.item}`}
            labelHidden
            type="number"
            min={1}
            max={row.pieces}
            value={mark.quantity}
            onChange={onMark}
            autoComplete="off"
          />
        </div>
      ) : null}
    </InlineStack>
  )
}
