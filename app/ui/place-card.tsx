import { Badge, BlockStack, Button, Card, InlineStack, Link, Text } from '@shopify/polaris'
import { useState } from 'react'
import { MappingCard, type ChannelPlaceChoice, type LookView, type StandsAtView } from './mapping-card.tsx'
import { type PartnerChoice, type PlaceFields, PlaceForm } from './place-form.tsx'
import { hoursInWords, KIND_WORDS, OWNER_WORDS, WORK_WORDS } from './place-words.ts'
import { useDecision } from './use-decision.ts'
import { pieces } from './words.ts'

export type PlaceCardView = PlaceFields & {
  id: number
  usualHours: number
  partner: string | null
  guessed: boolean
  pieces: number
  overdue: number
  standsAt: StandsAtView[]
  look: LookView | null
}

type Props = { place: PlaceCardView; partners: PartnerChoice[]; choices: ChannelPlaceChoice[]; mayArrange: boolean }

/** A place: what it is for, whether it sells, how long pieces may stay, and what it is in the channels. */
export function PlaceCard({ place, partners, choices, mayArrange }: Props) {
  const [editing, setEditing] = useState(false)
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <InlineStack gap="200" blockAlign="center">
            <Text as="h2" variant="headingMd">
              {place.name}
            </Text>
            <Badges place={place} />
          </InlineStack>
          {mayArrange && !editing ? <Buttons place={place} onEdit={() => setEditing(true)} /> : null}
        </InlineStack>
        {editing ? (
          <PlaceForm place={place} partners={partners} onDone={() => setEditing(false)} />
        ) : (
          <>
            <Text as="p">{sentence(place)}</Text>
            {place.guessed ? (
              <Text as="p" tone="caution">
                What it is for was guessed from its name. Edit it, and save it when it is right.
              </Text>
            ) : null}
            <MappingCard place={place} choices={choices} mayArrange={mayArrange} />
          </>
        )}
      </BlockStack>
    </Card>
  )
}

function Badges({ place }: { place: PlaceCardView }) {
  return (
    <>
      <Badge tone={place.sellable ? 'success' : undefined}>{place.sellable ? 'Sells' : 'Does not sell'}</Badge>
      <Badge>{place.work ? `${KIND_WORDS[place.kind]}: ${WORK_WORDS[place.work]}` : KIND_WORDS[place.kind]}</Badge>
      {place.owner === 'ours' ? null : <Badge tone="info">{OWNER_WORDS[place.owner]}</Badge>}
      {place.overdue > 0 ? <Badge tone="critical">{`${place.overdue} overdue`}</Badge> : null}
    </>
  )
}

function Buttons({ place, onEdit }: { place: PlaceCardView; onEdit: () => void }) {
  const { decide, deciding } = useDecision(`${place.name} is not used any more`)
  return (
    <InlineStack gap="200">
      <Button onClick={onEdit} accessibilityLabel={`Edit ${place.name}`}>
        Edit
      </Button>
      {place.pieces === 0 && place.standsAt.length === 0 ? (
        <Button
          variant="tertiary"
          loading={deciding}
          accessibilityLabel={`Give up ${place.name}`}
          onClick={() => decide({ decision: 'archive-place', locationId: place.id })}
        >
          Give up
        </Button>
      ) : (
        <Link url={`/app/bench?place=${place.id}`}>What lies there</Link>
      )}
    </InlineStack>
  )
}

/** "4 pieces lie here. They belong to Okafor. A piece may stay 7 days, and must pass a check before it is sold." */
function sentence({
  pieces: n,
  partner,
  owner,
  sellable,
  expectedHours,
  usualHours,
  needsCheck,
}: PlaceCardView): string {
  const lies = n === 0 ? 'Nothing lies here.' : `${pieces(n)} ${n === 1 ? 'lies' : 'lie'} here.`
  const whose = partner ? ` ${owner === 'ours' ? 'With' : 'They belong to'} ${partner}.` : ''
  if (sellable) return lies + whose
  const check = needsCheck ? ', and must pass a check before it is sold' : ''
  return `${lies}${whose} A piece may stay ${hoursInWords(expectedHours ?? usualHours)}${check}.`
}
