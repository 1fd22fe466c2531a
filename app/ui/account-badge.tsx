import { Badge, type BadgeProps } from '@shopify/polaris'

const WORDS: Record<string, [string, BadgeProps['tone']]> = {
  connecting: ['Connecting', 'info'],
  importing: ['Being read', 'info'],
  review: ['Waits for your review', 'attention'],
  open: ['Live', 'success'],
  off: ['Disconnected', undefined],
}

/** How a channel account stands. */
export function AccountBadge({ status }: { status: string }) {
  const [words, tone] = WORDS[status] ?? [status, undefined]
  return <Badge tone={tone}>{words}</Badge>
}
