import { Button, InlineStack, Text } from '@shopify/polaris'
import { Ago } from './moment.tsx'
import { useToken } from './token.ts'
import { useDecision } from './use-decision.ts'
import { pieces } from './words.ts'

export type ParcelView = {
  id: number
  quantity: number
  waiting: number
  unseen: number
  condition: string | null
  part: string | null
  place: string
  cameAt: string
}

/** Pieces that came back. Those that wait are for sale only when somebody has looked at them. */
export function ReturnParcel({ parcel }: { parcel: ParcelView }) {
  const { id, quantity, waiting, unseen, condition, part, place, cameAt } = parcel
  const token = useToken(`judge-${id}-${waiting}`)
  const { decide, deciding } = useDecision('Noted')
  const judge = (decision: string) => decide({ decision, parcelId: id, quantity: 1, token })
  return (
    <InlineStack align="space-between" blockAlign="center" gap="200">
      <Text as="p">
        {`${part === null ? pieces(quantity) : `${quantity} × ${part}`} came back to ${place}${condition ? `, ${condition}` : ''}, `}
        <Ago at={cameAt} />
        {waiting > 0 ? `; ${waiting} still to be looked at` : '; all looked at'}
        {unseen > 0 ? ` (${unseen} by the channel’s word only)` : ''}
      </Text>
      {waiting > 0 ? (
        <InlineStack gap="200">
          <Button loading={deciding} onClick={() => judge('return-passed')}>
            One is in order: sell it
          </Button>
          <Button disabled={deciding} tone="critical" onClick={() => judge('return-failed')}>
            One is damaged
          </Button>
        </InlineStack>
      ) : null}
    </InlineStack>
  )
}
