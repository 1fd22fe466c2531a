/** A thing to be told of: what its listing shows, and what there is. */
export type Goods = { sku: string; oneOfOne: boolean; shows: number; has: number }

/**
 * A bad day: a twentieth are one-of-one pieces that were sold, half have fewer, the rest have more than is shown.
 */
export const goodsOf = (n: number): Goods[] =>
  Array.from({ length: n }, (_, i): Goods => {
    if (i % 20 === 0) return { sku: `ONE-${i}`, oneOfOne: true, shows: 1, has: 0 }
    return { sku: `RNG-${i}`, oneOfOne: false, shows: 5, has: i % 2 === 1 ? 3 : 8 }
  })
