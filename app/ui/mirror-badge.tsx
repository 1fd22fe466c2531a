import { Badge, Banner, Button, InlineStack, Link, Text } from '@shopify/polaris'
import { useDecision } from './use-decision.ts'

export type MirrorSeen = {
  state: string
  store: string
  name: string | null
  url: string | null
  reason: string | null
}

/** Where an order of another channel stands in the store, on a list. */
export function MirrorBadge({ mirror }: { mirror: MirrorSeen }) {
  const { state, store, name, reason } = mirror
  if (state === 'made')
    return <Badge tone={reason ? 'warning' : 'info'}>{`${store} ${name ?? ''}${reason ? ': look at it' : ''}`}</Badge>
  if (state === 'refused') return <Badge tone="critical">{`Not made in ${store}`}</Badge>
  if (state === 'waiting') return <Badge>{`To be made in ${store}`}</Badge>
  return null
}

/** The same on the order's own page, with what to do. */
export function MirrorBanner({ mirror, orderId }: { mirror: MirrorSeen; orderId: number }) {
  const { state, store, name, url, reason } = mirror
  const { decide, deciding } = useDecision('It is tried again')
  const again = (
    <InlineStack>
      <Button loading={deciding} onClick={() => decide({ decision: 'mirror-again', orderId })}>
        Try again
      </Button>
    </InlineStack>
  )
  if (state === 'refused')
    return (
      <Banner tone="critical" title={`This order could not be made in ${store}`}>
        <Text as="p">{reason}</Text>
        {again}
      </Banner>
    )
  if (state === 'unpaid') return <Banner>{`It is made in ${store} when it is paid.`}</Banner>
  if (state === 'waiting') return <Banner>{`It is being made in ${store}.`}</Banner>
  if (state !== 'made') return null
  return (
    <Banner tone={reason ? 'warning' : 'info'}>
      <Text as="p">
        {`In ${store} it is order `}
        {url ? (
          <Link url={url} target="_blank">
            {name ?? 'there'}
          </Link>
        ) : (
          (name ?? 'there')
        )}
        {reason ? `. ${reason}` : ', where it is packed and sent.'}
      </Text>
      {reason ? again : null}
    </Banner>
  )
}
