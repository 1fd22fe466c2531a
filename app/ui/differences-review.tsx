import { BlockStack, Button, DataTable, InlineStack, Text } from '@shopify/polaris'
import type { StockState } from '../kernel/stock-state.ts'
import { useDecision } from './use-decision.ts'
import { counted, STATE_NAMES } from './words.ts'

export type DifferenceView = {
  itemId: number
  title: string
  location: string
  state: StockState
  ours: number
  theirs: number
}

const SHOWN = 50

type Props = { accountId: number; differences: DifferenceView[]; mayConnect: boolean }

/** What changed in Shopify while Vitrine was away, to be looked at before it is booked. */
export function DifferencesReview({ accountId, differences, mayConnect }: Props) {
  const { decide, deciding } = useDecision('Booked: the ledger says what Shopify shows')
  const shown = differences.slice(0, SHOWN)
  return (
    <BlockStack gap="300">
      <Text as="p">
        {counted(differences.length, 'number')} changed in Shopify while Vitrine was away, beyond what its orders
        explain. Booking takes them over into the ledger as they are now.
      </Text>
      <DataTable
        columnContentTypes={['text', 'text', 'text', 'numeric', 'numeric']}
        headings={['Item', 'Place', 'State', 'Ledger', 'Shopify']}
        rows={shown.map(({ title, location, state, ours, theirs }) => [
          title,
          location,
          STATE_NAMES[state],
          ours,
          theirs,
        ])}
        footerContent={differences.length > SHOWN ? `and ${differences.length - SHOWN} more` : undefined}
      />
      <InlineStack align="end">
        <Button
          variant="primary"
          loading={deciding}
          disabled={!mayConnect}
          onClick={() => decide({ decision: 'book-differences', accountId })}
        >
          Book them and go on
        </Button>
      </InlineStack>
    </BlockStack>
  )
}
