import { BlockStack, Box, Button, Card, InlineStack, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'

type Empty = { heading: string; children?: ReactNode; action?: { content: string; url: string } }

/** What stands where there is nothing to show, and what to do about it. */
export function Empty({ heading, children, action }: Empty) {
  return (
    <Card>
      <Box paddingBlock="800">
        <BlockStack gap="200" inlineAlign="center">
          <Text as="h2" variant="headingMd" alignment="center">
            {heading}
          </Text>
          {children ? (
            <Text as="p" tone="subdued" alignment="center">
              {children}
            </Text>
          ) : null}
          {action ? (
            <InlineStack align="center">
              <Button url={action.url}>{action.content}</Button>
            </InlineStack>
          ) : null}
        </BlockStack>
      </Box>
    </Card>
  )
}
