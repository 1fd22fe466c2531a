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

type Props = { accountId: number; name: string; differences: DifferenceView[]; mayConnect: boolean }

/** What changed on a channel with books of its own while Vitrine was away, to be looked at before it is booked. */
export function DifferencesReview({ accountId, name, differences, mayConnect }: Props) {
  const { decide, deciding } = useDecision(`Booked: the ledger says what ${name} shows`)
  const shown = differences.slice(0, SHOWN)
  return (
    <BlockStack gap="300">
      <Text as="p">
        {differences.length === 0
          ? `Nothing that ${name} shows at your places differs from the ledger.`
          : `${counted(differences.length, 'number')} changed in ${name} while Vitrine was away, beyond what its orders explain. Booking takes them over into the ledger as they are now.`}
      </Text>
      {differences.length === 0 ? null : (
        <DataTable
          columnContentTypes={['text', 'text', 'text', 'numeric', 'numeric']}
          headings={['Item', 'Place', 'State', 'Ledger', name]}
          rows={shown.map(({ title, location, state, ours, theirs }) => [
            title,
            location,
            STATE_NAMES[state],
            ours,
            theirs,
          ])}
          footerContent={differences.length > SHOWN ? `and ${differences.length - SHOWN} more` : undefined}
        />
      )}
      <InlineStack align="end">
        <Button
          variant="primary"
          loading={deciding}
          disabled={!mayConnect}
          onClick={() => decide({ decision: 'book-differences', accountId })}
        >
          {differences.length === 0 ? 'Go on' : 'Book them and go on'}
        </Button>
      </InlineStack>
    </BlockStack>
  )
}
