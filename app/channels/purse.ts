/** A part of a limit, borrowed at a moment, to be used until another. */
export type Block = { left: number; at: Date; until: number }

/** What is borrowed and not yet used; each block is good for `lastsMs` after it was taken. */
export type Purse = {
  /** How much can be used now. */
  amount(now: Date): number
  put(loan: { amount: number; at: Date }): void
  /** Uses the oldest first. */
  spend(cost: number): void
  /** From now on nothing that is in it can be used. */
  close(): void
  hasExpired(now: Date): boolean
  /** Takes out what can no longer be used. */
  expired(now: Date): Block[]
  /** Puts that in again, to be taken out another time. */
  keepExpired(blocks: Block[]): void
}

export function openPurse(lastsMs: number): Purse {
  let blocks: Block[] = []
  const isOver = (now: Date) => (block: Block) => block.until <= now.getTime()
  return {
    amount: (now) => blocks.filter((block) => !isOver(now)(block)).reduce((sum, block) => sum + block.left, 0),
    put: ({ amount, at }) => void blocks.push({ left: amount, at, until: at.getTime() + lastsMs }),
    spend(cost) {
      for (const block of blocks) {
        const part = Math.min(block.left, cost)
        block.left -= part
        cost -= part
      }
      blocks = blocks.filter((block) => block.left > 0)
    },
    close() {
      for (const block of blocks) block.until = 0
    },
    hasExpired: (now) => blocks.some(isOver(now)),
    expired(now) {
      const over = blocks.filter(isOver(now))
      blocks = blocks.filter((block) => !isOver(now)(block))
      return over
    },
    keepExpired: (kept) => void blocks.push(...kept),
  }
}
