import { BlockStack, Button, Card, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useContext, useState } from 'react'
import { RULE_KINDS } from '../pool/rule.ts'
import { ItemPicker, type Picked } from './item-picker.tsx'
import { Now } from './moment.tsx'
import type { ShownRule } from './rule-list.tsx'
import { KIND_NAMES } from './rule-words.ts'

type Named = { id: number; name: string }
export type RuleChoices = { accounts: Named[]; places: Named[]; people: Named[]; categories: string[] }
type Fields = Record<string, string>
type Form = {
  rule: ShownRule | null
  choices: RuleChoices
  asking: boolean
  onAsk: (form: Fields) => void
  onLeave: () => void
}

const BEGIN: Fields = { kind: 'safety_stock', quantity: '1' }

/** By the clock of the shop, as such a field wants it: "2026-12-24T18:00". */
const localOf = (at: string | null, timeZone: string): string =>
  at === null ? '' : new Date(at).toLocaleString('sv', { timeZone }).replace(' ', 'T')

function fieldsOf(rule: ShownRule | null, timeZone: string): Fields {
  if (!rule) return BEGIN
  const { kind, quantity, low, slowMs, places, reason, ownerId, reviewOn, id } = rule
  const said = {
    kind,
    quantity,
    low,
    places: places.join(','),
    reason,
    ownerId,
    reviewOn,
    ruleId: id,
    from: localOf(rule.from, timeZone),
    until: localOf(rule.until, timeZone),
  }
  const seconds = slowMs === null ? {} : { slowSeconds: slowMs / 1_000 }
  return Object.fromEntries(Object.entries({ ...said, ...seconds }).map(([name, value]) => [name, String(value ?? '')]))
}

const optionsOf = (none: string, named: Named[]) => [
  { label: none, value: '' },
  ...named.map(({ id, name }) => ({ label: name, value: String(id) })),
]

/** What a rule is to say. It changes nothing: what it would change is looked at first. */
export function RuleForm({ rule, choices, asking, onAsk, onLeave }: Form) {
  const { timeZone } = useContext(Now)
  const [fields, setFields] = useState(() => fieldsOf(rule, timeZone))
  const bind = (name: string) => ({
    id: `rule-${name}`,
    value: fields[name] ?? '',
    onChange: (value: string) => setFields((known) => ({ ...known, [name]: value })),
  })
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {rule ? 'Change a rule' : 'A new rule'}
        </Text>
        <FormLayout>
          {rule ? null : <For bind={bind} choices={choices} />}
          <Says kind={fields['kind'] ?? ''} bind={bind} choices={choices} />
          <FormLayout.Group>
            <TextField label="From (left empty: at once)" type="datetime-local" autoComplete="off" {...bind('from')} />
            <TextField
              label="Until (left empty: for good)"
              type="datetime-local"
              autoComplete="off"
              {...bind('until')}
            />
          </FormLayout.Group>
          <TextField label="Why" autoComplete="off" maxLength={500} {...bind('reason')} />
          <FormLayout.Group>
            <Select label="Who answers for it" options={optionsOf('Nobody', choices.people)} {...bind('ownerId')} />
            <TextField label="To be looked at again on" type="date" autoComplete="off" {...bind('reviewOn')} />
          </FormLayout.Group>
        </FormLayout>
        <InlineStack gap="200">
          <Button variant="primary" loading={asking} onClick={() => onAsk({ ...fields, change: 'save' })}>
            Show what would change
          </Button>
          <Button onClick={onLeave}>Leave it</Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

type Bind = (name: string) => { id: string; value: string; onChange: (value: string) => void }
type Part = { bind: Bind; choices: RuleChoices }

function For({ bind, choices }: Part) {
  const [item, setItem] = useState<Picked | null>(null)
  const pick = (picked: Picked | null) => {
    setItem(picked)
    bind('itemId').onChange(picked ? String(picked.id) : '')
  }
  const categories = [
    { label: 'Every item', value: '' },
    ...choices.categories.map((value) => ({ label: value, value })),
  ]
  return (
    <>
      <Select
        label="What it does"
        options={RULE_KINDS.map((value) => ({ label: KIND_NAMES[value], value }))}
        {...bind('kind')}
      />
      <FormLayout.Group>
        <Select
          label="Channel"
          helpText="Shopify shows what lies there as available, in its shop, till and drafts alike: it can only have a safety stock, and has one only when it is chosen here."
          options={optionsOf('Every channel that is told numbers', choices.accounts)}
          {...bind('accountId')}
        />
        <Select label="Category" options={categories} {...bind('category')} />
        <ItemPicker label="Or one item" picked={item} onPick={pick} />
      </FormLayout.Group>
    </>
  )
}

function Says({ kind, bind, choices }: Part & { kind: string }) {
  if (kind === 'only_places' || kind === 'not_places') return <Places bind={bind} places={choices.places} />
  if (kind === 'excluded' || kind === 'never_last') {
    const options = [
      { label: 'So it is', value: '1' },
      { label: 'Not here, though a broader rule says so', value: '0' },
    ]
    return <Select label="Which" options={options} {...bind('quantity')} />
  }
  return (
    <FormLayout.Group>
      <TextField
        label={kind === 'percentage' ? 'Per cent' : 'Pieces'}
        type="number"
        min={0}
        autoComplete="off"
        {...bind('quantity')}
      />
      {kind === 'throttle' ? (
        <TextField label="When there are so many or fewer" type="number" min={1} autoComplete="off" {...bind('low')} />
      ) : null}
      {kind === 'throttle' ? (
        <TextField
          label="Slow: longer than (seconds)"
          type="number"
          min={1}
          autoComplete="off"
          {...bind('slowSeconds')}
        />
      ) : null}
    </FormLayout.Group>
  )
}

function Places({ bind, places }: { bind: Bind; places: Named[] }) {
  const { value, onChange } = bind('places')
  const chosen = value.split(',').filter(Boolean)
  const toggle = (id: string) =>
    onChange((chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]).join(','))
  return (
    <InlineStack gap="200">
      {places.map(({ id, name }) => (
        <Button key={id} pressed={chosen.includes(String(id))} onClick={() => toggle(String(id))}>
          {name}
        </Button>
      ))}
    </InlineStack>
  )
}
