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
  orders: Ordered[]
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
  readonly oversold = { pieces: 0, unavoidable: 0, rateBound: 0 }

  open(sku: string, { sellable, total }: { sellable: number; total: number }): void {
    this.#items.set(sku, { sellable, total, orders: [], edits: [], putBack: [] })
  }

  #item(sku: string): Item {
    const item = this.#items.get(sku)
    if (!item) throw new Error(`${sku} is not an item of this shop`)
    return item
  }

  skus(): string[] {
    return [...this.#items.keys()]
  }

  /** Pieces that can be sold and nobody has bought; below zero when more were sold than there are. */
  left(sku: string): number {
    return this.#item(sku).sellable
  }

  /** Pieces in the house, in whatever state. */
  total(sku: string): number {
    return this.#item(sku).total
  }

  /** A sale. Returns how many of its pieces were not there. */
  sell(sale: { channel: string; orderId: string; sku: string; at: number; quantity: number }): number {
    const { quantity, ...rest } = sale
    const item = this.#item(sale.sku)
    const oversold = Math.max(0, quantity - Math.max(0, item.sellable))
    item.sellable -= quantity
    const ordered = { ...rest, current: quantity, odd: false }
    item.orders.push(ordered)
    this.#orders.set(keyOf(sale), ordered)
    this.oversold.pieces += oversold
    return oversold
  }

  #ordered(of: { channel: string; orderId: string; sku: string }): Ordered {
    const ordered = this.#orders.get(keyOf(of))
    if (!ordered) throw new Error(`${of.orderId} of ${of.channel} has no ${of.sku}`)
    return ordered
  }

  /** Pieces not sent yet that the order gives up: they can be sold again. */
  giveUp(of: { channel: string; orderId: string; sku: string; at: number; quantity: number }): void {
    const ordered = this.#ordered(of)
    ordered.current -= of.quantity
    ordered.at = of.at
    const item = this.#item(of.sku)
    item.sellable += of.quantity
    if (!item.orders.includes(ordered)) item.orders.push(ordered)
  }

  ship(sku: string, quantity: number): void {
    this.#item(sku).total -= quantity
  }

  /** Pieces that had been sent: in the house again, to be looked at, or the buyer keeps them. */
  takeBack(of: { channel: string; orderId: string; sku: string; at: number; quantity: number; restock: boolean }) {
    const ordered = this.#ordered(of)
    ordered.current -= of.quantity
    ordered.at = of.at
    ordered.odd = true
    const item = this.#item(of.sku)
    if (!item.orders.includes(ordered)) item.orders.push(ordered)
    if (!of.restock) return
    item.putBack.push({ channel: of.channel, at: of.at, quantity: of.quantity })
    item.total += of.quantity
  }

  /** Something the app knows of, because it was done there. */
  change(sku: string, { sellable, total }: { sellable: number; total: number }): void {
    const item = this.#item(sku)
    item.sellable += sellable
    item.total += total
  }

  edit(edit: Edit, total: number): void {
    this.change(edit.sku, { sellable: edit.delta, total })
    this.#item(edit.sku).edits.push(edit)
  }

  /** A person has said that the pieces are gone there. */
  word(channel: string, sku: string): number {
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

  /** Orders and edits of other channels that the app need not have heard of yet. */
  perhapsUnheard(sku: string, { channel, at }: { channel: string; at: number }): { orders: Ordered[]; edits: Edit[] } {
    const item = this.#item(sku)
    item.orders = item.orders.filter((one) => at - one.at <= RECENT_MS)
    item.edits = item.edits.filter((one) => one.needsWord || at - one.at <= RECENT_MS)
    return {
      orders: item.orders.filter((one) => one.channel !== channel),
      edits: item.edits.filter((one) => one.channel !== channel),
    }
  }
}

const keyOf = ({ channel, orderId, sku }: { channel: string; orderId: string; sku: string }) =>
  `${channel}/${orderId}/${sku}`
