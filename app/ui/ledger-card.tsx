import { useSearchParams } from '@remix-run/react'
import { BlockStack, Button, Card, Divider, InlineStack, Link, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import { OUTSIDE_ENDS, type OutsideEnd, type StockState } from '../kernel/stock-state.ts'
import { Ago, Moment } from './moment.tsx'
import { END_NAMES, pieces, STATE_NAMES } from './words.ts'

type End = { state: StockState | OutsideEnd; place: string | null }
export type LedgerEntry = {
  id: number
  quantity: number
  from: End
  to: End
  reason: string
  actor: string
  occurredAt: string
  forSaleBy: number
  forSaleAfter: number
  order: { name: string; channel: string; url: string | null } | null
}

type Props = { ledger: { entries: LedgerEntry[]; next: string | null }; actors: Record<string, string>; older: boolean }

/** An item's ledger, newest first: what moved, when, why, by whom, and for which order. */
export function LedgerCard({ ledger, actors, older }: Props) {
  const [, setParams] = useSearchParams()
  const { entries, next } = ledger
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center">
          <Text as="h2" variant="headingMd">
            Everything that happened to it
          </Text>
          {older ? (
            <Button variant="plain" onClick={() => setParams({}, { preventScrollReset: true })}>
              Back to the newest
            </Button>
          ) : null}
        </InlineStack>
        {entries.length === 0 ? (
          <Text as="p" tone="subdued">
            Nothing yet.
          </Text>
        ) : null}
        {entries.map((entry, i) => (
          <Fragment key={entry.id}>
            {i > 0 ? <Divider /> : null}
            <Entry entry={entry} actor={actors[entry.actor] ?? entry.actor} />
          </Fragment>
        ))}
        {next ? (
          <InlineStack align="center">
            <Button onClick={() => setParams({ before: next }, { preventScrollReset: true })}>Older</Button>
          </InlineStack>
        ) : null}
      </BlockStack>
    </Card>
  )
}

function Entry({ entry, actor }: { entry: LedgerEntry; actor: string }) {
  const { reason, order, forSaleBy, forSaleAfter, occurredAt } = entry
  return (
    <InlineStack align="space-between" gap="400" wrap={false}>
      <BlockStack gap="050">
        <Text as="p">
          <Text as="span" fontWeight="semibold">
            {reason.charAt(0).toUpperCase() + reason.slice(1)}
          </Text>
          {order ? (
            <>
              {' for '}
              {order.url ? (
                <Link url={order.url} target="_blank">
                  {`order ${order.name}`}
                </Link>
              ) : (
                `order ${order.name}`
              )}
              {` on ${order.channel}`}
            </>
          ) : null}
        </Text>
        <Text as="p">{movement(entry)}</Text>
        <Text as="p" tone="subdued" variant="bodySm">
          <Moment at={occurredAt} /> (<Ago at={occurredAt} />
          ), by {actor}
        </Text>
      </BlockStack>
      <BlockStack gap="050" inlineAlign="end">
        <Text
          as="span"
          numeric
          fontWeight="semibold"
          tone={forSaleBy < 0 ? 'critical' : forSaleBy > 0 ? 'success' : 'subdued'}
        >
          {forSaleBy === 0 ? '±0' : `${forSaleBy > 0 ? '+' : '−'}${Math.abs(forSaleBy)}`}
        </Text>
        <Text as="span" tone="subdued" variant="bodySm">{`${forSaleAfter} for sale`}</Text>
      </BlockStack>
    </InlineStack>
  )
}

const isOutside = (state: StockState | OutsideEnd): state is OutsideEnd => OUTSIDE_ENDS.some((end) => end === state)

const endName = ({ state, place }: End): string =>
  isOutside(state) ? END_NAMES[state] : `“${STATE_NAMES[state]}” in ${place ?? 'a place that is gone'}`

/** "1 piece from “For sale” in Safe to “Reserved” in Safe"; within one place it is named once. */
function movement({ quantity, from, to }: LedgerEntry): string {
  if (from.place && from.place === to.place && !isOutside(from.state) && !isOutside(to.state)) {
    return `${pieces(quantity)} from “${STATE_NAMES[from.state]}” to “${STATE_NAMES[to.state]}” in ${from.place}`
  }
  return `${pieces(quantity)} from ${endName(from)} to ${endName(to)}`
}
