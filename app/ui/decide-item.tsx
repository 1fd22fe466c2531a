import { Banner, Button, InlineStack, Text } from '@shopify/polaris'
import { useDecision } from './use-decision.ts'

type Item = { id: number; undecided: string | null; tracked: boolean; kind: string; halfOf: number | null }

/** An item that is not published until a person has said so, with the reason why. */
export function DecideItem({ item }: { item: Item }) {
  const { decide, deciding } = useDecision('Decided')
  return (
    <Banner tone="warning" title="Nothing is published for this item yet">
      <Text as="p">{sentence(item.undecided ?? '')}</Text>
      <div style={{ marginTop: 12 }}>
        <InlineStack gap="200">
          <Button
            loading={deciding}
            disabled={!canBePublished(item)}
            onClick={() => decide({ decision: 'publish', itemId: item.id, answer: 'yes' })}
          >
            Publish its number
          </Button>
          <Button
            variant="tertiary"
            disabled={deciding}
            onClick={() => decide({ decision: 'publish', itemId: item.id, answer: 'no' })}
          >
            Leave it as it is
          </Button>
        </InlineStack>
      </div>
    </Banner>
  )
}

// A bundle of which nobody has said the parts is refused, with the reason.
const canBePublished = ({ tracked, kind, halfOf }: Item) => halfOf === null && (tracked || kind === 'bundle')

// Reasons are kept as they stand in a sentence: small, and without its end.
const sentence = (reason: string) =>
  `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`
