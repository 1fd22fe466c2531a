import type { AbsoluteConnector, Capabilities, SetQuantity, WriteOutcome } from '#app/channels/connector.ts'
import type { ChannelOrder, ListingRef } from '#app/kernel/channel-order.ts'
import type { Clock } from '#app/kernel/clock.ts'
import type { ListingSnapshot } from '#app/kernel/listing-snapshot.ts'
import type { GenericChannel, GenericOrder } from '#sandbox/generic/channel.ts'

const PAGE = 1_000

const capabilitiesOf = (channel: string): Capabilities => ({
  channel,
  name: channel,
  writes: 'absolute',
  guard: 'compare-and-swap',
  unitOfWrite: 'a listing',
  unitsPerCall: 1_000,
  atZero: 'stays',
  relisting: 'free',
  knowsLocations: false,
  confirmsByEcho: false,
  asksBeforeSale: false,
  takesStockOnSale: true,
  // A channel that put pieces back by itself would show what was sold elsewhere meanwhile, before any news could come.
  restoresOnCancel: false,
  maximumShown: null,
  pushesOrders: true,
  cancelCost: 0,
  callsAtOnce: 1_000,
  limits: [],
})

/** The connector of a generic channel: for channels of a history that have no connector of their own yet. */
export function openGeneric(
  name: string,
  { channel, clock }: { channel: GenericChannel; clock: Clock },
): AbsoluteConnector {
  const write = ({ listingId, ref, quantity, expected }: SetQuantity): WriteOutcome => {
    const shows = channel.shown(ref.externalId)
    if (expected !== null && expected !== shows) return { listingId, outcome: 'changed', reason: null, shown: shows }
    const written = channel.write(ref.externalId, quantity)
    if (!written) return { listingId, outcome: 'rejected', reason: 'dead', shown: null }
    return { listingId, outcome: 'accepted', reason: null, shown: quantity }
  }
  return {
    capabilities: capabilitiesOf(name),
    planWrites: (changes) => changes.map((change) => [change]),
    callsFor: (units) => units.length,
    apply: (units) => Promise.resolve(units.flat().map(write)),
    listings(cursor) {
      const all = channel.listings()
      const from = Number(cursor ?? 0)
      const next = from + PAGE < all.length ? String(from + PAGE) : null
      return Promise.resolve({ rows: all.slice(from, from + PAGE).map(snapshotOf), next, total: all.length })
    },
    show: (refs: ListingRef[]) =>
      Promise.resolve(refs.map(({ externalId: sku }) => snapshotOf({ sku, title: sku, quantity: channel.shown(sku) }))),
    order(externalId) {
      const order = channel.order(externalId)
      return Promise.resolve(order ? orderOf(order) : null)
    },
    ordersSince: (since) =>
      Promise.resolve({ rows: channel.changedSince(since).map(orderOf), next: null, total: null, asOf: clock.now() }),
    unshipped: () => Promise.resolve({ rows: [], next: null, total: 0 }),
  }
}

const snapshotOf = ({ sku, title, quantity }: { sku: string; title: string; quantity: number }): ListingSnapshot => ({
  ref: { externalId: sku, variantId: '' },
  sku,
  title,
  attributes: {},
  status: 'active',
  shown: quantity,
  priceMinor: null,
  currency: null,
  url: null,
})

const orderOf = ({ id, placedAt, updatedAt, lines }: GenericOrder): ChannelOrder => ({
  externalId: id,
  name: `#${id}`,
  placedAt,
  paidAt: placedAt,
  updatedAt,
  cancelledAt: null,
  currency: 'GBP',
  url: null,
  unclear: null,
  lines: lines.map(({ sku, quantity, cancelled }) => ({
    externalId: sku,
    listing: { externalId: sku, variantId: '' },
    sku,
    title: sku,
    quantity,
    currentQuantity: quantity - cancelled,
    shipped: 0,
    restocked: [],
    takesStock: true,
    backorder: false,
    unitPriceMinor: 0,
    sources: [],
  })),
})
