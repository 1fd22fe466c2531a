import { BlockStack, Button, InlineStack, Text } from '@shopify/polaris'
import { useState } from 'react'
import { useDecision } from './use-decision.ts'

type Props = {
  account: { id: number; name: string; status: string; leavingSince: string | null }
  mayConnect: boolean
}

/** Ends the work for a channel, and asks first what becomes of the listings there. */
export function Disconnect({ account, mayConnect }: Props) {
  const { id, name, status, leavingSince } = account
  const [asked, setAsked] = useState(false)
  const { decide, deciding } = useDecision(`${name} is being disconnected`)
  const leave = (listings: 'leave' | 'off-sale') => decide({ decision: 'disconnect', accountId: id, listings })
  if (!asked)
    return (
      <InlineStack align="end">
        <Button variant="plain" tone="critical" disabled={!mayConnect} onClick={() => setAsked(true)}>
          {`Disconnect ${name}`}
        </Button>
      </InlineStack>
    )
  return (
    <BlockStack gap="200">
      <Text as="p">
        Vitrine will no longer read orders of {name} nor change its numbers. What was booked stays. What shall become of
        your listings there?
      </Text>
      <InlineStack gap="200" align="end">
        <Button onClick={() => setAsked(false)}>Stay connected</Button>
        <Button loading={deciding} onClick={() => leave('leave')}>
          Leave them as they are
        </Button>
        {status === 'open' && !leavingSince ? (
          <Button variant="primary" tone="critical" loading={deciding} onClick={() => leave('off-sale')}>
            Take them off sale first
          </Button>
        ) : null}
      </InlineStack>
    </BlockStack>
  )
}
