import { BlockStack, Button, FormLayout, InlineStack, Select, TextField } from '@shopify/polaris'
import { useContext, useState } from 'react'
import type { StockState } from '../kernel/stock-state.ts'
import { endOfDay } from './end-of-day.ts'
import { Now } from './moment.tsx'
import type { PartnerChoice } from './place-form.tsx'
import { useOnce } from './use-once.ts'
import { STATE_NAMES } from './words.ts'

export type PlaceChoice = { id: number; name: string; kind: string; sellable: boolean; owner: string }

/** Pieces to be taken in hand. `stayId`: which of those that lie there; null: the oldest. */
export type InHand = {
  itemId: number
  locationId: number
  state: StockState
  pieces: number
  stayId: number | null
  checkOwed: boolean
}

type Props = { from: InHand; places: PlaceChoice[]; partners: PartnerChoice[]; onDone: () => void }

type Fields = { quantity: string; to: string; state: StockState; why: string; day: string; partner: string; way: Way }
type Way = 'move' | 'send' | 'passed' | 'failed' | 'bought'

/** States that a person moves pieces between. */
export const MOVED_TO: StockState[] = ['available', 'in_work', 'quality_check', 'damaged']
const WAYS: Record<Way, string> = {
  move: 'They are carried there now',
  send: 'They are on their way: somebody takes them in there',
  passed: 'They have passed their check, and I have checked them',
  failed: 'They have failed their check',
  bought: 'They were bought from their vendor',
}
const DECISION: Record<Way, string> = {
  move: 'move',
  bought: 'move',
  send: 'send',
  passed: 'pass-check',
  failed: 'fail-check',
}

// What is on hold stays on hold, wherever it is carried.
const waysOf = (from: InHand, owner: string | undefined): Way[] =>
  from.state === 'held'
    ? ['move']
    : [
        ...(from.checkOwed || from.state === 'quality_check' ? (['passed', 'failed'] as const) : []),
        'move',
        'send',
        ...(owner === 'vendor' ? (['bought'] as const) : []),
      ]
const statesFor = ({ state }: InHand): StockState[] => (state === 'held' ? ['held'] : MOVED_TO)

/** Carries pieces somewhere else, with the reason in the person's own words. */
export function MoveForm({ from, places, partners, onDone }: Props) {
  const { timeZone } = useContext(Now)
  const ways = waysOf(from, places.find(({ id }) => id === from.locationId)?.owner)
  const [fields, setFields] = useState<Fields>({
    quantity: '1',
    to: String(places.find(({ sellable }) => sellable)?.id ?? places[0]?.id ?? ''),
    state: statesFor(from)[0] ?? 'available',
    why: '',
    day: '',
    partner: '',
    way: ways[0] ?? 'move',
  })
  const set = (more: Partial<Fields>) => setFields({ ...fields, ...more })
  const { quantity, to, state, why, day, partner, way } = fields
  const { decide, deciding } = useOnce(
    'Done',
    [from.itemId, from.locationId, from.state, from.pieces, ...Object.values(fields)],
    onDone,
  )
  const send = () => {
    const what = {
      itemId: from.itemId,
      quantity,
      why,
      stayId: from.stayId ?? '',
      fromLocationId: from.locationId,
      fromState: from.state,
    }
    const where = { toLocationId: to, toState: state, dueAt: endOfDay(day, timeZone), partnerId: partner }
    decide({ decision: DECISION[way], ...what, ...where, bought: way === 'bought' ? 'yes' : 'no' })
  }
  return (
    <BlockStack gap="300">
      <FormLayout>
        <HowManyWhere from={from} fields={fields} set={set} places={places} />
        <Select
          label="How"
          options={ways.map((value) => ({ value, label: WAYS[value] }))}
          value={way}
          onChange={(given: Way) => set({ way: given })}
        />
        {way === 'move' || way === 'send' ? <UntilWhen fields={fields} set={set} partners={partners} /> : null}
        <TextField
          label="Why"
          value={why}
          onChange={(given) => set({ why: given })}
          autoComplete="off"
          maxLength={1000}
          requiredIndicator
        />
      </FormLayout>
      <InlineStack align="end" gap="200">
        <Button onClick={onDone}>Cancel</Button>
        <Button variant="primary" loading={deciding} disabled={why.trim() === '' || to === ''} onClick={send}>
          {way === 'send' ? 'Send' : 'Move'}
        </Button>
      </InlineStack>
    </BlockStack>
  )
}

type Part = { fields: Fields; set: (more: Partial<Fields>) => void; partners: PartnerChoice[] }

function UntilWhen({ fields, set, partners }: Part) {
  const somebody = partners.map(({ id, name }) => ({
    value: String(id),
    label: name ?? 'Somebody whose name was erased',
  }))
  return (
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
        options={[{ value: '', label: 'Nobody' }, ...somebody]}
        value={fields.partner}
        onChange={(partner) => set({ partner })}
      />
    </FormLayout.Group>
  )
}

function HowManyWhere({ from, fields, set, places }: Pick<Part, 'fields' | 'set'> & Pick<Props, 'from' | 'places'>) {
  const { quantity, to, state, way } = fields
  return (
    <FormLayout.Group>
      <TextField
        label="Pieces"
        type="number"
        min={1}
        max={from.pieces}
        value={quantity}
        onChange={(given) => set({ quantity: given })}
        autoComplete="off"
      />
      <Select
        label="To"
        options={places.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={to}
        onChange={(given) => set({ to: given })}
      />
      {way === 'move' || way === 'failed' || way === 'bought' ? (
        <Select
          label="As"
          options={statesFor(from).map((value) => ({ value, label: STATE_NAMES[value] }))}
          value={state}
          onChange={(given: StockState) => set({ state: given })}
        />
      ) : null}
    </FormLayout.Group>
  )
}
