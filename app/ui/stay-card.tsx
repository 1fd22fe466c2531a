import { Badge, BlockStack, Button, Card, InlineStack, Link, Text, TextField } from '@shopify/polaris'
import { useContext, useState } from 'react'
import type { StockState } from '../kernel/stock-state.ts'
import { endOfDay } from './end-of-day.ts'
import { Ago, Moment, Now } from './moment.tsx'
import { type InHand, MoveForm, type PlaceChoice } from './move-form.tsx'
import type { PartnerChoice } from './place-form.tsx'
import { useDecision } from './use-decision.ts'
import { useOnce } from './use-once.ts'
import { pieces, STATE_NAMES } from './words.ts'

export type StayCardView = {
  id: number
  itemId: number
  title: string
  sku: string
  locationId: number
  place: string
  kind: string
  state: StockState
  pieces: number
  since: string
  dueAt: string | null
  partner: string | null
  remark: string | null
  boundFor: string | null
  checkOwed: boolean
}

type Props = { stay: StayCardView; places: PlaceChoice[]; partners: PartnerChoice[] }
type Doing = 'move' | 'arrive' | 'extend' | null

/** Pieces at a bench or elsewhere: since when, until when, and where they go next. */
export function StayCard({ stay, places, partners }: Props) {
  const [doing, setDoing] = useState<Doing>(null)
  const stop = () => setDoing(null)
  const inTransit = stay.kind === 'transit'
  const from: InHand = { ...stay, stayId: stay.id }
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="start" gap="200">
          <About stay={stay} />
          <InlineStack gap="200">
            <Button onClick={() => setDoing(inTransit ? 'arrive' : 'move')} accessibilityLabel={`Move ${stay.title}`}>
              {inTransit ? 'It has arrived' : stay.checkOwed ? 'Check or move' : 'Move'}
            </Button>
            <Button
              variant="tertiary"
              onClick={() => setDoing('extend')}
              accessibilityLabel={`Give ${stay.title} more time`}
            >
              More time
            </Button>
          </InlineStack>
        </InlineStack>
        {doing === 'move' ? <MoveForm from={from} places={places} partners={partners} onDone={stop} /> : null}
        {doing === 'arrive' ? <Arrive stay={stay} onDone={stop} /> : null}
        {doing === 'extend' ? <Extend stay={stay} onDone={stop} /> : null}
      </BlockStack>
    </Card>
  )
}

function About({ stay }: { stay: StayCardView }) {
  const { at } = useContext(Now)
  const { dueAt, since, partner, remark, boundFor } = stay
  const overdue = dueAt !== null && dueAt <= at
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" blockAlign="center">
        <Link url={`/app/inventory/${stay.itemId}`}>{stay.title}</Link>
        {overdue ? <Badge tone="critical">Overdue</Badge> : null}
        {stay.checkOwed ? <Badge tone="attention">Must be checked</Badge> : null}
      </InlineStack>
      <Text as="p">
        {`${pieces(stay.pieces)}, “${STATE_NAMES[stay.state]}” in ${stay.place}${partner ? `, ${partner}` : ''}${boundFor ? `, on the way to ${boundFor}` : ''}`}
      </Text>
      {remark ? <Text as="p">{`“${remark}”`}</Text> : null}
      <Text as="p" tone="subdued" variant="bodySm">
        Since <Moment at={since} /> (<Ago at={since} />)
        {dueAt ? (
          <>
            , due <Moment at={dueAt} />
          </>
        ) : null}
      </Text>
    </BlockStack>
  )
}

type Form = { stay: StayCardView; onDone: () => void }

function Arrive({ stay, onDone }: Form) {
  const [quantity, setQuantity] = useState(String(stay.pieces))
  const [why, setWhy] = useState('Arrived')
  const { decide, deciding } = useOnce('Taken in', [stay.id, stay.pieces, quantity, why], onDone)
  const take = (passed: 'yes' | 'no') =>
    decide({ decision: 'arrive', stayId: stay.id, quantity, state: stay.state, why, passed })
  return (
    <InlineStack gap="200" blockAlign="end">
      <TextField
        label="Pieces"
        type="number"
        min={1}
        max={stay.pieces}
        value={quantity}
        onChange={setQuantity}
        autoComplete="off"
      />
      <TextField label="Why" value={why} onChange={setWhy} autoComplete="off" maxLength={1000} />
      <Button
        variant="primary"
        loading={deciding}
        disabled={why.trim() === ''}
        onClick={() => take(stay.checkOwed ? 'yes' : 'no')}
      >
        {stay.checkOwed ? 'Checked and taken in' : 'Take in'}
      </Button>
    </InlineStack>
  )
}

function Extend({ stay, onDone }: Form) {
  const { timeZone } = useContext(Now)
  const [day, setDay] = useState('')
  const [why, setWhy] = useState('')
  const { decide, deciding } = useDecision('It has more time', onDone)
  return (
    <InlineStack gap="200" blockAlign="end">
      <TextField label="Due on" type="date" value={day} onChange={setDay} autoComplete="off" />
      <TextField label="Why" value={why} onChange={setWhy} autoComplete="off" maxLength={1000} />
      <Button
        loading={deciding}
        disabled={day === '' || why.trim() === ''}
        onClick={() => decide({ decision: 'extend-stay', stayId: stay.id, dueAt: endOfDay(day, timeZone), why })}
      >
        Save
      </Button>
    </InlineStack>
  )
}
