/** Ids in the order of a time (milliseconds) that goes with each; ids settle equal times. */
export type ByTime = { times: number[]; ids: number[] }

export const byTime = (): ByTime => ({ times: [], ids: [] })

/** The position of the first entry at (time, id) or after it. */
export function positionOf(index: ByTime, time: number, id = 0): number {
  let low = 0
  let high = index.ids.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = index.times[middle]!
    if (at < time || (at === time && index.ids[middle]! < id)) low = middle + 1
    else high = middle
  }
  return low
}

export function insert(index: ByTime, time: number, id: number): void {
  const position = positionOf(index, time, id)
  index.times.splice(position, 0, time)
  index.ids.splice(position, 0, id)
}

/** Takes out one entry, if it is there. */
export function remove(index: ByTime, time: number, id: number): void {
  const position = positionOf(index, time, id)
  if (index.times[position] !== time || index.ids[position] !== id) return
  index.times.splice(position, 1)
  index.ids.splice(position, 1)
}

/** Takes out everything before `time`, oldest first. */
export function dropBefore(index: ByTime, time: number): number[] {
  const position = positionOf(index, time)
  index.times.splice(0, position)
  return index.ids.splice(0, position)
}
