import type { HistoryEvent } from './history.ts'

/** What is given back by a cancellation: pieces of an earlier sale on some channel, newest first. */
export type GivenBack<Ref> = { ref: Ref; channel: string; quantity: number }

type News<Ref> = { at: number; channel: string; quantity: number; ref: Ref }

type Item<Ref> = {
  opening: number
  /** pieces sold and not given back, on all channels, at this very moment */
  sold: number
  /** sales (above 0) and cancellations (below 0) that some channel may not have heard of yet */
  recent: News<Ref>[]
  /** accepted and not cancelled, newest last */
  pieces: GivenBack<Ref>[]
}

/**
 * What is really there, and what a channel could know of it: the judge of a replay. It is told of every accepted sale
 * and cancellation at its moment, and knows nothing of the app.
 */
export class Truth<Ref> {
  readonly #items = new Map<string, Item<Ref>>()
  readonly #latencyMs: number

  constructor(opening: Map<string, number>, latencyMs: number) {
    this.#latencyMs = latencyMs
    for (const [sku, quantity] of opening) this.#items.set(sku, { opening: quantity, sold: 0, recent: [], pieces: [] })
  }

  #item(sku: string): Item<Ref> {
    const item = this.#items.get(sku)
    if (!item) throw new Error(`${sku} is not an item of this history`)
    return item
  }

  /** Pieces that are there and nobody has bought; below zero when more were sold than there are. */
  left(sku: string): number {
    const { opening, sold } = this.#item(sku)
    return opening - sold
  }

  /** The same as far as news of it had reached `channel`: its own at once, the others' after the latency. */
  known(sku: string, { channel, at }: { channel: string; at: Date }): number {
    const item = this.#item(sku)
    item.recent = item.recent.filter((news) => news.at + this.#latencyMs > at.getTime())
    const unheard = item.recent.filter((news) => news.channel !== channel)
    return this.left(sku) + unheard.reduce((sum, { quantity }) => sum + quantity, 0)
  }

  /**
   * Cancellations on other channels that `channel` need not have heard of yet: pieces by order. An order that is read
   * for another reason may bring them earlier.
   */
  unheardOf(sku: string, { channel, at }: { channel: string; at: Date }): GivenBack<Ref>[] {
    const news = this.#item(sku).recent.filter((one) => one.at + this.#latencyMs > at.getTime())
    const cancelled = news.filter((one) => one.channel !== channel && one.quantity < 0)
    return cancelled.map((one) => ({ ref: one.ref, channel: one.channel, quantity: -one.quantity }))
  }

  /** A sale was accepted. Returns how many of its pieces were not there. */
  sell(sku: string, sale: { channel: string; at: Date; quantity: number; ref: Ref }): number {
    const item = this.#item(sku)
    const { channel, at, quantity, ref } = sale
    const oversold = Math.max(0, quantity - Math.max(0, item.opening - item.sold))
    item.sold += quantity
    item.recent.push({ at: at.getTime(), channel, quantity, ref })
    item.pieces.push({ ref, channel, quantity })
    return oversold
  }

  /** A cancellation. Returns the pieces that go back, newest first; what exceeds them moves nothing. */
  cancel(sku: string, { at, quantity }: { at: Date; quantity: number }): GivenBack<Ref>[] {
    const item = this.#item(sku)
    const back: GivenBack<Ref>[] = []
    for (let left = quantity, last = item.pieces.at(-1); left > 0 && last; last = item.pieces.at(-1)) {
      const n = Math.min(left, last.quantity)
      left -= n
      last.quantity -= n
      if (last.quantity === 0) item.pieces.pop()
      item.sold -= n
      item.recent.push({ at: at.getTime(), channel: last.channel, quantity: -n, ref: last.ref })
      back.push({ ...last, quantity: n })
    }
    return back
  }
}

/** How much stock each item begins with: a number for all, the smallest that never runs short, or half of that. */
export type OpeningChoice = 'auto' | 'half' | number

export function openingOf(events: HistoryEvent[], choice: OpeningChoice): Map<string, number> {
  const net = new Map<string, number>()
  const most = new Map<string, number>()
  for (const { kind, lines } of events) {
    for (const { sku, quantity } of lines) {
      const before = net.get(sku) ?? 0
      // What exceeds the sales so far was sold before the file began: it moves nothing.
      const after = kind === 'sale' ? before + quantity : Math.max(0, before - quantity)
      net.set(sku, after)
      most.set(sku, Math.max(most.get(sku) ?? 0, after))
    }
  }
  if (typeof choice === 'number') return new Map([...most.keys()].map((sku) => [sku, choice]))
  return choice === 'auto' ? most : new Map([...most].map(([sku, quantity]) => [sku, Math.floor(quantity / 2)]))
}
