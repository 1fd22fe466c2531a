import type { ChannelOrder, ChannelOrderLine, NamedSource } from '../../kernel/channel-order.ts'
import type { WireAdjustment, WireLine, WireOrder } from './wire.ts'

// What Square says of orders, in our words. Pure.

/** An order with all that Square keeps apart from it: the orders by which things came back, and what went into stock. */
export type WholeOrder = { sale: WireOrder; returns: WireOrder[]; restocks: WireAdjustment[] }

/** A ticket that is saved and not paid is no order yet: Square takes its pieces from stock when it is paid. */
export const isSale = ({ line_items, tenders, state }: WireOrder): boolean =>
  line_items.length > 0 && (tenders.length > 0 || state === 'COMPLETED' || state === 'CANCELED')

/**
 * An order as it stands now. What is sold at a till is paid and taken along at once: it has no fulfillment, and is
 * shipped. It is as new as the newest of its returns: they are orders of their own, and do not touch it.
 */
export function orderOf(whole: WholeOrder): ChannelOrder {
  const { sale, returns } = whole
  const newest = Math.max(sale.updated_at.getTime(), ...returns.map(({ updated_at }) => updated_at.getTime()))
  const restocks = dealt(whole)
  return {
    externalId: sale.id,
    name: `#${(sale.tenders[0]?.payment_id ?? sale.tenders[0]?.id ?? sale.id).slice(-4)}`,
    placedAt: sale.created_at,
    paidAt: sale.tenders.length > 0 ? (sale.closed_at ?? sale.created_at) : null,
    updatedAt: new Date(newest),
    cancelledAt: sale.state === 'CANCELED' ? (sale.closed_at ?? sale.updated_at) : null,
    currency: sale.total_money?.currency ?? sale.line_items[0]?.base_price_money?.currency ?? 'USD',
    url: `https://squareup.com/dashboard/orders/overview/${sale.id}`,
    lines: sale.line_items.map((line) => lineOf(line, whole, restocks.get(line.uid) ?? [])),
    unclear: unclearOf(whole, restocks),
  }
}

function lineOf(line: WireLine, { sale }: WholeOrder, restocked: NamedSource[]): ChannelOrderLine {
  const { quantity } = line
  const back = sum(restocked)
  const isThing = Boolean(line.catalog_object_id) && Number.isInteger(quantity)
  const ends = endsOf(line, sale, back)
  return {
    externalId: line.uid,
    listing: line.catalog_object_id ? { externalId: line.catalog_object_id, variantId: '' } : null,
    // Square's lines have none: what was sold is found by its variation.
    sku: '',
    title: [line.name, line.variation_name].filter(Boolean).join(' - '),
    quantity: Math.ceil(quantity),
    ...ends,
    takesStock: isThing,
    backorder: false,
    unitPriceMinor: line.base_price_money?.amount ?? 0,
    // The place is Square's word for all of it, handed over or not: it has taken the pieces from there.
    sources: quantity > back ? [{ externalLocationId: sale.location_id, quantity: Math.ceil(quantity) - back }] : [],
    restocked: ends.shipped + back > 0 && !isGivenUp(sale) ? restocked : [],
  }
}

const isGivenUp = ({ state }: WireOrder): boolean => state === 'CANCELED'

/**
 * What the buyer has or is to have. Pieces that came back and are not in Square's stock again have left for the stock,
 * like those of a cancelled order whose number did not go up: told as given up they would be for sale elsewhere.
 */
function endsOf(line: WireLine, sale: WireOrder, back: number): { currentQuantity: number; shipped: number } {
  const left = Math.ceil(line.quantity) - back
  if (isGivenUp(sale)) {
    const gone = sale.tenders.length > 0 ? left : 0
    return { currentQuantity: gone, shipped: gone }
  }
  if (sale.fulfillments.length === 0) return { currentQuantity: left, shipped: left }
  const shipped = Math.min(left, fulfilledOf(line, sale))
  return { currentQuantity: left, shipped }
}

/** A fulfillment without entries is of everything. */
function fulfilledOf({ uid, quantity }: WireLine, { fulfillments }: WireOrder): number {
  return fulfillments
    .filter(({ state }) => state === 'COMPLETED')
    .reduce((n, { entries }) => {
      if (entries.length === 0) return n + quantity
      return (
        n + entries.filter(({ line_item_uid }) => line_item_uid === uid).reduce((m, entry) => m + entry.quantity, 0)
      )
    }, 0)
}

const sum = (sources: NamedSource[]): number => sources.reduce((n, { quantity }) => n + quantity, 0)

/** Pieces of each line that are in stock again, by place: what Square booked into stock for it, dealt out to the lines. */
function dealt({ sale, returns, restocks }: WholeOrder): Map<string, NamedSource[]> {
  const lines = new Map<string, NamedSource[]>()
  const wanted = isGivenUp(sale)
    ? sale.line_items.map(({ uid, catalog_object_id, quantity }) => ({ uid, id: catalog_object_id, quantity }))
    : returnedOf(sale, returns).map(({ uid, id, quantity }) => ({ uid, id, quantity }))
  const left = restocks.map((one) => ({ ...one }))
  for (const { uid, id, quantity } of wanted) {
    let open = Math.floor(quantity)
    for (const one of left.filter(({ catalog_object_id }) => catalog_object_id === id)) {
      const n = Math.min(open, Math.floor(one.quantity))
      if (n <= 0) continue
      open -= n
      one.quantity -= n
      lines.set(uid, added(lines.get(uid) ?? [], { externalLocationId: one.location_id, quantity: n }))
    }
  }
  return lines
}

function added(sources: NamedSource[], one: NamedSource): NamedSource[] {
  const same = sources.find(({ externalLocationId }) => externalLocationId === one.externalLocationId)
  if (!same) return [...sources, one]
  return sources.map((source) => (source === same ? { ...same, quantity: same.quantity + one.quantity } : source))
}

/** What came back of a sale, by its lines. */
function returnedOf({ id, line_items }: WireOrder, returns: WireOrder[]) {
  return returns
    .flatMap((order) => order.returns)
    .filter(({ source_order_id }) => source_order_id === id)
    .flatMap(({ return_line_items }) => return_line_items)
    .flatMap(({ source_line_item_uid: uid, quantity }) => {
      const line = line_items.find((one) => one.uid === uid)
      return line?.catalog_object_id ? [{ uid: line.uid, id: line.catalog_object_id, quantity }] : []
    })
}

function unclearOf(whole: WholeOrder, restocks: Map<string, NamedSource[]>): string | null {
  const { sale, returns } = whole
  const measured = sale.line_items.find(
    ({ catalog_object_id, quantity }) => catalog_object_id && !Number.isInteger(quantity),
  )
  if (measured)
    return `${measured.quantity} of “${measured.name}” were sold, which is no whole number of pieces: what is gone?`
  const inStock = [...restocks.values()].flat()
  if (isGivenUp(sale)) {
    const due = sale.tenders.length > 0 && sum(inStock) < pieces(sale.line_items)
    return due ? 'This order was cancelled, and Square did not put its pieces back in stock: where are they?' : null
  }
  if (sum(inStock) < pieces(returnedOf(sale, returns))) {
    return 'Pieces of this order came back and were not put back in stock at the till: where are they?'
  }
  const amounts = returns.flatMap((order) => order.returns).flatMap(({ return_line_items }) => return_line_items)
  if (amounts.some(({ source_line_item_uid: uid }) => !uid)) {
    return 'Part of this order was refunded as an amount, and Square does not say for what: did anything come back?'
  }
  return null
}

const pieces = (lines: { quantity: number; catalog_object_id?: string | null | undefined; id?: string }[]): number =>
  lines.reduce((n, line) => n + (line.catalog_object_id || line.id ? Math.floor(line.quantity) : 0), 0)

/** Whether anything of it is still to be handed over or sent. */
export const isUnshipped = ({ lines }: ChannelOrder): boolean =>
  lines.some(({ takesStock, currentQuantity, shipped }) => takesStock && currentQuantity > shipped)
