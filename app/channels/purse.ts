/** Calls that went on a loan: how many, and when. */
export type Use = { cost: number; at: Date }

/** A part of a limit, borrowed to be used until a moment. `used` is what the lender has not been told of yet. */
export type Block = { left: number; until: Date; used: Use[] }

/** What is borrowed and not yet used; each block is good for `lastsMs` after it was taken. */
export type Purse = {
  /** How much can be used now. */
  amount(now: Date): number
  put(loan: { amount: number; at: Date }): void
  /** Uses the oldest first. Returns of which loans it was. */
  spend(cost: number, now: Date): { cost: number; until: Date }[]
  /** From now on nothing that is in it can be used. */
  close(): void
  /** Something was borrowed and not used in time. */
  hasExpired(now: Date): boolean
  /** Takes out what the lender is to be told: what was used, and what can no longer be. */
  settled(now: Date): Block[]
  /** Puts that in again, to be taken out another time. */
  keepSettled(blocks: Block[]): void
}

export function openPurse(lastsMs: number): Purse {
  let blocks: Block[] = []
  // A loan goes on counting until `until`, closed or not: that is by what the lender knows it.
  const closed = new WeakSet<Block>()
  const isOver = (now: Date) => (block: Block) => closed.has(block) || block.until <= now
  const usable = (now: Date) => blocks.filter((block) => !isOver(now)(block))
  return {
    amount: (now) => usable(now).reduce((sum, block) => sum + block.left, 0),
    put: ({ amount, at }) => void blocks.push({ left: amount, until: new Date(at.getTime() + lastsMs), used: [] }),
    spend(cost, now) {
      return usable(now).flatMap((block) => {
        const part = Math.min(block.left, cost)
        if (part <= 0) return []
        cost -= part
        block.left -= part
        block.used.push({ cost: part, at: now })
        return [{ cost: part, until: block.until }]
      })
    },
    close() {
      for (const block of blocks) closed.add(block)
    },
    hasExpired: (now) => blocks.some((block) => block.left > 0 && isOver(now)(block)),
    settled(now) {
      const over = blocks.filter(isOver(now))
      const told = blocks
        .filter((block) => !over.includes(block) && block.used.length > 0)
        .map((block) => ({ left: 0, until: block.until, used: block.used }))
      for (const block of blocks) if (!over.includes(block)) block.used = []
      blocks = blocks.filter((block) => !over.includes(block) && block.left > 0)
      return [...over, ...told]
    },
    keepSettled: (kept) => void blocks.push(...kept),
  }
}
