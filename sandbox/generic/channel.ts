import type { Clock } from '#app/kernel/clock.ts'
import { type Refusal, refuse } from '#app/kernel/refusal.ts'

/** A line of an order of the generic channel. */
export type GenericLine = { sku: string; quantity: number; cancelled: number }
export type GenericOrder = { id: string; placedAt: Date; updatedAt: Date; lines: GenericLine[] }

export type GenericOptions = {
  name: string
  clock: Clock
  /** told of every order that is new or changed */
  announce: (orderId: string) => void
}

const UNKNOWN = refuse('unknown', 'There is no such order, or it does not have so many pieces.')

/**
 * A channel with no peculiarities: it shows a number for each SKU, takes it down when it sells, leaves it when an
 * order is cancelled, and announces its orders. It stands for the channels that have no sandbox of their own yet.
 */
export class GenericChannel {
  readonly #options: GenericOptions
  readonly #shown = new Map<string, { title: string; quantity: number }>()
  readonly #orders = new Map<string, GenericOrder>()
  #lastOrder = 0

  constructor(options: GenericOptions) {
    this.#options = options
  }

  list(sku: string, title: string): void {
    this.#shown.set(sku, { title, quantity: 0 })
  }

  listings(): { sku: string; title: string; quantity: number }[] {
    return [...this.#shown].map(([sku, one]) => ({ sku, ...one }))
  }

  /** Pieces a buyer can buy now. */
  shown(sku: string): number {
    return this.#shown.get(sku)?.quantity ?? 0
  }

  write(sku: string, quantity: number): boolean {
    const listing = this.#shown.get(sku)
    if (listing) listing.quantity = quantity
    return listing !== undefined
  }

  /** Sells what it shows; refuses, and sells nothing, when a line asks for more. */
  sell(lines: { sku: string; quantity: number }[]): GenericOrder | Refusal {
    if (lines.some(({ sku, quantity }) => quantity > this.shown(sku)))
      return refuse('sold-out', 'It does not show so many.')
    for (const { sku, quantity } of lines) this.write(sku, this.shown(sku) - quantity)
    const now = this.#options.clock.now()
    const id = String((this.#lastOrder += 1))
    const order = { id, placedAt: now, updatedAt: now, lines: lines.map((line) => ({ ...line, cancelled: 0 })) }
    this.#orders.set(id, order)
    this.#options.announce(id)
    return order
  }

  cancel(orderId: string, { sku, quantity }: { sku: string; quantity: number }): GenericOrder | Refusal {
    const order = this.#orders.get(orderId)
    const line = order?.lines.find((one) => one.sku === sku)
    if (!order || !line || line.quantity - line.cancelled < quantity) return UNKNOWN
    line.cancelled += quantity
    order.updatedAt = this.#options.clock.now()
    // Moved to the end: orders are kept in the order in which they changed.
    this.#orders.delete(orderId)
    this.#orders.set(orderId, order)
    this.#options.announce(orderId)
    return order
  }

  order(orderId: string): GenericOrder | undefined {
    return this.#orders.get(orderId)
  }

  /** Orders changed at or after a moment, oldest change first. */
  changedSince(moment: Date): GenericOrder[] {
    const changed: GenericOrder[] = []
    for (const order of [...this.#orders.values()].reverse()) {
      if (order.updatedAt < moment) break
      changed.push(order)
    }
    return changed.reverse()
  }

  /** Drops orders last changed before a moment, so that a long replay's memory stays flat. */
  forgetOrders(before: Date): void {
    for (const [id, order] of this.#orders) {
      if (order.updatedAt >= before) return
      this.#orders.delete(id)
    }
  }
}
