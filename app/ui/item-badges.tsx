import { Badge, InlineStack } from '@shopify/polaris'

type Item = { kind: string; status: string; undecided: string | null; backorder: boolean }

/** What is particular about an item. */
export function ItemBadges({ item }: { item: Item }) {
  return (
    <InlineStack gap="100">
      {item.kind === 'one_of_one' ? <Badge>One of a kind</Badge> : null}
      {item.kind === 'made_to_order' ? <Badge>Made to order</Badge> : null}
      {item.kind === 'bundle' ? <Badge>Set</Badge> : null}
      {item.backorder ? <Badge>Sold beyond its stock</Badge> : null}
      {item.status === 'archived' ? <Badge>Archived</Badge> : null}
      {item.status === 'deleted' ? <Badge tone="critical">Deleted in Shopify</Badge> : null}
      {item.undecided ? <Badge tone="attention">Waits for you</Badge> : null}
    </InlineStack>
  )
}
