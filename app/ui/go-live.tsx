import { BlockStack, Button, DataTable, InlineStack, Link, Text } from '@shopify/polaris'
import { useDecision } from './use-decision.ts'
import { counted } from './words.ts'

export type GoingLiveView = {
  compared: number
  lowered: number
  raised: number
  unmatched: number
  first: { listingId: number; itemId: number; title: string; shown: number; should: number }[]
}

type Props = { accountId: number; name: string; goingLive: GoingLiveView; mayConnect: boolean }

/** What will change on a channel when it goes live, before it does. */
export function GoLive({ accountId, name, goingLive, mayConnect }: Props) {
  const { decide, deciding } = useDecision(`${name} is live`)
  const { compared, lowered, raised, unmatched, first } = goingLive
  return (
    <BlockStack gap="300">
      <Text as="p">{outlook(name, goingLive)}</Text>
      {first.length > 0 ? (
        <DataTable
          columnContentTypes={['text', 'numeric', 'numeric']}
          headings={['Listing', `${name} shows`, 'Will show']}
          rows={first.map(({ listingId, itemId, title, shown, should }) => [
            <Link key={listingId} url={`/app/inventory/${itemId}`} removeUnderline>
              {title}
            </Link>,
            shown,
            should,
          ])}
          footerContent={lowered + raised > first.length ? `and ${lowered + raised - first.length} more` : undefined}
        />
      ) : null}
      {unmatched > 0 ? (
        <Text as="p" tone="subdued">
          {counted(unmatched, 'listing')} {unmatched === 1 ? 'is' : 'are'} not matched to an item; their numbers stay as
          they are.
        </Text>
      ) : null}
      <InlineStack align="end">
        <Button
          variant="primary"
          loading={deciding}
          disabled={!mayConnect || compared === 0}
          onClick={() => decide({ decision: 'go-live', accountId })}
        >
          Go live
        </Button>
      </InlineStack>
    </BlockStack>
  )
}

function outlook(name: string, { compared, lowered, raised }: GoingLiveView): string {
  if (compared === 0) return 'No listing is matched to an item yet. Answer the questions below first.'
  const of = `${counted(compared, 'listing')} ${compared === 1 ? 'is' : 'are'} matched.`
  if (lowered + raised === 0) return `${of} ${name} shows the right number on every one: nothing will change.`
  const parts = [lowered > 0 ? `lower ${lowered}` : '', raised > 0 ? `raise ${raised}` : ''].filter(Boolean)
  return `${of} Going live will ${parts.join(' and ')} of them, so that ${name} shows what is really for sale.`
}
