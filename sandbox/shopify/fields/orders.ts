import { connectList, type Paging } from '../connection.ts'
import type { Context, Fields } from '../context.ts'
import { lineOf } from '../fulfilling.ts'
import {
  currentQuantity,
  currentTotalOf,
  financialStatus,
  fulfillmentStatus,
  refundedOf,
  totalOf,
  unfulfilled,
  wholeTotalOf,
} from '../order-facts.ts'
import type { Fulfillment, FulfillmentOrder, Order, OrderLine, Refund } from '../rows.ts'
import type { Store } from '../store.ts'
import { moneyBag } from './money.ts'

type First = { first?: number | null }

/**
 * `Order`. The buyer's name and address are null: they need an approval for protected customer data, which the app
 * does without.
 */
export const orderFields: Fields = {
  lineItems: ({ lines }: Order, paging: Paging) => connectList(lines, paging),
  nonFulfillableLineItems: ({ lines }: Order, paging: Paging) =>
    connectList(
      lines.filter(({ removed }) => removed > 0),
      paging,
    ),
  fulfillmentOrders: ({ fulfillmentOrders }: Order, paging: Paging) => connectList(fulfillmentOrders, paging),
  fulfillments: (order: Order, { first }: First) =>
    order.fulfillments
      .slice(0, first ?? undefined)
      .map((row) => ({ ...row, order, status: 'SUCCESS', updatedAt: row.createdAt })),
  refunds: (order: Order, { first }: First) =>
    order.refunds.slice(0, first ?? undefined).map((row) => withOrder(row, order)),
  displayFulfillmentStatus: fulfillmentStatus,
  displayFinancialStatus: financialStatus,
  closed: ({ closedAt }: Order) => closedAt !== null,
  confirmed: () => true,
  fullyPaid: ({ made }: Order) => made?.paid ?? true,
  unpaid: ({ made }: Order) => made?.paid === false,
  returnStatus: () => 'NO_RETURN',
  requiresShipping: ({ lines }: Order) => lines.some(({ requiresShipping }) => requiresShipping),
  fulfillable: (order: Order) => order.lines.some((line) => unfulfilled(line) > 0),
  subtotalLineItemsQuantity: ({ lines }: Order) => lines.reduce((sum, line) => sum + line.quantity, 0),
  currentSubtotalLineItemsQuantity: ({ lines }: Order) => lines.reduce((sum, line) => sum + currentQuantity(line), 0),
  currencyCode: ({ currency }: Order) => currency,
  presentmentCurrencyCode: ({ currency }: Order) => currency,
  totalPriceSet: (order: Order) => moneyBag(wholeTotalOf(order), order.currency),
  subtotalPriceSet: (order: Order) => moneyBag(totalOf(order), order.currency),
  currentTotalPriceSet: (order: Order) => moneyBag(currentTotalOf(order), order.currency),
  currentSubtotalPriceSet: (order: Order) => moneyBag(currentTotalOf(order), order.currency),
  totalRefundedSet: (order: Order) => moneyBag(refundedOf(order), order.currency),
  email: ({ buyer }: Order) => buyer?.email ?? null,
  customer: () => null,
  phone: () => null,
  note: ({ made }: Order) => made?.note ?? null,
  tags: ({ tags, made }: Order) => made?.tags ?? tags ?? [],
  customAttributes: ({ customAttributes }: Order) => customAttributes ?? [],
  sourceIdentifier: ({ made }: Order) => made?.sourceIdentifier ?? null,
  taxesIncluded: ({ made }: Order) => made?.taxesIncluded ?? false,
  cartToken: () => null,
  checkoutToken: ({ checkoutToken }: Order) => checkoutToken ?? null,
  shippingAddress: () => null,
  retailLocation: ({ retailLocationId }: Order, _: object, { store }: Context) =>
    store.locations.get(retailLocationId ?? '') ?? null,
  statusPageUrl: ({ id }: Order, _: object, { store }: Context) =>
    `https://${store.facts.domain}/orders/${id.split('/').at(-1)}`,
}

/** `LineItem`. A tip is a line without variant that is not sent, as in the real one. */
export const lineFields: Fields = {
  variant: ({ variantId }: OrderLine, _: object, { store }: Context) => store.variants.get(variantId ?? '') ?? null,
  product: ({ productId }: OrderLine, _: object, { store }: Context) => store.products.get(productId ?? '') ?? null,
  name: ({ title, variantTitle }: OrderLine) => (variantTitle ? `${title} - ${variantTitle}` : title),
  currentQuantity,
  refundableQuantity: currentQuantity,
  unfulfilledQuantity: unfulfilled,
  fulfillableQuantity: unfulfilled,
  nonFulfillableQuantity: ({ removed }: OrderLine) => removed,
  isGiftCard: ({ kind }: OrderLine) => kind === 'gift_card',
  restockable: ({ itemId }: OrderLine) => itemId !== null,
  taxable: () => true,
  image: () => null,
  customAttributes: ({ attributes }: OrderLine) => attributes ?? [],
  originalUnitPriceSet: ({ unitPrice }: OrderLine, _: object, context: Context) => priced(context, unitPrice),
  discountedUnitPriceSet: ({ unitPrice }: OrderLine, _: object, context: Context) => priced(context, unitPrice),
  originalTotalSet: ({ unitPrice, quantity }: OrderLine, _: object, context: Context) =>
    priced(context, unitPrice, quantity),
  discountedTotalSet: ({ unitPrice, quantity }: OrderLine, _: object, context: Context) =>
    priced(context, unitPrice, quantity),
}

const priced = ({ store }: Context, price: string, times = 1) =>
  moneyBag((Number(price) * times).toFixed(2), store.facts.currency)

const orderOf = (store: Store, { id }: FulfillmentOrder): Order | undefined =>
  store.orders.get(store.orderOf.get(id) ?? '')

export const fulfillmentOrderFields: Fields = {
  assignedLocation: ({ locationId }: FulfillmentOrder, _: object, { store }: Context) => {
    const location = store.locations.get(locationId)
    const nowhere = { address1: null, address2: null, phone: null, province: null, zip: null }
    return {
      location: location ?? null,
      name: location?.name,
      city: location?.city,
      countryCode: location?.countryCode,
      ...nowhere,
    }
  },
  lineItems: (parcel: FulfillmentOrder, paging: Paging, { store }: Context) => {
    const order = orderOf(store, parcel)
    const lines = order ? parcel.lines.map((entry) => parcelLine(order, entry)) : []
    return connectList(lines, paging)
  },
  order: (parcel: FulfillmentOrder, _: object, { store }: Context) => orderOf(store, parcel),
  orderId: (parcel: FulfillmentOrder, _: object, { store }: Context) => orderOf(store, parcel)?.id,
  orderName: (parcel: FulfillmentOrder, _: object, { store }: Context) => orderOf(store, parcel)?.name,
  orderProcessedAt: (parcel: FulfillmentOrder, _: object, { store }: Context) => orderOf(store, parcel)?.processedAt,
  requestStatus: () => 'UNSUBMITTED',
  fulfillmentHolds: () => [],
  fulfillAt: ({ createdAt }: FulfillmentOrder) => createdAt,
  fulfillBy: () => null,
  deliveryMethod: () => null,
  destination: () => null,
}

/** `FulfillmentOrderLineItem`: a share of a line that one location sends. */
function parcelLine(order: Order, { id, lineId, total, remaining }: FulfillmentOrder['lines'][number]) {
  const line = lineOf(order, lineId)
  return {
    id,
    lineItem: line,
    totalQuantity: total,
    remainingQuantity: remaining,
    sku: line.sku,
    productTitle: line.title,
    variantTitle: line.variantTitle,
    vendor: line.vendor,
    requiresShipping: line.requiresShipping,
    inventoryItemId: line.itemId,
    variantId: line.variantId,
  }
}

export const parcelLineFields: Fields = {
  variant: ({ variantId }: { variantId: string | null }, _: object, { store }: Context) =>
    store.variants.get(variantId ?? '') ?? null,
}

type RefundOfOrder = Refund & { order: Order }

/** A refund as the API shows it: it names its order, which the row does not. */
export function withOrder(refund: Refund, order: Order) {
  return {
    ...refund,
    order,
    processedAt: refund.createdAt,
    updatedAt: refund.createdAt,
    staffMember: null,
    return: null,
  }
}

export const refundFields: Fields = {
  refundLineItems: ({ lines, order }: RefundOfOrder, paging: Paging, { store }: Context) =>
    connectList(
      lines.map(({ lineId, locationId, ...row }) => {
        const lineItem = lineOf(order, lineId)
        const subtotal = (Number(lineItem.unitPrice) * row.quantity).toFixed(2)
        return {
          ...row,
          lineItem,
          location: store.locations.get(locationId ?? '') ?? null,
          restocked: row.restockType !== 'NO_RESTOCK',
          priceSet: moneyBag(lineItem.unitPrice, order.currency),
          subtotalSet: moneyBag(subtotal, order.currency),
        }
      }),
      paging,
    ),
  totalRefundedSet: ({ lines, order }: RefundOfOrder) => {
    const total = lines.reduce(
      (sum, { lineId, quantity }) => sum + Number(lineOf(order, lineId).unitPrice) * quantity,
      0,
    )
    return moneyBag(total.toFixed(2), order.currency)
  },
  duties: () => null,
}

type FulfillmentOfOrder = Fulfillment & { order: Order }

export const fulfillmentFields: Fields = {
  location: ({ locationId }: FulfillmentOfOrder, _: object, { store }: Context) =>
    store.locations.get(locationId) ?? null,
  totalQuantity: ({ lines }: FulfillmentOfOrder) => lines.reduce((sum, { quantity }) => sum + quantity, 0),
  fulfillmentLineItems: ({ id, lines, order }: FulfillmentOfOrder, paging: Paging) =>
    connectList(
      lines.map(({ lineId, quantity }, i) => ({ id: `${id}-${i}`, lineItem: lineOf(order, lineId), quantity })),
      paging,
    ),
  trackingInfo: ({ tracking }: FulfillmentOfOrder) => (tracking ? [tracking] : []),
  requiresShipping: () => true,
}
