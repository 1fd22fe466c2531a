import { BlockStack, Button, Card, InlineStack, Link, ProgressBar, Text } from '@shopify/polaris'
import { counted, pieces } from './words.ts'

type Sum = { accountId: number; lowered: number; raised: number; fewer: number; more: number }
export type ShownPreview = {
  id: number
  change: 'save' | 'end' | 'undo'
  done: number
  total: number | null
  finishedAt: string | null
  summary: { numbers: number; channels: Sum[] } | null
}
type Change = { itemId: number; accountId: number; title: string; sku: string; before: number; after: number }
type Shown = {
  preview: ShownPreview
  changes: Change[]
  next: number | null
  names: Record<number, string>
  deciding: boolean
  onDecide: () => void
  onMore: (after: number) => void
}

const DO = { save: 'Save the rule', end: 'End the rule', undo: 'Undo' }

/** What would change, channel by channel and item by item, before anything does. */
export function PreviewCard(shown: Shown) {
  const { preview, deciding, onDecide, names } = shown
  const { finishedAt, summary, done, total, change } = preview
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          What would change
        </Text>
        {finishedAt ? null : <Looking done={done} total={total} />}
        {finishedAt && summary?.channels.length === 0 ? (
          <Text as="p">
            {summary.numbers === 0
              ? 'Nothing yet: it is about no listing of a channel that is told numbers.'
              : `Nothing: ${counted(summary.numbers, 'number')} would stay as they are.`}
          </Text>
        ) : null}
        {summary?.channels.map((sum) => (
          <Text as="p" key={sum.accountId}>
            {`${names[sum.accountId] ?? 'A channel'}: ${counted(sum.lowered, 'item')} would show less (${pieces(sum.fewer)}), ${counted(sum.raised, 'item')} more (${pieces(sum.more)}).`}
          </Text>
        ))}
        {finishedAt ? <Changes {...shown} /> : null}
        <InlineStack gap="200">
          <Button variant="primary" disabled={!finishedAt} loading={deciding} onClick={onDecide}>
            {DO[change]}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function Looking({ done, total }: { done: number; total: number | null }) {
  return (
    <BlockStack gap="200">
      <Text as="p">{total === null ? 'Beginning to look…' : `${counted(done, 'item')} of ${total} looked at…`}</Text>
      <ProgressBar progress={total ? (100 * done) / total : 0} size="small" />
    </BlockStack>
  )
}

function Changes({ changes, next, names, onMore }: Shown) {
  return (
    <BlockStack gap="100">
      {changes.map(({ itemId, accountId, title, sku, before, after }) => (
        <Text as="p" key={`${itemId}/${accountId}`}>
          <Link url={`/app/inventory/${itemId}`}>{[title, sku].filter(Boolean).join(', ')}</Link>
          {` on ${names[accountId] ?? 'a channel'}: ${before} → ${after}`}
        </Text>
      ))}
      {next === null ? null : (
        <InlineStack align="center">
          <Button onClick={() => onMore(next)}>More</Button>
        </InlineStack>
      )}
    </BlockStack>
  )
}
