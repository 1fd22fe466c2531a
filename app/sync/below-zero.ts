/** A place of a channel's, as it shows a thing there and as our books have it. */
export type Both = { theirs: number; ours: number }

/**
 * A till sells below zero: pieces that by its number were not there. They were somewhere: what our books, which know of
 * the sale, have less at another place than is shown there, was carried. `carried`: of each place, pieces that it shows
 * and that are gone; `below`: of each, what it shows below zero. `short`: pieces of its orders that we still owe, which
 * stay below zero until they come.
 */
export function belowZero(places: Both[], short: number): { carried: number[]; below: number[] } {
  let owed = short
  const below = places.map(({ theirs }) => {
    const missing = Math.max(0, -theirs)
    const kept = Math.min(owed, missing)
    owed -= kept
    return missing - kept
  })
  let left = below.reduce((sum, n) => sum + n, 0)
  const carried = places.map(({ theirs, ours }) => {
    const n = Math.max(0, Math.min(left, theirs, theirs - ours))
    left -= n
    return n
  })
  return { carried, below }
}
