import { REVISIONS_A_DAY } from './limits.ts'

// The last of a day's revisions are for what cannot wait. A raise can: until midnight a buyer sees less than there is. A
// fall must not: he sees what is not there. Ours.
const FOR_FALLS = 50
const FOR_THE_LAST_PIECE = 10

const pacific = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' })

/** The calendar day of a moment at eBay. */
export const dayAt = (at: Date): string => pacific.format(at)

export type Change = { from: number; to: number }

/** Whether a listing that was revised `used` times today may be revised once more for this. */
export function mayRevise(used: number, { from, to }: Change): boolean {
  const left = REVISIONS_A_DAY - used
  if (to >= from) return left > FOR_FALLS
  return to <= 1 ? left > 0 : left > FOR_THE_LAST_PIECE
}
