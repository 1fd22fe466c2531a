import { useSearchParams } from '@remix-run/react'
import { Badge, BlockStack, Box, Button, Card, Checkbox, Divider, InlineStack, Text, TextField } from '@shopify/polaris'
import { Fragment, useState } from 'react'
import { Ago } from './moment.tsx'
import { type Asked, useAsk } from './use-ask.ts'
import { useDecision } from './use-decision.ts'
import { counted, END_NAMES, pieces, STATE_NAMES } from './words.ts'

export type ActView = {
  key: string
  actor: string
  reason: string
  at: string
  items: number
  pieces: number
  remark: string | null
  undone: boolean
  undoable: boolean
}

type Props = { acts: ActView[]; next: string | null; actors: Record<string, string>; heading?: string }

/** What people did in the last 30 days, each with what undoing it would do. */
export function ActsCard({ acts, next, actors, heading = 'What people did in the last 30 days' }: Props) {
  const [params, setParams] = useSearchParams()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {heading}
        </Text>
        {acts.length === 0 ? (
          <Text as="p" tone="subdued">
            Nobody moved anything by hand.
          </Text>
        ) : null}
        {acts.map((act, i) => (
          <Fragment key={act.key}>
            {i > 0 ? <Divider /> : null}
            <ActRow act={act} actor={actors[act.actor] ?? act.actor} />
          </Fragment>
        ))}
        <InlineStack align="center" gap="200">
          {params.has('before') ? <Button onClick={() => setParams({})}>Back to the newest</Button> : null}
          {next ? (
            <Button onClick={() => setParams({ before: next }, { preventScrollReset: true })}>Older</Button>
          ) : null}
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function ActRow({ act, actor }: { act: ActView; actor: string }) {
  const { ask, asking, said } = useAsk<Preview>()
  return (
    <BlockStack gap="200">
      <InlineStack align="space-between" blockAlign="start" gap="400" wrap={false}>
        <BlockStack gap="050">
          <Text as="p" fontWeight="semibold">
            {`${act.reason.charAt(0).toUpperCase()}${act.reason.slice(1)}: ${pieces(act.pieces)} of ${counted(act.items, 'item')}`}
          </Text>
          {act.remark ? <Text as="p">“{act.remark}”</Text> : null}
          <Text as="p" tone="subdued" variant="bodySm">
            <Ago at={act.at} />, by {actor}
          </Text>
        </BlockStack>
        {act.undone ? <Badge>Undone</Badge> : null}
        {!act.undone && act.undoable && !said ? (
          <Button loading={asking} onClick={() => ask({ decision: 'undo-preview', act: act.key })}>
            Undo…
          </Button>
        ) : null}
      </InlineStack>
      {said && !act.undone ? <UndoForm act={act} preview={said} /> : null}
    </BlockStack>
  )
}

type EndView = { state: string; place: string | null }
type MoveView = { itemId: number; item: string; quantity: number; from: EndView; to: EndView }
type Kept = { itemId: number; item: string; sentence: string }
type Preview = Asked & {
  back: MoveView[]
  gone: MoveView[]
  kept: Kept[]
  backCount: number
  goneCount: number
  keptCount: number
}

function UndoForm({ act, preview }: { act: ActView; preview: Preview }) {
  const [note, setNote] = useState('')
  const [whatCan, setWhatCan] = useState(false)
  const { decide, deciding } = useDecision('Undone')
  const { back, gone, kept, backCount, goneCount, keptCount } = preview
  const left = goneCount + keptCount
  const possible = backCount > 0 && (left === 0 || whatCan)
  return (
    <Box background="bg-surface-secondary" padding="300" borderRadius="200">
      <BlockStack gap="300">
        <Moves heading={`${counted(backCount, 'movement')} would go back`} moves={back} count={backCount} />
        <Moves heading="Not there any more" moves={gone} count={goneCount} />
        <KeptThere kept={kept} count={keptCount} />
        {left > 0 && backCount > 0 ? (
          <Checkbox label="Undo what still can be undone" checked={whatCan} onChange={setWhatCan} />
        ) : null}
        <TextField label="Why" value={note} onChange={setNote} autoComplete="off" maxLength={1000} />
        <InlineStack align="end">
          <Button
            variant="primary"
            loading={deciding}
            disabled={!possible || note.trim() === ''}
            onClick={() => decide({ decision: 'undo', act: act.key, note, whatCan: whatCan ? 'yes' : 'no' })}
          >
            Undo it
          </Button>
        </InlineStack>
      </BlockStack>
    </Box>
  )
}

const SHOWN = 10

function Moves({ heading, moves, count }: { heading: string; moves: MoveView[]; count: number }) {
  if (count === 0) return null
  const shown = moves.slice(0, SHOWN)
  return (
    <BlockStack gap="050">
      <Text as="h3" variant="headingSm">
        {heading}
      </Text>
      {shown.map((move, i) => (
        <Text
          as="p"
          key={i}
        >{`${move.item}: ${pieces(move.quantity)} from ${endName(move.from)} to ${endName(move.to)}`}</Text>
      ))}
      {count > shown.length ? <Text as="p" tone="subdued">{`and ${count - shown.length} more`}</Text> : null}
    </BlockStack>
  )
}

function KeptThere({ kept, count }: { kept: Kept[]; count: number }) {
  if (count === 0) return null
  const shown = kept.slice(0, SHOWN)
  return (
    <BlockStack gap="050">
      <Text as="h3" variant="headingSm">
        Stays where it is
      </Text>
      {shown.map(({ itemId, item, sentence }) => (
        <Text as="p" key={itemId}>{`${item}: ${sentence}`}</Text>
      ))}
      {count > shown.length ? <Text as="p" tone="subdued">{`and ${count - shown.length} more`}</Text> : null}
    </BlockStack>
  )
}

const NAMES: Record<string, string> = { ...STATE_NAMES, ...END_NAMES }

const endName = ({ state, place }: EndView): string =>
  place === null ? (NAMES[state] ?? state) : `“${NAMES[state] ?? state}” in ${place}`
