import { BlockStack, Card, DataTable, Text } from '@shopify/polaris'
import { formatMoney } from '../kernel/money.ts'

type Sales = { pieces: number; minor: number }
type Sale = { accountId: number; currency: string; today: Sales; week: Sales }

/** What each channel sold, today and in seven days; a row for each currency. */
export function SoldCard({
  sales,
  channels,
}: {
  sales: Sale[]
  channels: { id: number; name: string; status: string }[]
}) {
  const names = new Map(channels.map(({ id, name }) => [id, name]))
  const quiet = channels.filter(
    ({ id, status }) => status !== 'off' && !sales.some(({ accountId }) => accountId === id),
  )
  const rows = [
    ...sales.map(({ accountId, currency, today, week }) => [
      names.get(accountId) ?? '',
      today.pieces,
      formatMoney({ minor: today.minor, currency }),
      week.pieces,
      formatMoney({ minor: week.minor, currency }),
    ]),
    ...quiet.map(({ name }) => [name, 0, '–', 0, '–']),
  ]
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          What is sold
        </Text>
        <DataTable
          columnContentTypes={['text', 'numeric', 'numeric', 'numeric', 'numeric']}
          headings={['Channel', 'Today', 'Takings', '7 days', 'Takings']}
          rows={rows}
        />
        <Text as="p" tone="subdued" variant="bodySm">
          Pieces and their price, without tips, gift cards and what was cancelled. Orders from before a channel was
          connected are not counted.
        </Text>
      </BlockStack>
    </Card>
  )
}
