import { type Refusal, refuse } from '../kernel/refusal.ts'

/** An item as far as it matters for what is made of what. `pieces`: all there are, in any state. */
export type Thing = {
  id: number
  name: string
  kind: 'replenishable' | 'one_of_one' | 'made_to_order' | 'bundle'
  tracked: boolean
  deleted: boolean
  half: boolean
  isPart: boolean
  pieces: number
}

export const MOST_PARTS = 20
export const MOST_NEEDED = 1_000

/** Why an item cannot be made of these parts; undefined when it can. No parts: why it cannot stop being a bundle. */
export function compositionProblem(
  bundle: Thing,
  parts: { itemId: number; needs: number }[],
  things: ReadonlyMap<number, Thing>,
): Refusal | undefined {
  if (parts.length === 0) return undefined
  return (
    problemOfBundle(bundle) ?? problemOfList(parts) ?? firstOf(parts, (part) => problemOfPart(part, bundle, things))
  )
}

function problemOfBundle({ name, kind, deleted, half, isPart, pieces }: Thing): Refusal | undefined {
  if (deleted) return refuse('deleted', `${name} was deleted.`)
  if (half) return refuse('half', `${name} is one of a pair.`)
  if (isPart) return refuse('nested', `${name} is a part of a set itself: a set is made of items, not of sets.`)
  if (kind === 'one_of_one')
    return refuse('one-of-one', `${name} is one of a kind: it is a piece, not a set of others.`)
  if (kind === 'made_to_order') return refuse('made-to-order', `${name} is made to order.`)
  if (pieces > 0)
    return refuse(
      'has-stock',
      `There are pieces of ${name} itself. What is stocked as a set is broken into its parts first.`,
    )
  return undefined
}

function problemOfList(parts: { itemId: number; needs: number }[]): Refusal | undefined {
  if (parts.length > MOST_PARTS) return refuse('too-many', `A set has at most ${MOST_PARTS} different parts.`)
  if (new Set(parts.map(({ itemId }) => itemId)).size < parts.length)
    return refuse('twice', 'The same part is there twice. Say how many of it one set needs.')
  const whole = parts.every(({ needs }) => Number.isSafeInteger(needs) && needs >= 1 && needs <= MOST_NEEDED)
  return whole ? undefined : refuse('needs', `One set needs 1 to ${MOST_NEEDED} of each part, in whole pieces.`)
}

function problemOfPart(
  { itemId, needs }: { itemId: number; needs: number },
  bundle: Thing,
  things: ReadonlyMap<number, Thing>,
): Refusal | undefined {
  const part = things.get(itemId)
  if (!part || part.deleted) return refuse('unknown-item', 'There is no such item to be a part.')
  if (itemId === bundle.id) return refuse('nested', `${bundle.name} cannot be a part of itself.`)
  if (part.kind === 'bundle')
    return refuse('nested', `${part.name} is a set itself: a set is made of items, not of sets.`)
  if (part.kind === 'made_to_order') return refuse('made-to-order', `${part.name} is made to order, not stocked.`)
  if (part.half) return refuse('half', `${part.name} is one of a pair, and not for sale.`)
  if (!part.tracked) return refuse('untracked', `The stock of ${part.name} is not tracked.`)
  if (part.kind === 'one_of_one' && needs > 1) return refuse('one-of-one', `There is only one ${part.name}.`)
  return undefined
}

function firstOf<T>(of: T[], problem: (one: T) => Refusal | undefined): Refusal | undefined {
  for (const one of of) {
    const found = problem(one)
    if (found) return found
  }
  return undefined
}
