import type { RuleKind } from '../pool/rule.ts'
import { counted, listed, pieces } from './words.ts'

/** The kinds as a jeweler calls them. */
export const KIND_NAMES: Record<RuleKind, string> = {
  safety_stock: 'Safety stock',
  maximum: 'Show at most',
  never_last: 'Never show the last one',
  minimum: 'Show nothing below',
  percentage: 'Show a percentage',
  throttle: 'Show less when the channel is slow',
  excluded: 'Do not show at all',
  only_places: 'Only pieces in these places',
  not_places: 'No pieces from these places',
}

type Said = {
  kind: RuleKind
  quantity: number
  low: number | null
  slowMs: number | null
  places: number[]
  account: string | null
  item: string | null
  category: string | null
}

/** What a rule says, in one sentence: "Safety stock of 2 pieces". */
export function ruleSentence(rule: Said, placeNames: Record<number, string>): string {
  const { kind, quantity, low, slowMs } = rule
  const places = listed(rule.places.map((id) => placeNames[id] ?? `place ${id}`))
  switch (kind) {
    case 'safety_stock':
      return `Safety stock of ${pieces(quantity)}`
    case 'maximum':
      return `Show at most ${pieces(quantity)}`
    case 'minimum':
      return `Show nothing when there are fewer than ${pieces(quantity)}`
    case 'percentage':
      return `Show ${quantity} % of what there is`
    case 'throttle':
      return `When the channel does not answer, or takes longer than ${counted((slowMs ?? 0) / 1_000, 'second')}, show ${quantity === 0 ? 'nothing' : `at most ${quantity}`} of ${pieces(low ?? 0)} or fewer`
    case 'never_last':
      return quantity === 0 ? 'The last one may be shown' : 'Never show the last one'
    case 'excluded':
      return quantity === 0 ? 'May be shown' : 'Do not show at all'
    case 'only_places':
      return `Only pieces in ${places}`
    case 'not_places':
      return `No pieces from ${places}`
  }
}

/** What it is for: "Rings on Etsy", "everything on every channel". */
export function scopeSentence({ account, item, category }: Pick<Said, 'account' | 'item' | 'category'>): string {
  const what = item ?? category ?? 'everything'
  return `${what} on ${account ?? 'every channel that is told numbers'}`
}
