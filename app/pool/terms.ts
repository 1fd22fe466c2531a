import type { Rule } from './rule.ts'

/** What must be known of a channel to say what it may show; kept with every number sent. */
export type ChannelFacts = {
  name: string
  maximumShown: number | null
  /** pieces that it showed less than expected: perhaps sold there, so not offered */
  unexplained?: number
  /** pieces in carts of its own: reserved from all others, and for sale there until they are bought */
  inOwnCarts?: number
  /** its lag (p95, milliseconds); null or left out: not measured */
  p95Ms?: number | null
  /** false: it does not answer as it should */
  healthy?: boolean
}

/** Pieces that a rule for another channel keeps back from that channel only. */
export type KeptElsewhere = { locationId: number; quantity: number }

/** What a number follows from beside the supply: the rules an item on a channel is under, and what is known of both. */
export type Terms = {
  rules: Rule[]
  facts: ChannelFacts
  at: Date
  /** the only one of its kind: it is always the last one */
  oneOfOne?: boolean
  keptElsewhere?: KeptElsewhere[]
}
