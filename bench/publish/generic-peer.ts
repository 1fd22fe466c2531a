import type { AbsoluteConnector } from '#app/channels/connector.ts'
import { openLimiter } from '#app/channels/limiter.server.ts'
import type { Limit } from '#app/channels/bucket.ts'
import { GenericChannel } from '#sandbox/generic/channel.ts'
import { openGeneric } from '../replay/generic-connector.ts'
import type { OpenPeer } from './peer.ts'
import { callsToTell } from './told-plan.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const PER_SECOND = 2
const PER_CALL = 100
const LIMITS: Limit[] = [{ kind: 'window', name: 'second', limit: PER_SECOND, lengthMs: 1_000 }]

/** A channel that takes a hundred numbers in a call, and two calls a second: as WooCommerce and Square do about. */
export const openGenericPeer: OpenPeer = async ({ clock, goods }) => {
  const channel = new GenericChannel({ name: 'generic', clock, announce: () => {} })
  for (const { sku, shows } of goods) {
    channel.list(sku, sku)
    channel.write(sku, shows)
  }
  const counted = { calls: 0, throttled: 0, recent: [] as number[] }
  const count = () => {
    const now = clock.now().getTime()
    counted.recent = counted.recent.filter((at) => at > now - 1_000)
    counted.calls += 1
    if (counted.recent.length >= PER_SECOND) counted.throttled += 1
    counted.recent.push(now)
  }
  const limiter = await openLimiter({ limits: LIMITS, concurrency: 2, clock, log: SILENT })
  const plain = openGeneric('generic', { channel, clock })
  const connector: AbsoluteConnector = {
    ...plain,
    capabilities: { ...plain.capabilities, unitsPerCall: PER_CALL, callsAtOnce: PER_SECOND - 1 },
    callsFor: (units) => Math.ceil(units.length / PER_CALL),
    apply: (units) => limiter.run({ lane: 'write' }, () => (count(), plain.apply(units))),
    ordersSince: (since, cursor) => limiter.run({ lane: 'orders' }, () => (count(), plain.ordersSince(since, cursor))),
  }
  const refs = goods.map(({ sku }) => ({ externalId: sku, variantId: '' }))
  return {
    channel: 'generic',
    externalId: 'generic',
    refs,
    place: null,
    limits: LIMITS,
    opened: { connector, limiter },
    cost: () => callsToTell(connector, goods, { refs, perSecond: PER_SECOND }),
    spent: () => counted.calls,
    throttled: () => counted.throttled,
    shown: ({ externalId }) => channel.shown(externalId),
    close: () => limiter.close(),
  }
}
