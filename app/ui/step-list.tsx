import { BlockStack, Box, InlineStack, Link, Text } from '@shopify/polaris'
import type { Step } from '../pool/available.ts'

/** The page that shows what a step speaks of: "rule/7@2", "item/5", "location/3". Null when none does. */
export function pageOf(link: string | null): string | null {
  const [what, id = ''] = (link ?? '').split(/[/@]/)
  if (what === 'rule') return `/app/rules#rule-${id}`
  if (what === 'item') return `/app/inventory/${id}`
  return what === 'location' ? '/app/places' : null
}

/** A number in steps that add up to it, each with the way to what it speaks of. */
export function StepList({ steps }: { steps: Step[] }) {
  if (steps.length === 0) return <Text as="p">No piece is anywhere.</Text>
  return (
    <BlockStack gap="050">
      {steps.map(({ sentence, quantity, link }) => (
        <InlineStack key={sentence} gap="200" wrap={false}>
          <Box minWidth="2.5rem">
            <Text as="p" alignment="end" numeric tone={quantity === 0 ? 'subdued' : undefined}>
              {signed(quantity)}
            </Text>
          </Box>
          <Text as="p" tone={quantity === 0 ? 'subdued' : undefined}>
            {linked(sentence, pageOf(link))}
          </Text>
        </InlineStack>
      ))}
    </BlockStack>
  )
}

const linked = (sentence: string, url: string | null) =>
  url === null ? (
    sentence
  ) : (
    <Link url={url} monochrome>
      {sentence}
    </Link>
  )

/** "+7", "−2", "0" */
const signed = (n: number) => (n === 0 ? '0' : `${n > 0 ? '+' : '−'}${Math.abs(n)}`)
