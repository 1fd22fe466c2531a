import { LANES, type Lane } from './lane.ts'

/** A call that stands in line. */
export type Turn = {
  lane: Lane
  cost: number
  /** When its patience ends, in milliseconds since the epoch. */
  deadline: number
}

/** Calls that wait: by lane, and in a lane in the order they came. */
export type Line<T extends Turn> = {
  join(turn: T): void
  first(): T | undefined
  leave(): T | undefined
  length(): number
  /** What all those cost together that go before a newcomer of `lane`. */
  costBefore(lane: Lane): number
}

export function openLine<T extends Turn>(): Line<T> {
  const lanes = new Map<Lane, T[]>(LANES.map((lane) => [lane, []]))
  const waiting = (lane: Lane) => lanes.get(lane) ?? []
  const busiest = () => LANES.map(waiting).find((turns) => turns.length > 0)
  return {
    join: (turn) => void waiting(turn.lane).push(turn),
    first: () => busiest()?.[0],
    leave: () => busiest()?.shift(),
    length: () => LANES.reduce((sum, lane) => sum + waiting(lane).length, 0),
    costBefore(newcomer) {
      const before = LANES.slice(0, LANES.indexOf(newcomer) + 1)
      return before.flatMap(waiting).reduce((sum, turn) => sum + turn.cost, 0)
    },
  }
}
