import { BlockStack, Button, Card, Link, List, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { StockState } from '../kernel/stock-state.ts'
import { ItemPicker, type Picked } from './item-picker.tsx'
import { Ago } from './moment.tsx'
import { PartRows } from './parts-card.tsx'
import { useDecision } from './use-decision.ts'
import { useFormToken } from './use-form-token.ts'
import { listed, pieces, STATE_NAMES } from './words.ts'

export type ConvertView = {
  /** what can be converted: its pieces, and halves of its broken pairs */
  stock: { itemId: number; locationId: number; place: string; state: StockState; pieces: number }[]
  places: { id: number; name: string }[]
  broken: { pairs: number; reasons: (string | null)[] }
  past: {
    id: number
    kind: string
    quantity: number
    madeAt: string
    remark: string | null
    others: { itemId: number; name: string; quantity: number }[]
  }[]
}

const ACTS = {
  resize: 'Resize it, or make it into another variant',
  'break-set': 'Break it into its pieces',
  'make-set': 'Make it of other pieces',
  'break-pair': 'One of the pair is lost or broken',
  'mend-pair': 'A broken pair is whole again',
}
type Act = keyof typeof ACTS

/** What became of an item's pieces, and what can become of them: other sizes, sets and their parts, halves of pairs. */
export function ConvertCard({ itemId, view }: { itemId: number; view: ConvertView }) {
  const acts = actsOf(itemId, view)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Resize, break, make
        </Text>
        {view.broken.pairs > 0 ? (
          <Text as="p" tone="critical">
            {brokenSentence(view.broken)}
          </Text>
        ) : null}
        {view.past.length > 0 ? (
          <List>
            {view.past.map((one) => (
              <List.Item key={one.id}>
                <Past one={one} />
              </List.Item>
            ))}
          </List>
        ) : null}
        <ConvertForm itemId={itemId} view={view} acts={acts} />
      </BlockStack>
    </Card>
  )
}

const sourcesOf = (act: Act, itemId: number, { stock, places }: ConvertView) => {
  // A set is made of pieces that lie ready: any place may have them.
  if (act === 'make-set') return places.map(({ id, name }) => ({ label: name, value: `${id}/available` }))
  return stock
    .filter((one) => (one.itemId === itemId) === (act !== 'mend-pair'))
    .map(({ locationId, place, state, pieces: n }) => ({
      label: `${place}, ${STATE_NAMES[state].toLowerCase()} (${n})`,
      value: `${locationId}/${state}`,
    }))
}

const actsOf = (itemId: number, view: ConvertView) =>
  (Object.keys(ACTS) as Act[]).filter((act) => sourcesOf(act, itemId, view).length > 0)

/** "2 pairs are broken: The left one was lost. The clasp broke." */
export function brokenSentence({ pairs, reasons }: ConvertView['broken']): string {
  const known = reasons.filter((reason) => reason !== null)
  const why = known.length > 0 ? `: ${known.join('; ')}` : ''
  return `${pairs} ${pairs === 1 ? 'pair is' : 'pairs are'} broken${why}${/[.!?]$/.test(why) ? '' : '.'}`
}

const WENT: Record<string, string> = { 'set made': 'went into', 'set broken': 'was broken into' }

function Past({ one: { kind, quantity, madeAt, remark, others } }: { one: ConvertView['past'][number] }) {
  const [there, here] = [others.filter((other) => other.quantity * quantity < 0), quantity < 0]
  const verb = here ? (WENT[kind] ?? 'became') : 'came of'
  return (
    <>
      {`${pieces(Math.abs(quantity))} ${verb} `}
      {there.map((other, i) => (
        <span key={other.itemId}>
          {i > 0 ? ', ' : ''}
          {`${Math.abs(other.quantity)} × `}
          <Link url={`/app/inventory/${other.itemId}`}>{other.name}</Link>
        </span>
      ))}
      {` (${kind}${remark ? `: ${remark}` : ''}), `}
      <Ago at={madeAt} />
    </>
  )
}

type Part = Picked & { needs: string }

function ConvertForm({ itemId, view, acts }: { itemId: number; view: ConvertView; acts: Act[] }) {
  const { decide, deciding, answer } = useDecision('Done')
  const token = useFormToken(answer)
  const [act, setAct] = useState<Act>()
  const [from, setFrom] = useState('')
  const [quantity, setQuantity] = useState('1')
  const [into, setInto] = useState<Picked | null>(null)
  const [rows, setRows] = useState<Part[]>([])
  const [reason, setReason] = useState('')
  const sources = act ? sourcesOf(act, itemId, view) : []
  const source = sources.some(({ value }) => value === from) ? from : (sources[0]?.value ?? '')
  const choices = acts.map((one) => ({ label: ACTS[one], value: one }))
  const choose = (value: string) => setAct(acts.find((one) => one === value))
  const send = () => {
    const [locationId = '', state = ''] = source.split('/')
    const parts = rows.map(({ id, needs }) => `${id}/${needs}`).join(',')
    const told = { itemId, quantity, locationId, state, reason, token }
    decide({ decision: act ?? '', ...told, intoId: into?.id ?? '', parts })
  }
  const isSet = act === 'break-set' || act === 'make-set'
  const ready = reason.trim() !== '' && (act !== 'resize' || into) && (!isSet || rows.length > 0)
  return (
    <BlockStack gap="300">
      <Select
        label="What happens"
        options={[{ label: 'Nothing', value: '' }, ...choices]}
        value={act ?? ''}
        onChange={choose}
      />
      {act ? (
        <>
          <Select label="Where" options={sources} value={source} onChange={setFrom} />
          <TextField
            label="How many"
            type="number"
            min={1}
            autoComplete="off"
            value={quantity}
            onChange={setQuantity}
          />
          {act === 'resize' ? <ItemPicker label="Into" picked={into} onPick={setInto} /> : null}
          {isSet ? <PartRows rows={rows} onChange={setRows} /> : null}
          <TextField label="Why" autoComplete="off" value={reason} onChange={setReason} maxLength={1_000} />
          <div>
            <Button variant="primary" loading={deciding} disabled={!ready || token === ''} onClick={send}>
              {isSet && rows.length > 0
                ? `Each is ${listed(rows.map(({ needs, name }) => `${needs} × ${name}`))}`
                : 'Do it'}
            </Button>
          </div>
        </>
      ) : null}
    </BlockStack>
  )
}
