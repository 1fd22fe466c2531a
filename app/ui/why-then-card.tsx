import { useSearchParams } from '@remix-run/react'
import { BlockStack, Button, Card, InlineGrid, InlineStack, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { Availability } from '../pool/available.ts'
import { Moment } from './moment.tsx'
import { StepList } from './step-list.tsx'

type Told = { quantity: number; sentAt: string; outcome: 'accepted' | 'rejected' | 'unknown' }
type Then = { listingId: number; account: string; should: Availability; told: Told | null }
export type Past = { at: string; local: string | null; why: Then[] } | null | undefined

/** Why a channel showed what it showed at any past second, by the clock of the shop. */
export function WhyThenCard({ past }: { past: Past }) {
  const [params, setParams] = useSearchParams()
  const [at, setAt] = useState(past?.local ?? params.get('at') ?? '')
  const look = (moment: string) =>
    setParams(
      (known) => {
        if (moment) known.set('at', moment)
        else known.delete('at')
        return known
      },
      { preventScrollReset: true },
    )
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          What it was at another moment
        </Text>
        <InlineStack gap="200" blockAlign="end">
          <TextField
            label="Day and time, to the second"
            type="datetime-local"
            step={1}
            autoComplete="off"
            value={at}
            onChange={setAt}
          />
          <Button disabled={!at} onClick={() => look(at)}>
            Look
          </Button>
          {past ? (
            <Button variant="tertiary" onClick={() => look('')}>
              Close
            </Button>
          ) : null}
        </InlineStack>
        {past?.why.length === 0 ? <Text as="p">No channel lists it.</Text> : null}
        {past?.why.map((then) => (
          <Channel key={then.listingId} then={then} at={past.at} />
        ))}
      </BlockStack>
    </Card>
  )
}

const BECAME = { accepted: 'and took it', rejected: 'and refused it', unknown: 'and did not answer' }

function Channel({ then: { account, should, told }, at }: { then: Then; at: string }) {
  return (
    <InlineGrid columns={{ xs: 1, sm: '1fr 2fr' }} gap="400">
      <BlockStack gap="050">
        <Text as="h3" variant="headingSm">
          {`${account}: ${should.quantity}`}
        </Text>
        <Text as="p" tone="subdued">
          was right at <Moment at={at} />.
        </Text>
        <Text as="p" tone="subdued">
          {told ? (
            <>
              It had been told {told.quantity} at <Moment at={told.sentAt} /> {BECAME[told.outcome]}.
            </>
          ) : (
            'It had not been told any number yet.'
          )}
        </Text>
      </BlockStack>
      <StepList steps={should.steps} />
    </InlineGrid>
  )
}
