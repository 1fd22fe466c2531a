import { BlockStack, Button, Card, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useContext, useState } from 'react'
import type { StockState } from '../kernel/stock-state.ts'
import { type BulkSaid, BulkPreview } from './bulk-preview.tsx'
import type { Chosen } from './choose-pieces.tsx'
import { endOfDay } from './end-of-day.ts'
import { Now } from './moment.tsx'
import { MOVED_TO, type PlaceChoice } from './move-form.tsx'
import type { PartnerChoice } from './place-form.tsx'
import { useAsk } from './use-ask.ts'
import { counted, STATE_NAMES } from './words.ts'

export type BulkFrom = { place: PlaceChoice; state: StockState }
type Props = { from: BulkFrom; chosen: Chosen; places: PlaceChoice[]; partners: PartnerChoice[]; onDone: () => void }

type Fields = { to: string; state: StockState; how: How; day: string; partner: string }
type How = 'carried' | 'passed' | 'bought'

const HOW: Record<How, string> = {
  carried: 'They are carried there now',
  passed: 'They have passed their check, and I have checked them',
  bought: 'They were bought from their vendor',
}

/** Where the chosen pieces go. It is shown what would move, and what stands against the rest, before anything does. */
export function BulkMoveForm({ from, chosen, places, partners, onDone }: Props) {
  const { timeZone } = useContext(Now)
  const others = places.filter(({ id }) => id !== from.place.id)
  const [fields, setFields] = useState<Fields>({
    to: String((others[0] ?? from.place).id),
    state: 'available',
    how: 'carried',
    day: '',
    partner: '',
  })
  const preview = useAsk<BulkSaid>()
  const lines = Object.entries(chosen).map(([id, { quantity }]) => `${id}/${quantity}`)
  const asked = {
    fromPlace: from.place.id,
    fromState: from.state,
    toPlace: fields.to,
    toState: fields.state,
    dueAt: endOfDay(fields.day, timeZone),
    partnerId: fields.partner,
    passed: fields.how === 'passed' ? 'yes' : 'no',
    bought: fields.how === 'bought' ? 'yes' : 'no',
  }
  // What was looked at is what is done: another form has to be looked at anew.
  const [seen, setSeen] = useState('')
  const form = JSON.stringify([asked, lines])
  const look = () => {
    setSeen(form)
    preview.ask({ decision: 'bulk-move-preview', ...asked, lines: lines.join(',') })
  }
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Where to
        </Text>
        <Where
          from={from}
          fields={fields}
          set={(more) => setFields({ ...fields, ...more })}
          {...{ places, partners }}
        />
        <InlineStack align="end">
          <Button loading={preview.asking} disabled={lines.length === 0} onClick={look}>
            {lines.length === 0 ? 'Choose pieces first' : `See what would move of ${counted(lines.length, 'item')}`}
          </Button>
        </InlineStack>
        {preview.said && seen === form ? <BulkPreview said={preview.said} asked={asked} onDone={onDone} /> : null}
      </BlockStack>
    </Card>
  )
}

type WhereProps = { from: BulkFrom; fields: Fields; set: (more: Partial<Fields>) => void } & Pick<
  Props,
  'places' | 'partners'
>

function Where({ from, fields, set, places, partners }: WhereProps) {
  const ways: How[] = from.place.owner === 'vendor' ? ['carried', 'passed', 'bought'] : ['carried', 'passed']
  const named = partners.map(({ id, name }) => ({ value: String(id), label: name ?? 'Somebody whose name was erased' }))
  return (
    <FormLayout>
      <FormLayout.Group>
        <Select
          label="To"
          options={places.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={fields.to}
          onChange={(to) => set({ to })}
        />
        <Select
          label="As"
          options={MOVED_TO.map((value) => ({ value, label: STATE_NAMES[value] }))}
          value={fields.state}
          onChange={(state: StockState) => set({ state })}
        />
        <Select
          label="How"
          options={ways.map((value) => ({ value, label: HOW[value] }))}
          value={fields.how}
          onChange={(how: How) => set({ how })}
        />
      </FormLayout.Group>
      <FormLayout.Group>
        <TextField
          label="Due on"
          type="date"
          value={fields.day}
          onChange={(day) => set({ day })}
          autoComplete="off"
          helpText="Empty: as long as is usual there."
        />
        <Select
          label="With a partner"
          options={[{ value: '', label: 'Nobody' }, ...named]}
          value={fields.partner}
          onChange={(partner) => set({ partner })}
        />
      </FormLayout.Group>
    </FormLayout>
  )
}
