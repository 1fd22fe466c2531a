import { Button, InlineStack, Select, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { CONDITION_NAMES } from './words.ts'
import { useToken } from './token.ts'
import { useDecision } from './use-decision.ts'

type Line = {
  id: number
  itemId: number | null
  ours: boolean
  currentQuantity: number
  reserved: number
  shipped: number
  returned: number
  canComeBack: number
  expected: { outstanding: number }[]
}

/** What can be done for a line: receive what comes back, exchange, replace, send or cancel what is ours. */
export function LineActions({ line, orderId }: { line: Line; orderId: number }) {
  const { id, ours, reserved, canComeBack, itemId } = line
  const [quantity, setQuantity] = useState('1')
  const [condition, setCondition] = useState('as new')
  const [other, setOther] = useState('')
  const coming = line.expected.reduce((sum, { outstanding }) => sum + outstanding, 0)
  const token = useToken(`line-${id}-${line.returned}-${reserved}-${line.shipped}-${line.currentQuantity + coming}`)
  const { decide, deciding } = useDecision('Done')
  const submit = (decision: string, more: Record<string, string | number> = {}) =>
    decide({ decision, lineId: id, quantity, token, ...more })
  if (itemId === null) return null
  return (
    <InlineStack gap="200" blockAlign="end">
      <div style={{ width: '6rem' }}>
        <TextField label="Pieces" type="number" min={1} value={quantity} onChange={setQuantity} autoComplete="off" />
      </div>
      {canComeBack > 0 ? (
        <>
          <Select label="Condition" options={CONDITION_NAMES} value={condition} onChange={setCondition} />
          <Button loading={deciding} onClick={() => submit('return-received', { condition })}>
            They came back
          </Button>
          <Button disabled={deciding} onClick={() => submit('return-expected')}>
            They are on their way back
          </Button>
          <div style={{ width: '9rem' }}>
            <TextField label="Exchange for item no." value={other} onChange={setOther} autoComplete="off" />
          </div>
          <Button
            disabled={deciding || other === ''}
            onClick={() => submit('exchange', { condition, itemId: other, back: 'now' })}
          >
            Exchange, it is back
          </Button>
          <Button
            disabled={deciding || other === ''}
            onClick={() => submit('exchange', { condition, itemId: other, back: 'later' })}
          >
            Exchange, it is on its way
          </Button>
        </>
      ) : null}
      {ours ? null : (
        <Button disabled={deciding} onClick={() => submit('replacement')}>
          Send a replacement
        </Button>
      )}
      {ours && reserved > 0 ? (
        <>
          <Button disabled={deciding} onClick={() => submit('ours-sent')}>
            It was sent
          </Button>
          <Button disabled={deciding} onClick={() => submit('ours-cancelled')}>
            Not to be sent
          </Button>
        </>
      ) : null}
      {!ours && reserved > 0 ? (
        <Button disabled={deciding} onClick={() => submit('give-back', { orderId })}>
          Not wanted any more
        </Button>
      ) : null}
    </InlineStack>
  )
}
