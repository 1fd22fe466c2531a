import type { ChannelOrder, ChannelOrderLine, NamedSource } from '../../kernel/channel-order.ts'
import { money } from '../../kernel/money.ts'
import { adminUrl, type Shop } from './shop.ts'
import { HOLD_ATTRIBUTE } from './draft-key.ts'
import type { WireLine, WireOrder } from './wire-orders.ts'

/**
 * An order in our words. `wire` must hold all of its lists.
 *
 * placedAt is `createdAt`, not `processedAt`: it decides whether an order is older than the opening of the books, and
 * Shopify moves the stock when the order is created. A sale made at a till without network, or imported, was
 * processed before.
 */
export function orderOf(wire: WireOrder, shop: Shop): ChannelOrder {
  const asides = wire.customAttributes.flatMap(({ key, value }) => (key === HOLD_ATTRIBUTE && value ? [value] : []))
  return {
    externalId: wire.id,
    name: wire.name,
    placedAt: wire.createdAt,
    paidAt: wire.fullyPaid ? wire.processedAt : null,
    updatedAt: wire.updatedAt,
    cancelledAt: wire.cancelledAt,
    currency: wire.currencyCode,
    url: adminUrl(shop, `orders/${wire.legacyResourceId}`),
    lines: wire.lineItems.nodes.map((line) => lineOf(line, wire)),
    carts: [wire.cartToken, wire.checkoutToken].flatMap((token) => (token ? [token] : [])),
    ...(asides.length > 0 && { asides }),
    standsFor: wire.sourceIdentifier ?? null,
    unclear: null,
  }
}

function lineOf(line: WireLine, order: WireOrder): ChannelOrderLine {
  const itemId = line.variant?.inventoryItem.id ?? itemIdOf(line, order)
  const gone = writtenOff(line, order)
  return {
    externalId: line.id,
    listing: itemId === null ? null : { externalId: itemId, variantId: '' },
    sku: line.sku ?? '',
    title: line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title,
    quantity: line.quantity,
    currentQuantity: line.currentQuantity + gone,
    shipped: Math.max(0, line.currentQuantity - line.unfulfilledQuantity) + gone,
    restocked: restockedOf(line, order),
    takesStock: takesStock(line, itemId),
    backorder: line.variant?.inventoryPolicy === 'CONTINUE',
    unitPriceMinor: money(line.originalUnitPriceSet.shopMoney.amount, order.currencyCode).minor,
    sources: sourcesOf(line, order),
  }
}

// A variant deleted since is null on the line; what is left to send still names the item.
function itemIdOf({ id }: WireLine, { fulfillmentOrders }: WireOrder): string | null {
  const entries = fulfillmentOrders.nodes.flatMap(({ lineItems }) => lineItems.nodes)
  return entries.find(({ lineItem, inventoryItemId }) => lineItem.id === id && inventoryItemId)?.inventoryItemId ?? null
}

// A custom line and a tip have neither variant nor vendor; a product's line keeps its vendor when the product is gone.
function takesStock({ variant, vendor, isGiftCard }: WireLine, itemId: string | null): boolean {
  if (isGiftCard) return false
  if (variant) return variant.inventoryItem.tracked
  return itemId !== null || vendor !== null
}

/**
 * Pieces refunded and not put back on sale: Shopify takes those not sent yet out of what is on hand. For the stock they
 * have left, whether they were sent or not, and so they are told; as given up they would go on sale again elsewhere.
 */
const writtenOff = (line: WireLine, order: WireOrder): number =>
  refundedOf(line, order).reduce((n, { restockType, location, quantity }) => {
    const isGone = restockType === 'NO_RESTOCK' || (restockType === 'RETURN' && !location)
    return isGone ? n + quantity : n
  }, 0)

const refundedOf = ({ id }: WireLine, { refunds }: WireOrder) =>
  refunds.flatMap(({ refundLineItems }) => refundLineItems.nodes).filter(({ lineItem }) => lineItem.id === id)

/** Pieces the buyer sent back that Shopify put on sale again. Those never sent are just given up: CANCEL. */
function restockedOf(line: WireLine, order: WireOrder): NamedSource[] {
  return byPlace(
    refundedOf(line, order).flatMap(({ restockType, location, quantity }) =>
      restockType === 'RETURN' && location ? [{ externalLocationId: location.id, quantity }] : [],
    ),
  )
}

/** Where the pieces still to be sent lie: their fulfillment orders' places. */
function sourcesOf({ id }: WireLine, { fulfillmentOrders }: WireOrder): NamedSource[] {
  return byPlace(
    fulfillmentOrders.nodes.flatMap(({ status, assignedLocation: { location }, lineItems }) => {
      if (!location || status === 'CLOSED' || status === 'CANCELLED') return []
      const here = lineItems.nodes.filter(
        ({ lineItem, remainingQuantity }) => lineItem.id === id && remainingQuantity > 0,
      )
      return here.map(({ remainingQuantity }) => ({ externalLocationId: location.id, quantity: remainingQuantity }))
    }),
  )
}

function byPlace(sources: NamedSource[]): NamedSource[] {
  const sums = new Map<string, number>()
  for (const { externalLocationId, quantity } of sources) {
    sums.set(externalLocationId, (sums.get(externalLocationId) ?? 0) + quantity)
  }
  return [...sums].map(([externalLocationId, quantity]) => ({ externalLocationId, quantity }))
}

/** Whether anything that takes stock is still to be sent. */
export const isUnshipped = ({ lines }: ChannelOrder): boolean =>
  lines.some(({ takesStock: takes, currentQuantity, shipped }) => takes && currentQuantity > shipped)
