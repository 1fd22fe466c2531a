import { BlockStack, Button, Card, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { DeliveryLine } from './delivery-lines.tsx'
import type { PlaceChoice } from './move-form.tsx'
import type { Found } from './new-delivery.tsx'

type Props = {
  deliveryId: number
  found: Found[]
  places: PlaceChoice[]
  locationId: number
  onSearch: (text: string) => void
}

/** What came and was on no line: it is found by its title or SKU, and counted like the rest. */
export function AddToDelivery({ deliveryId, found, places, locationId, onSearch }: Props) {
  const [text, setText] = useState('')
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Something else has come
        </Text>
        <TextField
          label="Title or SKU"
          value={text}
          onChange={setText}
          autoComplete="off"
          connectedRight={<Button onClick={() => onSearch(text)}>Find</Button>}
        />
        {found.map(({ id, title, sku }) => (
          <DeliveryLine
            key={id}
            deliveryId={deliveryId}
            line={{ itemId: id, title, sku, code: sku || `V${id}`, expected: 0, received: 0 }}
            places={places}
            locationId={locationId}
          />
        ))}
      </BlockStack>
    </Card>
  )
}
