import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { StockState } from '../kernel/stock-state.ts'
import { CountForm } from './count-form.tsx'
import { type InHand, MoveForm, type PlaceChoice } from './move-form.tsx'
import type { PartnerChoice } from './place-form.tsx'
import { pieces, STATE_NAMES } from './words.ts'

export type SpotView = { locationId: number; place: string; state: StockState; pieces: number }
type Props = { itemId: number; spots: SpotView[]; places: PlaceChoice[]; partners: PartnerChoice[] }

/** What a person can do with the pieces of an item: carry them somewhere, or count them. */
export function MoveCard({ itemId, spots, places, partners }: Props) {
  const counted = new Set(spots.map(({ locationId, state }) => `${locationId}/${state}`))
  // A place where the books have nothing can be counted too: something may have been found there.
  const empty = places
    .filter(({ id }) => !counted.has(`${id}/available`))
    .map(({ id, name }): SpotView => ({ locationId: id, place: name, state: 'available', pieces: 0 }))
  if (places.length === 0) return null
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Move or count
        </Text>
        {[...spots, ...empty].map((spot) => (
          <Spot
            key={`${spot.locationId}/${spot.state}`}
            itemId={itemId}
            spot={spot}
            places={places}
            partners={partners}
          />
        ))}
      </BlockStack>
    </Card>
  )
}

function Spot({ itemId, spot, places, partners }: Omit<Props, 'spots'> & { spot: SpotView }) {
  const [doing, setDoing] = useState<'move' | 'count' | null>(null)
  const stop = () => setDoing(null)
  const from: InHand = { itemId, ...spot, stayId: null, checkOwed: false }
  const where = `“${STATE_NAMES[spot.state]}” in ${spot.place}`
  return (
    <BlockStack gap="200">
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <Text as="span" tone={spot.pieces === 0 ? 'subdued' : undefined}>
          {`${pieces(spot.pieces)} ${where}`}
        </Text>
        <InlineStack gap="200">
          {spot.pieces > 0 ? (
            <Button onClick={() => setDoing('move')} accessibilityLabel={`Move ${where}`}>
              Move
            </Button>
          ) : null}
          {spot.state === 'held' ? null : (
            <Button variant="tertiary" onClick={() => setDoing('count')} accessibilityLabel={`Count ${where}`}>
              Count
            </Button>
          )}
        </InlineStack>
      </InlineStack>
      {doing === 'move' ? <MoveForm from={from} places={places} partners={partners} onDone={stop} /> : null}
      {doing === 'count' ? <CountForm from={from} onDone={stop} /> : null}
    </BlockStack>
  )
}
