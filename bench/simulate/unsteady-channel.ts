import type { AbsoluteConnector, SetQuantity, WriteOutcome } from '#app/channels/connector.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import type { Clock } from '#app/kernel/clock.ts'
import type { Refusal } from '#app/kernel/refusal.ts'
import { GenericChannel, type GenericOrder } from '#sandbox/generic/channel.ts'
import { openGeneric } from '../replay/generic-connector.ts'
import type { Fault, Faults } from './faults.ts'
import type { Outages } from './network.ts'

export type UnsteadyOptions = {
  name: string
  clock: Clock
  faults: Faults
  outages: Outages
  announce: (orderId: string) => void
}

const LAG_MS = 20_000
const REST_MS = 3_000

/** A channel without a sandbox of its own, which now and then does not do what it says, or later. */
export class UnsteadyChannel extends GenericChannel {
  readonly #options: UnsteadyOptions
  #isOwn = false

  constructor(options: UnsteadyOptions) {
    super(options)
    this.#options = options
  }

  override write(sku: string, quantity: number): boolean {
    const { clock, faults } = this.#options
    if (this.#isOwn) return super.write(sku, quantity)
    if (faults.strikes('unwritten')) return true
    if (!faults.strikes('laggedWrite')) return super.write(sku, quantity)
    // What is sold before it takes effect is taken off it then, as it is taken off what shows.
    const change = quantity - this.shown(sku)
    clock.after(faults.ms(LAG_MS), () => void super.write(sku, Math.max(0, this.shown(sku) + change)))
    return true
  }

  /** Its own sales are never late. */
  override sell(lines: { sku: string; quantity: number }[]): GenericOrder | Refusal {
    this.#isOwn = true
    const order = super.sell(lines)
    this.#isOwn = false
    return order
  }
}

/**
 * Its connector. `blind`: it cannot compare with what shows before it writes, as a channel that only knows "set": there
 * is nothing but the order of reads and writes to keep a sold piece from going back on sale.
 */
export function openUnsteady(
  { name, clock, faults, outages }: Omit<UnsteadyOptions, 'announce'>,
  { channel, blind, alive }: { channel: UnsteadyChannel; blind: boolean; alive: () => void },
): AbsoluteConnector {
  const inner = openGeneric(name, { channel, clock })
  const strikes = (fault: Fault) => faults.strikesAt(name, fault, clock.now())
  const answers = () => {
    alive()
    if (outages.isDown(name) || strikes('serverError')) throw new TryAgain(REST_MS, `${name} does not answer.`)
    if (strikes('throttled')) throw new TryAgain(REST_MS, `${name} asks us to wait.`)
  }
  const asked =
    <A extends unknown[], T>(ask: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      answers()
      return ask(...args)
    }
  const apply = async (units: SetQuantity[][]): Promise<WriteOutcome[]> => {
    answers()
    const changes = units.flat().map((change) => (blind ? { ...change, expected: null } : change))
    const lost = (reason: string): WriteOutcome[] =>
      changes.map(({ listingId }) => ({ listingId, outcome: 'unknown', reason, shown: null }))
    if (strikes('timeoutUndone')) return lost('no answer')
    const done = await inner.apply([changes])
    return strikes('timeoutDone') ? lost('no answer') : done
  }
  return {
    ...inner,
    listings: asked(inner.listings),
    show: asked(inner.show),
    order: asked(inner.order),
    ordersSince: asked(inner.ordersSince),
    unshipped: asked(inner.unshipped),
    apply,
  }
}
