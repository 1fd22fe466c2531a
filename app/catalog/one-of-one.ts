type Thing = { oneOfOne: boolean; levels: { quantities: Partial<Record<string, number>> }[] }

/** The merchant has marked it as the only one of its kind, and there is not more than one of it: a mark can be wrong. */
export const isOneOfOne = ({ oneOfOne, levels }: Thing): boolean =>
  oneOfOne &&
  levels
    .flatMap(({ quantities }) => Object.values(quantities))
    .reduce<number>((n, one) => n + Math.max(0, one ?? 0), 0) <= 1
