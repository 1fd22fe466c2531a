import { BlockStack, Button, Card, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useContext, useState } from 'react'
import { HoldLine, type HoldView } from './hold-line.tsx'
import { Now } from './moment.tsx'
import { useDecision } from './use-decision.ts'
import { wallAfter } from './wall-clock.ts'
import { counted } from './words.ts'

export type ClientView = { id: number; name: string; contact: string | null; holds: number }
type Place = { id: number; name: string }

type Props = { itemId: number; holds: HoldView[]; clients: ClientView[]; places: Place[] }

/** The holds of an item, and how one more is made. */
export function HoldItem({ itemId, holds, clients, places }: Props) {
  // Opened when there were so many: once there is one more, it has done what it was opened for.
  const [openedAt, setOpenedAt] = useState<number | null>(null)
  const open = openedAt === holds.length
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="center">
          <Text as="h2" variant="headingMd">
            {holds.length === 0 ? 'On hold for nobody' : counted(holds.length, 'hold')}
          </Text>
          {open ? null : <Button onClick={() => setOpenedAt(holds.length)}>Hold for a client</Button>}
        </InlineStack>
        {open ? <HoldForm itemId={itemId} clients={clients} places={places} onDone={() => setOpenedAt(null)} /> : null}
        {holds.map((hold) => (
          <HoldLine key={hold.id} hold={hold} withItem={false} />
        ))}
      </BlockStack>
    </Card>
  )
}

const NEW_CLIENT = ''
const DAYS = 7

function useHoldForm() {
  const now = useContext(Now)
  const [form, setForm] = useState({
    clientId: NEW_CLIENT,
    name: '',
    contact: '',
    quantity: '1',
    until: wallAfter(now, DAYS),
    locationId: '',
    note: '',
    token: crypto.randomUUID(),
  })
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  return { form, set }
}

type Fields = ReturnType<typeof useHoldForm>

type FormProps = { itemId: number; clients: ClientView[]; places: Place[]; onDone: () => void }

function HoldForm({ itemId, clients, places, onDone }: FormProps) {
  const fields = useHoldForm()
  const { decide, deciding } = useDecision('On hold')
  const { form } = fields
  const isNew = form.clientId === NEW_CLIENT
  return (
    <FormLayout>
      <ForWhom fields={fields} clients={clients} />
      <What fields={fields} places={places} />
      <InlineStack align="end" gap="200">
        <Button variant="tertiary" onClick={onDone}>
          Not now
        </Button>
        <Button
          variant="primary"
          loading={deciding}
          disabled={isNew && form.name.trim() === ''}
          onClick={() => decide({ decision: 'hold', itemId, ...form, ...(isNew ? {} : { name: '', contact: '' }) })}
        >
          Hold
        </Button>
      </InlineStack>
    </FormLayout>
  )
}

function ForWhom({ fields: { form, set }, clients }: { fields: Fields; clients: ClientView[] }) {
  const known = clients.map(({ id, name, contact }) => ({
    label: contact ? `${name}, ${contact}` : name,
    value: `${id}`,
  }))
  return (
    <>
      <FormLayout.Group>
        <Select
          label="Client"
          options={[{ label: 'A new client', value: NEW_CLIENT }, ...known]}
          value={form.clientId}
          onChange={set('clientId')}
        />
        <TextField label="Until" type="datetime-local" value={form.until} onChange={set('until')} autoComplete="off" />
      </FormLayout.Group>
      {form.clientId === NEW_CLIENT ? (
        <FormLayout.Group>
          <TextField label="Name" value={form.name} onChange={set('name')} autoComplete="off" maxLength={200} />
          <TextField
            label="Phone or e-mail"
            value={form.contact}
            onChange={set('contact')}
            autoComplete="off"
            maxLength={200}
          />
        </FormLayout.Group>
      ) : null}
    </>
  )
}

function What({ fields: { form, set }, places }: { fields: Fields; places: Place[] }) {
  const named = places.map(({ id, name }) => ({ label: name, value: `${id}` }))
  return (
    <>
      <FormLayout.Group>
        <TextField
          label="Pieces"
          type="number"
          min={1}
          value={form.quantity}
          onChange={set('quantity')}
          autoComplete="off"
        />
        <Select
          label="Where it lies"
          options={[{ label: 'Wherever one is for sale', value: '' }, ...named]}
          value={form.locationId}
          onChange={set('locationId')}
        />
      </FormLayout.Group>
      <TextField
        label="Deposit"
        value={form.note}
        onChange={set('note')}
        autoComplete="off"
        maxLength={1000}
        placeholder="200 paid in cash"
      />
    </>
  )
}
