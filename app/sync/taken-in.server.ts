import { createHash } from 'node:crypto'
import type { ChannelOrder } from '../kernel/channel-order.ts'

// Enough for what a busy shop sells between two sweeps.
const REMEMBERED = 5_000

const printOf = (order: ChannelOrder): string => createHash('sha256').update(JSON.stringify(order)).digest('base64')

const byConnector = new WeakMap<object, Map<string, string>>()

/**
 * The orders of an account as this process took them in last. A poll reads the last seconds again, word for word what is
 * booked: taking such an order in would cost eight questions to the database and change nothing.
 */
export function takenIn(connector: object) {
  const known = byConnector.get(connector) ?? new Map<string, string>()
  byConnector.set(connector, known)
  return {
    /** It was taken in just as it is. */
    has: (order: ChannelOrder): boolean => known.get(order.externalId) === printOf(order),
    /** It has been taken in, and committed. */
    note(order: ChannelOrder): void {
      known.delete(order.externalId)
      known.set(order.externalId, printOf(order))
      const [oldest] = known.keys()
      if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest)
    },
  }
}
