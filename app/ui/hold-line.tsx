import { Badge, BlockStack, Box, Button, InlineStack, Link, Select, Text, TextField } from '@shopify/polaris'
import { useContext, useState } from 'react'
import { formatMoment, Moment, Now } from './moment.tsx'
import { useDecision } from './use-decision.ts'
import { wallAfter } from './wall-clock.ts'
import { counted, listed, pieces, span } from './words.ts'

export type HoldView = {
  id: number
  itemId: number
  item: string
  sku: string
  client: string | null
  contact: string | null
  until: string
  renewals: number
  madeAt: string
  actor: string
  note: string | null
  places: { itemId: number; part: string | null; locationId: number; place: string; quantity: number }[]
  confirmed: { account: string; at: string | null }[]
  lines: { lineId: number; order: string; account: string; short: number }[]
}

/** One hold: for whom, until when, what each channel has confirmed, and what can become of it. */
export function HoldLine({ hold, withItem = true }: { hold: HoldView; withItem?: boolean }) {
  const { client, contact, renewals, note, places, itemId, item, sku } = hold
  return (
    <Box borderBlockStartWidth="025" borderColor="border" paddingBlockStart="300">
      <BlockStack gap="200">
        <InlineStack align="space-between" blockAlign="start" gap="200">
          <BlockStack gap="050">
            <Text as="h3" variant="headingSm">
              {client ?? 'A client who was forgotten'}
              {contact ? `, ${contact}` : ''}
            </Text>
            {withItem ? (
              <Text as="p">
                <Link url={`/app/inventory/${itemId}`}>{item}</Link>
                {sku ? `, ${sku}` : ''}
              </Text>
            ) : null}
            <Text as="p" tone="subdued">
              {listed(places.map(whereOf))}
              {renewals > 0 ? `; extended ${counted(renewals, 'time')}` : ''}
              {note ? `; deposit: ${note}` : ''}
            </Text>
          </BlockStack>
          <Until until={hold.until} />
        </InlineStack>
        <Confirmed hold={hold} />
        <Deeds hold={hold} />
      </BlockStack>
    </Box>
  )
}

const whereOf = ({ part, place, quantity }: HoldView['places'][number]) =>
  `${part === null ? pieces(quantity) : `${quantity} × ${part}`} in ${place}`

const SOON_MS = 86_400_000

function Until({ until }: { until: string }) {
  const { at, timeZone } = useContext(Now)
  const ms = Date.parse(until) - Date.parse(at)
  return (
    <BlockStack gap="050" inlineAlign="end">
      <Badge tone={ms < SOON_MS ? 'warning' : undefined}>{ms <= 0 ? 'ends now' : `ends in ${span(ms)}`}</Badge>
      <Text as="span" tone="subdued" variant="bodySm">
        {formatMoment(until, timeZone)}
      </Text>
    </BlockStack>
  )
}

/** When each channel confirmed that it does not sell the piece. */
function Confirmed({ hold: { confirmed } }: { hold: HoldView }) {
  if (confirmed.length === 0) return null
  return (
    <InlineStack gap="300">
      {confirmed.map(({ account, at }, i) => (
        <Text as="span" key={i} variant="bodySm" tone={at ? 'subdued' : 'caution'}>
          {at ? (
            <>
              {`${account} confirmed it `}
              <Moment at={at} />
            </>
          ) : (
            `${account} is being told`
          )}
        </Text>
      ))}
    </InlineStack>
  )
}

function Deeds({ hold }: { hold: HoldView }) {
  const [shown, setShown] = useState<'extend' | 'convert' | null>(null)
  const { decide, deciding } = useDecision('For sale again')
  return (
    <BlockStack gap="200">
      <InlineStack gap="200">
        <Button onClick={() => setShown('extend')}>Extend</Button>
        <Button onClick={() => setShown('convert')}>Sold</Button>
        <Button loading={deciding} onClick={() => decide({ decision: 'hold-release', holdId: hold.id })}>
          Give up
        </Button>
      </InlineStack>
      {shown === 'extend' ? <Extend hold={hold} onDone={() => setShown(null)} /> : null}
      {shown === 'convert' ? <Convert hold={hold} onDone={() => setShown(null)} /> : null}
    </BlockStack>
  )
}

type DeedProps = { hold: HoldView; onDone: () => void }

function Extend({ hold, onDone }: DeedProps) {
  const { timeZone } = useContext(Now)
  const [until, setUntil] = useState(wallAfter({ at: hold.until, timeZone }, 2))
  const { decide, deciding } = useDecision('Extended')
  return (
    <InlineStack gap="200" blockAlign="end">
      <TextField label="Until" type="datetime-local" value={until} onChange={setUntil} autoComplete="off" />
      <Button
        variant="primary"
        loading={deciding}
        onClick={() => decide({ decision: 'hold-extend', holdId: hold.id, until })}
      >
        Extend
      </Button>
      <Button variant="tertiary" onClick={onDone}>
        Not now
      </Button>
    </InlineStack>
  )
}

const IN_THE_SHOP = ''

function Convert({ hold, onDone }: DeedProps) {
  // A line that waits for a piece is most probably this client's.
  const waiting = hold.lines.find(({ short }) => short > 0)
  const [lineId, setLineId] = useState(waiting ? `${waiting.lineId}` : IN_THE_SHOP)
  const { decide, deciding } = useDecision('Sold')
  const options = [
    { label: 'In the shop: the client takes it home', value: IN_THE_SHOP },
    ...hold.lines.map(({ lineId: value, order, account, short }) => ({
      label: `Order ${order} on ${account}${short > 0 ? `, waits for ${short}` : ''}`,
      value: `${value}`,
    })),
  ]
  return (
    <InlineStack gap="200" blockAlign="end">
      <Select label="How it was sold" options={options} value={lineId} onChange={setLineId} />
      <Button
        variant="primary"
        loading={deciding}
        onClick={() => decide({ decision: 'hold-convert', holdId: hold.id, lineId })}
      >
        Sold
      </Button>
      <Button variant="tertiary" onClick={onDone}>
        Not now
      </Button>
    </InlineStack>
  )
}
