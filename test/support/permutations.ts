/** Every order in which things can come. */
export function permutations<T>(things: T[]): T[][] {
  if (things.length <= 1) return [things]
  return things.flatMap((first, i) => {
    const others = things.filter((_, j) => j !== i)
    return permutations(others).map((rest) => [first, ...rest])
  })
}
