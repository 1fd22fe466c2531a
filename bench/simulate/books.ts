/** Pieces of one SKU in one order, as its channel tells of it. */
export type Ordered = {
  channel: string
  orderId: string
  sku: string
  at: number
  /** pieces the order still has */
  current: number
  /** pieces that had been sent went off it: none of them is for sale by that, whatever is booked of it */
  odd: boolean
}

/** Such an order, as far as it is about one thing: pieces of it that each of what was ordered takes. */
export type About = Ordered & { each: number }

/** What somebody did to the stock that the app is to find out by itself. */
export type Edit = {
  channel: string
  sku: string
  at: number
  /** change of what can be sold */
  delta: number
  /** only a person's word can tell the app */
  needsWord: boolean
}

type Item = {
  sellable: number
  total: number
  /** of it, and of sets that it is a part of */
  orders: { order: Ordered; each: number }[]
  edits: Edit[]
  /** pieces that a channel put back on sale by itself, though somebody is to look at them first */
  putBack: { channel: string; at: number; quantity: number }[]
}

// Who asks for what is older than this has had time enough: the app's own patience with Shopify's levels is two minutes.
const RECENT_MS = 240_000

/**
 * What is really there: a bookkeeping of its own that knows nothing of the app (as bench/replay/truth.ts, which knows
 * sales and cancellations alone). It is told of everything that people do, when they do it.
 */
export class Books {
  readonly #items = new Map<string, Item>()
  readonly #orders = new Map<string, Ordered>()
  readonly #sets = new Map<string, { sku: string; needs: number }[]>()
  readonly oversold = { pieces: 0, unavoidable: 0, rateBound: 0 }

  open(sku: string, { sellable, total }: { sellable: number; total: number }): void {
    this.#items.set(sku, { sellable, total, orders: [], edits: [], putBack: [] })
  }

  #item(sku: string): Item {
    const item = this.#items.get(sku)
    if (!item) throw new Error(`${sku} is not an item of this shop`)
    return item
  }

  /** A set has no pieces: who buys one takes so many of each part. */
  openSet(sku: string, parts: { sku: string; needs: number }[]): void {
    this.#sets.set(sku, parts)
  }

  /** What one of it takes: itself, or the parts of a set. */
  partsOf(sku: string): { sku: string; needs: number }[] {
    return this.#sets.get(sku) ?? [{ sku, needs: 1 }]
  }

  skus(): string[] {
    return [...this.#items.keys()]
  }

  /** What can be sold of it and nobody has bought; below zero when more was sold than there is. Of a set: whole ones. */
  left(sku: string): number {
    const each = this.partsOf(sku).map((part) => Math.floor(this.#item(part.sku).sellable / part.needs))
    return Math.min(...each)
  }

  /** Pieces in the house, in whatever state. */
  total(sku: string): number {
    return this.#item(sku).total
  }

  /** A sale. Returns how many of what it is of were not there; `waiting`: pieces that others wait for and do not have. */
  sell(
    sale: { channel: string; orderId: string; sku: string; at: number; quantity: number },
    waiting: (sku: string) => number = () => 0,
  ): number {
    const { quantity, ...rest } = sale
    const order = { ...rest, current: quantity, odd: false }
    this.#orders.set(keyOf(sale), order)
    const there = this.partsOf(sale.sku).map(({ sku, needs }) => {
      const item = this.#item(sku)
      const free = Math.floor(Math.max(0, item.sellable + waiting(sku)) / needs)
      item.sellable -= needs * quantity
      item.orders.push({ order, each: needs })
      return free
    })
    const oversold = Math.max(0, quantity - Math.min(...there))
    this.oversold.pieces += oversold
    return oversold
  }

  #ordered(of: { channel: string; orderId: string; sku: string }): Ordered {
    const ordered = this.#orders.get(keyOf(of))
    if (!ordered) throw new Error(`${of.orderId} of ${of.channel} has no ${of.sku}`)
    return ordered
  }

  /** It is news again. */
  #changed(order: Ordered): void {
    for (const { sku, needs } of this.partsOf(order.sku)) {
      const { orders } = this.#item(sku)
      if (!orders.some((one) => one.order === order)) orders.push({ order, each: needs })
    }
  }

  /** What is not sent yet and the order gives up: it can be sold again, of a set each part. */
  giveUp(of: { channel: string; orderId: string; sku: string; at: number; quantity: number }): void {
    const ordered = this.#ordered(of)
    ordered.current -= of.quantity
    ordered.at = of.at
    this.change(of.sku, { sellable: of.quantity, total: 0 })
    this.#changed(ordered)
  }

  ship(sku: string, quantity: number): void {
    this.change(sku, { sellable: 0, total: -quantity })
  }

  /** Pieces that had been sent: in the house again, to be looked at, or the buyer keeps them. */
  takeBack(of: { channel: string; orderId: string; sku: string; at: number; quantity: number; restock: boolean }) {
    const ordered = this.#ordered(of)
    ordered.current -= of.quantity
    ordered.at = of.at
    ordered.odd = true
    this.#changed(ordered)
    if (!of.restock) return
    this.change(of.sku, { sellable: 0, total: of.quantity })
    for (const { sku, needs } of this.partsOf(of.sku))
      this.#item(sku).putBack.push({ channel: of.channel, at: of.at, quantity: needs * of.quantity })
  }

  /** Something the app knows of, because it was done there. */
  change(sku: string, { sellable, total }: { sellable: number; total: number }): void {
    for (const part of this.partsOf(sku)) {
      const item = this.#item(part.sku)
      item.sellable += part.needs * sellable
      item.total += part.needs * total
    }
  }

  edit(edit: Edit, total: number): void {
    this.change(edit.sku, { sellable: edit.delta, total })
    this.#item(edit.sku).edits.push(edit)
  }

  /** A person has said that the pieces are gone there. */
  word(channel: string, sku: string): number {
    if (this.#sets.has(sku)) return 0
    const item = this.#item(sku)
    const said = item.edits.filter((edit) => edit.needsWord && edit.channel === channel)
    item.edits = item.edits.filter((edit) => !said.includes(edit))
    return said.reduce((sum, { delta }) => sum - delta, 0)
  }

  /** Pieces that this channel shows again by itself and need not have been told to take off yet. */
  perhapsPutBack(sku: string, { channel, at }: { channel: string; at: number }): number {
    const recent = this.#item(sku).putBack.filter((one) => one.channel === channel && at - one.at <= RECENT_MS)
    return recent.reduce((sum, { quantity }) => sum + quantity, 0)
  }

  /**
   * Orders and edits that a channel's number of this thing need not follow from yet: of other channels, and of its own
   * where they are of something else that takes the same pieces. `listing`: what the number is of.
   */
  perhapsUnheard(
    sku: string,
    { channel, at, listing = sku }: { channel: string; at: number; listing?: string },
  ): { orders: About[]; edits: Edit[] } {
    const item = this.#item(sku)
    item.orders = item.orders.filter(({ order }) => at - order.at <= RECENT_MS)
    item.edits = item.edits.filter((one) => one.needsWord || at - one.at <= RECENT_MS)
    const others = item.orders.filter(({ order }) => order.channel !== channel || order.sku !== listing)
    return {
      orders: others.map(({ order, each }) => ({ ...order, each })),
      edits: item.edits.filter((one) => one.channel !== channel),
    }
  }
}

const keyOf = ({ channel, orderId, sku }: { channel: string; orderId: string; sku: string }) =>
  `${channel}/${orderId}/${sku}`
