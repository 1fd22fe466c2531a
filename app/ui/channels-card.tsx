import { Badge, BlockStack, Card, Divider, InlineGrid, InlineStack, Link, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import { OUT_OF_STEP, STEP_COUNTS, type Step } from '../catalog/in-step.ts'
import { AccountBadge } from './account-badge.tsx'
import { Ago } from './moment.tsx'
import { stepTone } from './step-badge.tsx'
import { counted, lag } from './words.ts'

export type ChannelView = {
  id: number
  name: string
  status: string
  counts: Partial<Record<Step, number>>
  lastSeen: string | null
  lag: { p50: number; p95: number; of: number } | null
}

/** Is every channel in step: for each, its listings by how they stand, when one was last seen, and how fast it follows. */
export function ChannelsCard({ channels }: { channels: ChannelView[] }) {
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Is every channel in step
        </Text>
        {channels.map((channel, i) => (
          <Fragment key={channel.id}>
            {i > 0 ? <Divider /> : null}
            <Standing channel={channel} />
          </Fragment>
        ))}
      </BlockStack>
    </Card>
  )
}

function Standing({ channel }: { channel: ChannelView }) {
  const { name, status, lastSeen } = channel
  return (
    <InlineGrid columns={{ xs: 1, md: '1fr 2fr 2fr' }} gap="300" alignItems="start">
      <InlineStack gap="200" blockAlign="center">
        <Text as="h3" variant="headingSm">
          {name}
        </Text>
        <AccountBadge status={status} />
      </InlineStack>
      <Counts channel={channel} />
      <BlockStack gap="050">
        <Text as="p">{speed(channel)}</Text>
        <Text as="p" tone="subdued">
          {lastSeen ? (
            <>
              Last confirmed <Ago at={lastSeen} />
            </>
          ) : (
            'Nothing has been confirmed there yet'
          )}
        </Text>
      </BlockStack>
    </InlineGrid>
  )
}

const speed = ({ lag: known }: ChannelView): string =>
  known
    ? `Follows a change in ${lag(known.p50)}; 95 of 100 within ${lag(known.p95)}`
    : 'Nothing had to be sent there yet'

const OTHERS: Step[] = [...OUT_OF_STEP, 'undecided', 'off_sale', 'not_live']

function Counts({ channel: { id, counts } }: { channel: ChannelView }) {
  const some = OTHERS.filter((step) => counts[step])
  const wrong = OUT_OF_STEP.some((step) => counts[step])
  return (
    <InlineStack gap="150">
      {counts.in_step ? <Badge tone="success">{`${counted(counts.in_step, 'listing')} in step`}</Badge> : null}
      {some.map((step) => (
        <Badge key={step} tone={stepTone(step)}>
          {STEP_COUNTS[step](counts[step] ?? 0)}
        </Badge>
      ))}
      {wrong ? <Link url={`/app/inventory?outOfStep=yes&channel=${id}`}>Which ones</Link> : null}
      {some.length === 0 && !counts.in_step ? (
        <Text as="span" tone="subdued">
          No listings
        </Text>
      ) : null}
    </InlineStack>
  )
}
