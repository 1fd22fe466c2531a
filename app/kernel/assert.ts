/** A mistake in the program, not in the input: it stops the job that made it. */
export class Mistake extends Error {
  override name = 'Mistake'
}

/** States what must be true here; throws a Mistake with `sentence` when it is not. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Mistake(sentence)
}

/** The value, or a Mistake that names what is missing. */
export function present<T>(value: T | null | undefined, what: string): T {
  assert(value !== null && value !== undefined, `${what} is missing`)
  return value
}
