import type { AbsoluteConnector, SetQuantity } from '#app/channels/connector.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import type { Goods } from './goods.ts'

// The orders are read at least so often while numbers are written (design §1.6).
const READS_EVERY_SECONDS = 10

// What falls to nothing goes first and what rises goes last, after the orders: they are never in one batch.
const groupOf = ({ shows, has }: Goods) => (has === 0 ? 0 : has < shows ? 1 : 2)

/**
 * Calls that telling a channel all these numbers takes at the least: its units of write, as many together as it lets be
 * written after one read, and the reads of orders that the writes owe at the pace that the limit allows.
 */
export function callsToTell(
  connector: AbsoluteConnector,
  goods: Goods[],
  of: { refs: ListingRef[]; perSecond: number },
) {
  const changes = goods.map(({ shows, has }, i) => {
    return { listingId: i + 1, ref: of.refs[i]!, quantity: has, expected: shows }
  })
  const groups = Map.groupBy(changes, (_, i) => groupOf(goods[i]!))
  const calls = [...groups.values()].reduce((sum, group) => sum + callsOf(connector, connector.planWrites(group)), 0)
  return calls + Math.ceil(calls / (of.perSecond * READS_EVERY_SECONDS))
}

function callsOf(connector: AbsoluteConnector, units: SetQuantity[][]): number {
  let calls = 0
  for (let first = 0; first < units.length;) {
    const cost = (n: number) => connector.callsFor(units.slice(first, first + n))
    let n = 1
    while (first + n < units.length && cost(n + 1) <= connector.capabilities.callsAtOnce) n += 1
    calls += cost(n)
    first += n
  }
  return calls
}
