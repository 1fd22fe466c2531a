import { BlockStack, Button, Card, InlineStack, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { PartnerChoice } from './place-form.tsx'
import { useDecision } from './use-decision.ts'

/** Vendors, consignees and others who lend us pieces or keep ours. A name that is erased is nowhere any more. */
export function PartnersCard({ partners, mayArrange }: { partners: PartnerChoice[]; mayArrange: boolean }) {
  const [name, setName] = useState('')
  const { decide, deciding } = useDecision('Added')
  const add = () => {
    decide({ decision: 'add-partner', name })
    setName('')
  }
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Partners
        </Text>
        {partners.length === 0 ? <Text as="p">Nobody lends you pieces or keeps yours.</Text> : null}
        {partners.map((partner) => (
          <Partner key={partner.id} partner={partner} mayArrange={mayArrange} />
        ))}
        <InlineStack gap="200" blockAlign="end">
          <TextField label="Name" value={name} onChange={setName} autoComplete="off" maxLength={80} />
          <Button loading={deciding} disabled={name.trim() === ''} onClick={add}>
            Add a partner
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function Partner({ partner, mayArrange }: { partner: PartnerChoice; mayArrange: boolean }) {
  const { decide, deciding } = useDecision('Erased')
  return (
    <InlineStack align="space-between" blockAlign="center">
      <Text as="span">{partner.name ?? 'Somebody whose name was erased'}</Text>
      {mayArrange ? (
        <Button
          variant="plain"
          tone="critical"
          loading={deciding}
          accessibilityLabel={`Erase the name of ${partner.name ?? 'this partner'}`}
          onClick={() => decide({ decision: 'erase-partner', partnerId: partner.id })}
        >
          Erase the name
        </Button>
      ) : null}
    </InlineStack>
  )
}
