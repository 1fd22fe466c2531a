/** A small world: what can happen in a state of it, and what must never be. */
export type SmallWorld<State> = {
  start: State
  /** Everything that can happen next, by name. */
  moves(state: State): [name: string, next: State][]
  /** What is wrong with a state; null: nothing. */
  wrong(state: State): string | null
}

export type Explored = { states: number; steps: number; counterexample: { what: string; path: string[] } | null }

/** Visits every state that can be reached, by any interleaving; stops at the first that is wrong, by a shortest way. */
export function explore<State>(world: SmallWorld<State>): Explored {
  const first = JSON.stringify(world.start)
  const cameBy = new Map<string, [from: string, by: string] | null>([[first, null]])
  const queue = [first]
  let steps = 0
  for (let n = 0; n < queue.length; n += 1) {
    const here = queue[n]!
    const state = JSON.parse(here) as State
    const what = world.wrong(state)
    if (what !== null) return { states: cameBy.size, steps, counterexample: { what, path: pathTo(here, cameBy) } }
    for (const [name, next] of world.moves(state)) {
      steps += 1
      const there = JSON.stringify(next)
      if (cameBy.has(there)) continue
      cameBy.set(there, [here, name])
      queue.push(there)
    }
  }
  return { states: cameBy.size, steps, counterexample: null }
}

function pathTo(end: string, cameBy: Map<string, [from: string, by: string] | null>): string[] {
  const path: string[] = []
  for (let step = cameBy.get(end); step; step = cameBy.get(step[0])) path.unshift(step[1])
  return path
}
