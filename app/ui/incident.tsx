import { Badge, BlockStack, Box, Button, Card, Collapsible, InlineStack, Link, Text, TextField } from '@shopify/polaris'
import { useId, useState } from 'react'
import { formatMoney } from '../kernel/money.ts'
import { Ago, Moment } from './moment.tsx'
import { useDecision } from './use-decision.ts'
import { counted, span } from './words.ts'

export type IncidentView = {
  id: number
  kind: string
  sentence: string
  itemId: number | null
  item: string | null
  account: string | null
  valueMinor: number | null
  currency: string | null
  openedAt: string
  closedAt: string | null
  closedBy: string | null
  notes: { at: string; actor: string; sentence: string }[]
  timeline: { at: string; sentence: string }[]
  orderId: number | null
}

const KINDS: Record<string, string> = {
  oversell: 'Sold without stock',
  'unmapped-line': 'Unknown listing sold',
  'unclear-order': 'Unclear order',
  drift: 'Shows something else',
  'dead-listing': 'Listing gone',
  'refused-write': 'Refused by the channel',
  'channel-down': 'Channel unreachable',
  'hold-astray': 'Held piece missing',
  overdue: 'Overdue',
  'books-differ': 'The books differ',
  'seal-broken': 'Seal broken',
  'data-request': 'A client asks',
  'mirrored-order': 'Order in Shopify',
}

type Props = { incident: IncidentView; actors: Record<string, string> }

/** One incident: what it is, what it may cost, what has been done about it. */
export function Incident({ incident, actors }: Props) {
  const [shown, setShown] = useState(false)
  const id = useId()
  const { kind, sentence, itemId, item, account, notes, closedAt } = incident
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="start" gap="200">
          <InlineStack gap="200">
            <Badge tone={closedAt ? undefined : 'critical'}>{KINDS[kind] ?? kind}</Badge>
            {account ? <Badge>{account}</Badge> : null}
          </InlineStack>
          <Value incident={incident} />
        </InlineStack>
        <Text as="p">{sentence}</Text>
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="p" tone="subdued">
            <Since incident={incident} actors={actors} />
            {itemId && item ? (
              <>
                {' · '}
                <Link url={`/app/inventory/${itemId}`}>{item}</Link>
              </>
            ) : null}
            {incident.orderId ? (
              <>
                {' · '}
                <Link url={`/app/orders/${incident.orderId}`}>The order</Link>
              </>
            ) : null}
          </Text>
          <Button variant="plain" ariaExpanded={shown} ariaControls={id} onClick={() => setShown(!shown)}>
            {closedAt ? counted(notes.length, 'entry', 'entries') : 'Timeline and closing'}
          </Button>
        </InlineStack>
        <Collapsible id={id} open={shown}>
          <BlockStack gap="300">
            <WhatLedToIt timeline={incident.timeline} />
            <Notes notes={notes} actors={actors} />
            {closedAt ? null : <Close id={incident.id} />}
          </BlockStack>
        </Collapsible>
      </BlockStack>
    </Card>
  )
}

function Value({ incident: { valueMinor, currency } }: { incident: IncidentView }) {
  if (!valueMinor || !currency) return null
  return (
    <Text as="span" variant="headingSm">
      {formatMoney({ minor: valueMinor, currency })}
    </Text>
  )
}

function Since({ incident: { openedAt, closedAt, closedBy }, actors }: Props) {
  if (!closedAt) {
    return (
      <>
        Open since <Moment at={openedAt} /> (<Ago at={openedAt} />)
      </>
    )
  }
  const took = span(Date.parse(closedAt) - Date.parse(openedAt))
  const by = closedBy ? (actors[closedBy] ?? closedBy) : 'Vitrine'
  return (
    <>
      Closed by {by} <Ago at={closedAt} />, after {took === 'now' ? 'less than a second' : took}
    </>
  )
}

/** As it was known when the incident opened. */
function WhatLedToIt({ timeline }: { timeline: IncidentView['timeline'] }) {
  if (timeline.length === 0) return null
  return (
    <BlockStack gap="100">
      <Text as="h3" variant="headingSm">
        What led to it
      </Text>
      {timeline.map(({ at, sentence }, i) => (
        <Text as="p" key={i}>
          <Text as="span" tone="subdued">
            <Moment at={at} />
          </Text>
          {` ${sentence}`}
        </Text>
      ))}
    </BlockStack>
  )
}

function Notes({ notes, actors }: { notes: IncidentView['notes']; actors: Record<string, string> }) {
  return (
    <BlockStack gap="200">
      {notes.map(({ at, actor, sentence }, i) => (
        <Box key={i} borderInlineStartWidth="025" borderColor="border" paddingInlineStart="300">
          <Text as="p">{sentence}</Text>
          <Text as="p" tone="subdued" variant="bodySm">
            <Moment at={at} />, {actors[actor] ?? actor}
          </Text>
        </Box>
      ))}
    </BlockStack>
  )
}

function Close({ id }: { id: number }) {
  const [note, setNote] = useState('')
  const { decide, deciding } = useDecision('Closed')
  return (
    <BlockStack gap="200">
      <TextField
        label="What was done about it"
        value={note}
        onChange={setNote}
        autoComplete="off"
        multiline={2}
        maxLength={1000}
        placeholder="The client agreed to the same ring in size 52"
      />
      <InlineStack align="end">
        <Button
          loading={deciding}
          disabled={note.trim() === ''}
          onClick={() => decide({ decision: 'close', incidentId: id, note })}
        >
          Close the incident
        </Button>
      </InlineStack>
    </BlockStack>
  )
}
