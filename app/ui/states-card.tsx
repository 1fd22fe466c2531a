import { BlockStack, Card, DataTable, Text } from '@shopify/polaris'
import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'
import type { StockAtLocation } from '../pool/supply.ts'
import { STATE_NAMES } from './words.ts'

const ALWAYS: StockState[] = ['available', 'reserved']

/** Where the pieces are, by place and state, with totals; and the same in one sentence. */
export function StatesCard({ stock, sentence }: { stock: StockAtLocation[]; sentence: string }) {
  const states = STOCK_STATES.filter(
    (state) => ALWAYS.includes(state) || stock.some(({ balance }) => balance[state] > 0),
  )
  const total = (of: StockAtLocation[], among: readonly StockState[]) =>
    of.reduce((sum, { balance }) => sum + among.reduce((n, state) => n + balance[state], 0), 0)
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          Where it is
        </Text>
        <Text as="p">{sentence}</Text>
        {stock.length === 0 ? null : (
          <DataTable
            columnContentTypes={['text', ...states.map(() => 'numeric' as const), 'numeric']}
            headings={['Place', ...states.map((state) => STATE_NAMES[state]), 'In all']}
            rows={stock.map((place) => [
              place.sellable ? place.name : `${place.name} (does not sell)`,
              ...states.map((state) => place.balance[state]),
              total([place], STOCK_STATES),
            ])}
            totals={['', ...states.map((state) => total(stock, [state])), total(stock, STOCK_STATES)]}
            totalsName={{ singular: 'In all', plural: 'In all' }}
            showTotalsInFooter
          />
        )}
      </BlockStack>
    </Card>
  )
}
