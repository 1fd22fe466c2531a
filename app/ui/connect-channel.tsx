import { useFetcher } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { BlockStack, Button, Card, InlineGrid, Text } from '@shopify/polaris'
import { useEffect } from 'react'
import type { Refusal } from '../kernel/refusal.ts'

/** What the start of a connection answers: where to go, or why not. */
export type StartedConnect = { url?: string; refusal?: Refusal }

/** Leads to a channel's own consent page, in the whole window: channels do not let themselves be framed. */
export function ConnectChannel({ channel, name, mayConnect }: { channel: string; name: string; mayConnect: boolean }) {
  const fetcher = useFetcher<StartedConnect>()
  const shopify = useAppBridge()
  const { data } = fetcher
  useEffect(() => {
    if (data?.refusal) shopify.toast.show(data.refusal.sentence, { isError: true })
    if (data?.url) open(data.url, '_top')
  }, [data, shopify])
  return (
    <Card>
      <InlineGrid columns={{ xs: 1, sm: '1fr auto' }} gap="300" alignItems="center">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {name}
          </Text>
          <Text as="p">
            Vitrine reads your listings and their orders, and keeps their quantities true. Prices, texts and photos stay
            as they are.
          </Text>
        </BlockStack>
        <Button
          variant="primary"
          disabled={!mayConnect}
          loading={fetcher.state !== 'idle' || Boolean(data?.url)}
          onClick={() => fetcher.submit({}, { method: 'post', action: `/connect/${channel}` })}
        >
          Connect {name}
        </Button>
      </InlineGrid>
    </Card>
  )
}
