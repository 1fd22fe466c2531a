import { BlockStack, Button, Checkbox, FormLayout, InlineStack, Select, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { NEVER_SELLS, type BenchWork, type Owner, type PlaceKind } from '../merchant/place.ts'
import { choicesOf, hoursInWords, KIND_WORDS, OWNER_WORDS, WORK_WORDS } from './place-words.ts'
import { useDecision } from './use-decision.ts'

export type PlaceFields = {
  name: string
  kind: PlaceKind
  work: BenchWork | null
  owner: Owner
  partnerId: number | null
  sellable: boolean
  expectedHours: number | null
  usualHours?: number
  needsCheck: boolean
}

export type PartnerChoice = { id: number; name: string | null }

const NEW: PlaceFields = {
  name: '',
  kind: 'bench',
  work: null,
  owner: 'ours',
  partnerId: null,
  sellable: false,
  expectedHours: null,
  needsCheck: false,
}

type Props = { place?: PlaceFields & { id: number }; partners: PartnerChoice[]; onDone: () => void }

const yes = (is: boolean) => (is ? 'yes' : 'no')

/** What a place is, to be made or changed. */
export function PlaceForm({ place, partners, onDone }: Props) {
  const [fields, setFields] = useState<PlaceFields>(place ?? NEW)
  const { decide, deciding } = useDecision(place ? 'Changed' : 'Added', onDone)
  const set = (more: Partial<PlaceFields>) => setFields({ ...fields, ...more })
  const send = () => {
    const { name, kind, work, owner, partnerId, expectedHours } = fields
    const words = { name, kind, work: kind === 'bench' ? (work ?? '') : '', owner, partnerId: partnerId ?? '' }
    const flags = {
      sellable: yes(sells(fields)),
      needsCheck: yes(fields.needsCheck),
      expectedHours: expectedHours ?? '',
    }
    const which: Record<string, string | number> = place
      ? { decision: 'edit-place', locationId: place.id }
      : { decision: 'add-place' }
    decide({ ...words, ...flags, ...which })
  }
  return (
    <BlockStack gap="300">
      <FormLayout>
        <FormLayout.Group>
          <TextField
            label="Name"
            value={fields.name}
            onChange={(name) => set({ name })}
            autoComplete="off"
            maxLength={80}
          />
          <Select
            label="What it is for"
            options={choicesOf(KIND_WORDS)}
            value={fields.kind}
            onChange={(kind: PlaceKind) => set({ kind })}
          />
        </FormLayout.Group>
        <WhoseAndWhat fields={fields} set={set} partners={partners} />
        <Clock fields={fields} set={set} />
      </FormLayout>
      <InlineStack align="end" gap="200">
        <Button onClick={onDone}>Cancel</Button>
        <Button variant="primary" loading={deciding} disabled={fields.name.trim() === ''} onClick={send}>
          {place ? 'Save' : 'Add the place'}
        </Button>
      </InlineStack>
    </BlockStack>
  )
}

const canSell = ({ kind, owner }: PlaceFields) => !NEVER_SELLS.includes(kind) && owner !== 'client'
const sells = (fields: PlaceFields) => fields.sellable && canSell(fields)

type Part = { fields: PlaceFields; set: (more: Partial<PlaceFields>) => void }

function WhoseAndWhat({ fields, set, partners }: Part & { partners: PartnerChoice[] }) {
  const { kind, work, owner, partnerId } = fields
  const somebody = partners.map(({ id, name }) => ({
    value: String(id),
    label: name ?? 'Somebody whose name was erased',
  }))
  return (
    <FormLayout.Group>
      {kind === 'bench' ? (
        <Select
          label="Work"
          options={[{ value: '', label: 'Any work' }, ...choicesOf(WORK_WORDS)]}
          value={work ?? ''}
          onChange={(chosen: BenchWork | '') => set({ work: chosen || null })}
        />
      ) : null}
      <Select
        label="Whose pieces lie there"
        options={choicesOf(OWNER_WORDS)}
        value={owner}
        onChange={(chosen: Owner) => set({ owner: chosen })}
      />
      {owner !== 'ours' || kind === 'memo_out' ? (
        <Select
          label={owner === 'ours' ? 'Who has them' : 'Whose'}
          options={[{ value: '', label: 'Not one partner only' }, ...somebody]}
          value={partnerId === null ? '' : String(partnerId)}
          onChange={(chosen) => set({ partnerId: chosen ? Number(chosen) : null })}
        />
      ) : null}
    </FormLayout.Group>
  )
}

function Clock({ fields, set }: Part) {
  const { expectedHours, usualHours, needsCheck, sellable } = fields
  return (
    <BlockStack gap="200">
      <Checkbox
        label="What lies there is for sale"
        checked={sells(fields)}
        disabled={!canSell(fields)}
        helpText={canSell(fields) ? undefined : 'Work in progress and clients’ pieces are never for sale.'}
        onChange={(checked) => set({ sellable: checked })}
      />
      {sellable && canSell(fields) ? null : (
        <>
          <TextField
            label="How many hours a piece may stay"
            type="number"
            min={1}
            value={expectedHours === null ? '' : String(expectedHours)}
            placeholder={usualHours ? String(usualHours) : undefined}
            helpText={
              usualHours
                ? `Empty: as usual, ${hoursInWords(usualHours)}. After that an incident says so.`
                : 'Empty: as is usual.'
            }
            onChange={(hours) => set({ expectedHours: hours === '' ? null : Number(hours) })}
            autoComplete="off"
          />
          <Checkbox
            label="What comes back to be sold must have passed a check"
            checked={needsCheck}
            onChange={(checked) => set({ needsCheck: checked })}
          />
        </>
      )}
    </BlockStack>
  )
}
