import { BlockStack, Button, Card, Divider, InlineGrid, InlineStack, Link, List, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import { useDecision } from './use-decision.ts'
import { counted } from './words.ts'

export type ProposalView = {
  listingId: number
  itemId: number
  account: string
  listing: { title: string; sku: string; attributes: Record<string, string>; url: string | null }
  item: { title: string; variant: string; sku: string }
  evidence: string[]
  clear: boolean
}

/** "Are these the same thing?", with what speaks for it. A no is remembered. */
export function ProposalsCard({ proposals }: { proposals: { count: number; first: ProposalView[] } }) {
  const { count, first } = proposals
  if (count === 0) return null
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <InlineStack align="space-between" blockAlign="center" gap="200">
            <Text as="h2" variant="headingMd">
              Are these the same thing?
            </Text>
            <YesToAll proposals={first.filter(({ clear }) => clear)} />
          </InlineStack>
          <Text as="p" tone="subdued">
            {counted(count, 'question')}. A listing is matched without asking only where its SKU is unique on both
            sides. A no is remembered.
          </Text>
        </BlockStack>
        {first.map((proposal) => (
          <Fragment key={`${proposal.listingId}/${proposal.itemId}`}>
            <Divider />
            <Proposal proposal={proposal} />
          </Fragment>
        ))}
      </BlockStack>
    </Card>
  )
}

/** For those that nothing else is as like as, once they have been looked at: fifty questions one by one help nobody. */
function YesToAll({ proposals }: { proposals: ProposalView[] }) {
  const { decide, deciding } = useDecision('Answered')
  if (proposals.length < 2) return null
  const pairs = proposals.map(({ listingId, itemId }) => `${listingId}/${itemId}`).join(',')
  return (
    <Button loading={deciding} onClick={() => decide({ decision: 'match-all', pairs })}>
      {`Yes to the first ${proposals.length}`}
    </Button>
  )
}

function Proposal({ proposal }: { proposal: ProposalView }) {
  const { decide, deciding } = useDecision('Answered')
  const { listingId, itemId, account, listing, item, evidence } = proposal
  const answer = (answered: 'accepted' | 'refused') =>
    decide({ decision: 'match', listingId, itemId, answer: answered })
  return (
    <InlineGrid columns={{ xs: 1, md: '2fr 2fr auto' }} gap="400" alignItems="start">
      <Side
        where={account}
        title={listing.title}
        url={listing.url}
        details={[Object.values(listing.attributes).join(', '), listing.sku || 'no SKU']}
      />
      <BlockStack gap="100">
        <Side
          where="Your item"
          title={item.title}
          url={`/app/inventory/${itemId}`}
          details={[item.variant, item.sku || 'no SKU']}
        />
        <List gap="extraTight">
          {evidence.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      </BlockStack>
      <InlineStack gap="200" align="end" wrap={false}>
        <Button
          loading={deciding}
          onClick={() => answer('accepted')}
          accessibilityLabel={`Yes, ${listing.title} is ${item.title}`}
        >
          Yes
        </Button>
        <Button
          disabled={deciding}
          variant="tertiary"
          onClick={() => answer('refused')}
          accessibilityLabel={`No, ${listing.title} is not ${item.title}`}
        >
          No
        </Button>
      </InlineStack>
    </InlineGrid>
  )
}

function Side({ where, title, url, details }: { where: string; title: string; url: string | null; details: string[] }) {
  return (
    <BlockStack gap="050">
      <Text as="span" tone="subdued" variant="bodySm">
        {where}
      </Text>
      <Text as="span" fontWeight="semibold">
        {url ? (
          <Link url={url} target={url.startsWith('/') ? undefined : '_blank'} removeUnderline>
            {title}
          </Link>
        ) : (
          title
        )}
      </Text>
      <Text as="span" tone="subdued">
        {details.filter(Boolean).join(' · ')}
      </Text>
    </BlockStack>
  )
}
