import type { AbsoluteConnector, Capabilities, SetQuantity, WriteOutcome } from '#app/channels/connector.ts'
import type { ChannelOrder, ListingRef } from '#app/kernel/channel-order.ts'
import { capabilitiesOf } from '#app/channels/registry.ts'
import type { Clock } from '#app/kernel/clock.ts'
import type { ListingSnapshot, ListingStatus } from '#app/kernel/listing-snapshot.ts'
import { lineTold, orderTold } from './orders.ts'

/** A channel that is told numbers, as simple as can be, whose every moment a test can reach into. */
export type AbsoluteChannel = {
  connector: AbsoluteConnector
  /** What buyers see, by listing. Whoever sets it plays the seller. */
  shown: Map<string, number>
  status: Map<string, ListingStatus>
  /** Every call that came, in order: "show A", "orders", "A=3". */
  calls: string[]
  /** A buyer there: the channel lowers its own number. */
  sell(externalId: string, quantity?: number): ChannelOrder
  /** Called once, before the next call of a kind is answered. */
  meanwhile: { [Kind in 'orders' | 'apply' | 'show']?: (() => void) | undefined }
  /** What becomes of the next write instead of being made. `unknown and made`: the answer is lost. */
  next?: 'rejected' | 'unknown' | 'unknown and made' | undefined
}

const CAPABILITIES: Capabilities = { ...capabilitiesOf('etsy'), callsAtOnce: 8 }

export function absoluteChannel(clock: Clock): AbsoluteChannel {
  const orders: ChannelOrder[] = []
  const shown = new Map<string, number>()
  const status = new Map<string, ListingStatus>()
  const channel: Omit<AbsoluteChannel, 'connector'> = {
    shown,
    status,
    calls: [],
    meanwhile: {},
    sell(externalId, quantity = 1) {
      shown.set(externalId, (shown.get(externalId) ?? 0) - quantity)
      const listing = { externalId, variantId: '' }
      const told = { externalId: `sale-${orders.length + 1}`, placedAt: clock.now(), updatedAt: clock.now() }
      const order = orderTold({ ...told, lines: [lineTold({ listing, quantity })] })
      orders.push(order)
      return order
    },
  }
  const snapshot = (externalId: string): ListingSnapshot => ({
    ref: { externalId, variantId: '' },
    sku: '',
    title: externalId,
    attributes: {},
    status: status.get(externalId) ?? 'active',
    shown: shown.get(externalId) ?? 0,
    priceMinor: null,
    currency: null,
    url: null,
  })
  const happen = (what: 'orders' | 'apply' | 'show') => {
    const happens = channel.meanwhile[what]
    channel.meanwhile[what] = undefined
    happens?.()
  }
  const write = (change: SetQuantity): WriteOutcome => {
    const { listingId, ref, quantity, expected } = change
    const answer = (outcome: WriteOutcome['outcome'], more: Partial<WriteOutcome> = {}) => ({
      listingId,
      outcome,
      reason: null,
      shown: null,
      ...more,
    })
    const now = shown.get(ref.externalId)
    if (now === undefined) return answer('rejected', { reason: 'dead' })
    if (expected !== null && expected !== now) return answer('changed', { shown: now })
    channel.calls.push(`${ref.externalId}=${quantity}`)
    const instead = channel.next
    channel.next = undefined
    if (instead === 'rejected') return answer('rejected', { reason: 'too many' })
    if (instead !== 'unknown') shown.set(ref.externalId, quantity)
    return instead ? answer('unknown') : answer('accepted', { shown: quantity })
  }
  const page = <T>(rows: T[]) => Promise.resolve({ rows, next: null, total: rows.length })
  const connector: AbsoluteConnector = {
    capabilities: CAPABILITIES,
    listings: () => page([...shown.keys()].map(snapshot)),
    show(refs: ListingRef[]) {
      channel.calls.push(`show ${refs.map(({ externalId }) => externalId).join(' ')}`)
      happen('show')
      return Promise.resolve(
        refs.filter(({ externalId }) => shown.has(externalId)).map((ref) => snapshot(ref.externalId)),
      )
    },
    order: (externalId) => Promise.resolve(orders.find((order) => order.externalId === externalId) ?? null),
    ordersSince(since) {
      channel.calls.push('orders')
      happen('orders')
      const rows = orders.filter(({ updatedAt }) => updatedAt >= since)
      return Promise.resolve({ rows, next: null, total: null, asOf: clock.now() })
    },
    unshipped: () => page([]),
    planWrites: (changes) => changes.map((change) => [change]),
    callsFor: (units) => units.length,
    apply(units) {
      happen('apply')
      return Promise.resolve(units.flat().map(write))
    },
  }
  return Object.assign(channel, { connector })
}
