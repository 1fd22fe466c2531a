import type { BenchWork, Owner, PlaceKind, QuantityName } from '../merchant/place.ts'

/** What places are for, as a jeweler says it. */
export const KIND_WORDS: Record<PlaceKind, string> = {
  safe: 'Safe or stock room',
  store: 'Store',
  memo_in: 'On memo from a vendor',
  memo_out: 'Out on memo',
  bench: 'Bench',
  hold_shelf: 'Hold shelf',
  offsite: 'Sent from elsewhere',
  transit: 'In transit',
  inspection: 'Returns to be looked at',
  elsewhere: 'Elsewhere',
}

export const WORK_WORDS: Record<BenchWork, string> = {
  resizing: 'Resizing',
  repair: 'Repair',
  polishing: 'Polishing',
  quality_check: 'Quality check',
  photo: 'Photo',
}

export const OWNER_WORDS: Record<Owner, string> = { ours: 'Ours', vendor: 'A vendor’s', client: 'A client’s' }

/** Shopify's own words for its quantities. */
export const NAME_WORDS: Record<QuantityName, string> = {
  available: 'that place as a whole',
  reserved: 'Reserved',
  quality_control: 'Quality control',
  damaged: 'Damaged',
  safety_stock: 'Safety stock',
}

const DAY_HOURS = 24

/** "12 hours", "7 days". */
export function hoursInWords(hours: number): string {
  const days = hours / DAY_HOURS
  if (hours < 2 * DAY_HOURS || !Number.isInteger(days)) return `${hours} ${hours === 1 ? 'hour' : 'hours'}`
  return `${days} days`
}

/** Choices of a select, from words by value. */
export const choicesOf = <T extends string>(words: Record<T, string>) =>
  Object.entries<string>(words).map(([value, label]) => ({ value, label }))
