import { useSearchParams } from '@remix-run/react'
import { BlockStack, Box, Button, Card, InlineStack, Tabs, Text } from '@shopify/polaris'
import type { Money } from '../kernel/money.ts'
import { formatAmounts } from './amounts.tsx'
import { Empty } from './empty.tsx'
import { Incident, type IncidentView } from './incident.tsx'

type Props = {
  open: boolean
  page: { rows: IncidentView[]; next: string | null }
  risk: { open: number; values: Money[] }
  actors: Record<string, string>
}

/** Open or closed incidents, newest first. */
export function IncidentList({ open, page, risk, actors }: Props) {
  const [params, setParams] = useSearchParams()
  const show = (which: number) => setParams(which === 1 ? { show: 'closed' } : {})
  const older = () => setParams({ ...(open ? {} : { show: 'closed' }), before: page.next ?? '' })
  return (
    <BlockStack gap="400">
      <Card padding="0">
        <Tabs
          selected={open ? 0 : 1}
          onSelect={show}
          tabs={[
            { id: 'open', content: risk.open > 0 ? `Open (${risk.open})` : 'Open' },
            { id: 'closed', content: 'Closed' },
          ]}
        />
        {open && risk.values.length > 0 ? (
          <Box padding="400" paddingBlockStart="0">
            <Text as="p" tone="subdued">{`At stake: ${formatAmounts(risk.values)}.`}</Text>
          </Box>
        ) : null}
      </Card>
      {page.rows.map((incident) => (
        <Incident key={incident.id} incident={incident} actors={actors} />
      ))}
      {page.rows.length === 0 ? <None open={open} /> : null}
      <InlineStack align="center" gap="200">
        {params.has('before') ? <Button onClick={() => show(open ? 0 : 1)}>Back to the newest</Button> : null}
        {page.next ? <Button onClick={older}>Older</Button> : null}
      </InlineStack>
    </BlockStack>
  )
}

const None = ({ open }: { open: boolean }) =>
  open ? (
    <Empty heading="Nothing is wrong">
      When a piece is sold twice, a listing shows a number it should not, or a sale cannot be matched to an item, it
      appears here with what it may cost.
    </Empty>
  ) : (
    <Empty heading="No incident has been closed yet" />
  )
