import { Banner, BlockStack, Button, InlineStack, List, Select, Text } from '@shopify/polaris'
import { useState } from 'react'
import { QUANTITY_NAMES, type QuantityName } from '../merchant/place.ts'
import { NAME_WORDS } from './place-words.ts'
import { useDecision } from './use-decision.ts'
import { counted, pieces } from './words.ts'

export type StandsAtView = { accountId: number; account: string; place: string; name: QuantityName; settling: boolean }
export type LookView = {
  accountId: number
  externalId: string
  name: QuantityName
  place: string
  looked: boolean
  items: number
  pieces: number
  examples: string[]
}
export type ChannelPlaceChoice = {
  accountId: number
  account: string
  externalId: string
  name: string
  active: boolean
  whole: string | null
}

type Mapped = { id: number; name: string; sellable: boolean; standsAt: StandsAtView[]; look: LookView | null }
type Props = { place: Mapped; choices: ChannelPlaceChoice[]; mayArrange: boolean }

/** Where a place stands in a channel, and what a change of that would do. */
export function MappingCard({ place, choices, mayArrange }: Props) {
  return (
    <BlockStack gap="200">
      {place.standsAt.map((one) => (
        <Standing key={one.accountId} place={place} one={one} mayArrange={mayArrange} />
      ))}
      {place.standsAt.length === 0 && mayArrange && choices.length > 0 ? (
        <Mapping place={place} choices={choices} />
      ) : null}
    </BlockStack>
  )
}

function Standing({ place, one, mayArrange }: { place: Mapped; one: StandsAtView; mayArrange: boolean }) {
  const { decide, deciding } = useDecision(`Taken out of ${one.account}`)
  const as = one.name === 'available' ? one.place : `${one.place}, under “${NAME_WORDS[one.name]}”`
  return (
    <InlineStack align="space-between" blockAlign="center" gap="200">
      <Text as="p">{`In ${one.account} it is ${as}.${one.settling ? ' The numbers are being brought together.' : ''}`}</Text>
      {mayArrange ? (
        <Button
          variant="plain"
          loading={deciding}
          disabled={one.settling}
          accessibilityLabel={`Take ${place.name} out of ${one.account}: its pieces leave the numbers there`}
          onClick={() => decide({ decision: 'unmap-place', accountId: one.accountId, locationId: place.id })}
        >
          {`Take out of ${one.account}`}
        </Button>
      ) : null}
    </InlineStack>
  )
}

function Mapping({ place, choices }: { place: Mapped; choices: ChannelPlaceChoice[] }) {
  const open = choices.filter(({ active }) => active)
  const [at, setAt] = useState(0)
  const [name, setName] = useState<QuantityName>(place.sellable ? 'available' : 'quality_control')
  const { decide, deciding } = useDecision('It is being compared')
  const chosen = open[at]
  if (!chosen) return null
  const look = place.look
  return (
    <BlockStack gap="200">
      <InlineStack gap="200" blockAlign="end">
        <Select
          label="In a channel it is"
          options={open.map((one, i) => ({ value: String(i), label: `${one.account}: ${one.name}` }))}
          value={String(at)}
          onChange={(value) => setAt(Number(value))}
        />
        <Select
          label="as"
          options={QUANTITY_NAMES.map((value) => ({ value, label: NAME_WORDS[value] }))}
          value={name}
          onChange={(value: QuantityName) => setName(value)}
        />
        <Button
          loading={deciding}
          onClick={() =>
            decide({
              decision: 'ask-mapping',
              locationId: place.id,
              accountId: chosen.accountId,
              externalId: chosen.externalId,
              name,
            })
          }
        >
          See what that would change
        </Button>
      </InlineStack>
      {look ? <Look place={place} look={look} /> : null}
    </BlockStack>
  )
}

function Look({ place, look }: { place: Mapped; look: LookView }) {
  const { decide, deciding } = useDecision('Mapped')
  const { accountId, externalId, name } = look
  const map = (right: string) =>
    decide({ decision: 'map-place', locationId: place.id, accountId, externalId, name, right })
  const title = `${place.name} as ${look.place}${name === 'available' ? '' : `, under “${NAME_WORDS[name]}”`}`
  if (!look.looked) return <Banner title={title}>The numbers are being compared.</Banner>
  if (look.items === 0) {
    return (
      <Banner title={title} tone="success" action={{ content: 'Map it', onAction: () => map(''), loading: deciding }}>
        The numbers are the same on both sides: nothing changes.
      </Banner>
    )
  }
  const actions = {
    action: { content: 'Our books are right: tell the channel', onAction: () => map('ours'), loading: deciding },
    secondaryAction: { content: 'The channel is right: change our books', onAction: () => map('theirs') },
  }
  return (
    <Banner title={title} tone="warning" {...actions}>
      <BlockStack gap="200">
        <Text as="p">{`The numbers of ${counted(look.items, 'item')} are not the same, by ${pieces(look.pieces)}. Which are right?`}</Text>
        <List>
          {look.examples.map((example) => (
            <List.Item key={example}>{example}</List.Item>
          ))}
        </List>
      </BlockStack>
    </Banner>
  )
}
