import type { StockState } from '../kernel/stock-state.ts'

/** What is known of pieces that have lain somewhere too long. `partner`: who has them, or whose they are. */
export type OverdueStay = {
  title: string | null
  quantity: number
  state: StockState
  place: string | null
  partner: string | null
  since: Date
  dueAt: Date
  timeZone: string
}

/** "2 of Signet ring have been in Memo, with Okafor, since 3 November 2026. They were due on 20 November 2026." */
export function overdueSentence({ title, quantity, place, partner, since, dueAt, timeZone }: OverdueStay): string {
  const day = (at: Date) => new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone }).format(at)
  const [have, they] = quantity === 1 ? ['has', 'It was'] : ['have', 'They were']
  const by = partner ? `, with ${partner},` : ''
  return `${quantity} of ${title ?? 'something'} ${have} been in ${place ?? 'a place that is gone'}${by} since ${day(since)}. ${they} due on ${day(dueAt)}.`
}
