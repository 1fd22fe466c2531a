import { Badge, BlockStack, Card, InlineStack, Link, Text } from '@shopify/polaris'
import { ExpectedReturn, type ExpectedView } from './expected-return.tsx'
import { LineActions } from './line-actions.tsx'
import { Moment } from './moment.tsx'
import { ReturnParcel, type ParcelView } from './return-parcel.tsx'
import { pieces } from './words.ts'

export type LineViewed = {
  id: number
  itemId: number | null
  title: string
  sku: string
  ours: boolean
  oneOfOne: boolean
  currentQuantity: number
  reserved: number
  short: number
  shipped: number
  returned: number
  canComeBack: number
  claim: { finalAt: string | null } | null
  effects: { transition: string; quantity: number }[]
  parcels: ParcelView[]
  expected: ExpectedView[]
}

const DONE: Record<string, string> = {
  reserve: 'reserved',
  short: 'not there',
  fill: 'found later',
  release: 'given back',
  ship: 'sent',
  restock: 'for sale or judged again',
  return: 'received back',
  exchange: 'given in exchange',
  replace: 'given in replacement',
  'give back': 'not wanted any more',
  yield: 'passed on to a better claim',
  claim: 'taken over by the better claim',
}

/** A line of an order: where its pieces are, what was done for it, and what can be done. */
export function OrderLine({ line, orderId }: { line: LineViewed; orderId: number }) {
  const { itemId, title, sku, ours, effects, parcels } = line
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" gap="200">
          <Text as="h2" variant="headingMd">
            {itemId ? <Link url={`/app/inventory/${itemId}`}>{title}</Link> : title}
            {sku ? `, ${sku}` : ''}
          </Text>
          <InlineStack gap="100">
            {ours ? <Badge tone="info">Ours, not the channel’s</Badge> : null}
            {line.oneOfOne ? <Badge>One of a kind</Badge> : null}
          </InlineStack>
        </InlineStack>
        <Text as="p">{standing(line)}</Text>
        {line.claim ? <Claim finalAt={line.claim.finalAt} /> : null}
        {effects.length > 0 ? (
          <Text as="p" tone="subdued">
            {`Booked so far: ${effects.map(({ transition, quantity }) => `${quantity} ${DONE[transition] ?? transition}`).join(', ')}.`}
          </Text>
        ) : null}
        {line.expected.map((expected) => (
          <ExpectedReturn key={expected.id} expected={expected} />
        ))}
        {parcels.map((parcel) => (
          <ReturnParcel key={parcel.id} parcel={parcel} />
        ))}
        <LineActions line={line} orderId={orderId} />
      </BlockStack>
    </Card>
  )
}

/** "3 pieces ordered: 1 reserved, 1 not there, 1 sent." */
function standing({ currentQuantity, reserved, short, shipped, returned }: LineViewed): string {
  const parts = [
    [reserved, 'reserved'],
    [short, 'not there'],
    [shipped - returned, 'sent'],
    [returned, 'came back'],
  ] as const
  const said = parts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`)
  return `${pieces(currentQuantity)} ordered${said.length > 0 ? `: ${said.join(', ')}` : ', nothing booked'}.`
}

const Claim = ({ finalAt }: { finalAt: string | null }) => (
  <Text as="p">
    {finalAt ? (
      <>
        It has the piece; an order with a better claim can take it over until <Moment at={finalAt} />.
      </>
    ) : (
      'It has the piece, for good.'
    )}
  </Text>
)
