/** When a change was sent that has had no answer: first, and last. */
export type Sent = { firstSentAt: Date | null; sentAt: Date | null }

/** `repeatAfterMs`: by then the first attempt has ended there. `rememberedMs`: for so long a repeat is the same call. */
export type Remembering = { repeatAfterMs: number; rememberedMs: number }

/**
 * Whether a change that is told as what moved is sent now. A repeat is harmless for as long as the channel remembers its
 * key; after that it would happen a second time, and only reading tells whether it happened at all.
 */
export function turnOf({ firstSentAt, sentAt }: Sent, at: Date, { repeatAfterMs, rememberedMs }: Remembering) {
  if (firstSentAt && at.getTime() - firstSentAt.getTime() >= rememberedMs) return 'read' as const
  return sentAt && at.getTime() - sentAt.getTime() < repeatAfterMs ? ('wait' as const) : ('send' as const)
}
