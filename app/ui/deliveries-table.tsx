import { Card, DataTable, Link } from '@shopify/polaris'
import { Moment } from './moment.tsx'

export type DeliveryView = {
  id: number
  partner: string | null
  reference: string
  place: string
  expectedOn: string | null
  openedAt: string
  closedAt: string | null
  expected: number
  received: number
}

/** Deliveries, newest first: from whom, where to, and how much of it has come. */
export function DeliveriesTable({ deliveries }: { deliveries: DeliveryView[] }) {
  return (
    <Card>
      <DataTable
        columnContentTypes={['text', 'text', 'text', 'numeric', 'numeric', 'text']}
        headings={['From', 'To', 'Opened', 'Expected', 'Received', '']}
        rows={deliveries.map((one) => [
          <Link key={one.id} url={`/app/receive/${one.id}`}>
            {[one.partner ?? 'A supplier', one.reference].filter(Boolean).join(', ')}
          </Link>,
          one.place,
          <Moment key="opened" at={one.openedAt} />,
          one.expected,
          one.received,
          stateOf(one),
        ])}
      />
    </Card>
  )
}

function stateOf({ closedAt, expected, received, expectedOn }: DeliveryView): string {
  if (closedAt) return 'Closed'
  if (received > 0) return received >= expected ? 'All here' : 'Partly here'
  return expectedOn ? `Expected on ${expectedOn}` : 'Expected'
}
