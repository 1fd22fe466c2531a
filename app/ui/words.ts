import type { OutsideEnd, StockState } from '../kernel/stock-state.ts'

/** The states and outside ends as a jeweler calls them. */
export const STATE_NAMES: Record<StockState, string> = {
  available: 'For sale',
  reserved: 'Reserved',
  held: 'On hold',
  in_work: 'In work',
  quality_check: 'Quality check',
  damaged: 'Damaged',
  safety_stock: 'Kept back',
  incoming: 'On the way',
}

export const END_NAMES: Record<OutsideEnd, string> = {
  opening: 'the opening count',
  supplier: 'a supplier',
  customer: 'the customer',
  lost: 'lost',
  found: 'found',
  correction: 'a correction',
  converted: 'another item',
}

/** How a piece looks that came back. */
export const CONDITION_NAMES = [
  { value: 'as new', label: 'As new' },
  { value: 'worn', label: 'Worn' },
  { value: 'damaged', label: 'Damaged' },
  { value: 'incomplete', label: 'Incomplete' },
]

/** "1 piece", "3 pieces". */
export const pieces = (n: number): string => counted(n, 'piece')

/** "1 listing", "1,204 listings". English words that take an s; `many` for others. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${new Intl.NumberFormat('en').format(n)} ${n === 1 ? one : many}`

/** "a", "a and b", "a, b and c". */
export const listed = (words: string[]): string =>
  new Intl.ListFormat('en-GB', { style: 'long', type: 'conjunction' }).format(words)

/** How long a span is, in its largest unit: "now", "40 s", "3 min", "5 h", "2 days". */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return 'now'
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h`
  return counted(Math.round(seconds / 86_400), 'day')
}

/** A lag as people compare it: "0.4 s", "12 s", "3 min". */
export const lag = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms))
