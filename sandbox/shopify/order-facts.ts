import type { Order, OrderLine } from './rows.ts'

/** Pieces still on the order: neither taken off before sending nor returned after. */
export const currentQuantity = (line: OrderLine): number => line.quantity - line.removed - line.returned

/** Pieces still to be sent. */
export const unfulfilled = (line: OrderLine): number => line.quantity - line.fulfilled - line.removed

export type FulfillmentStatus = 'UNFULFILLED' | 'PARTIALLY_FULFILLED' | 'FULFILLED'

/** Shopify's displayFulfillmentStatus. A cancelled order that was never sent stays UNFULFILLED (captured). */
export function fulfillmentStatus({ lines }: Order): FulfillmentStatus {
  let sent = 0
  let left = 0
  for (const line of lines) {
    sent += line.fulfilled
    left += unfulfilled(line)
  }
  if (sent === 0) return 'UNFULFILLED'
  return left > 0 ? 'PARTIALLY_FULFILLED' : 'FULFILLED'
}

export function financialStatus({
  lines,
  cancelledAt,
  made,
}: Order): 'PAID' | 'PARTIALLY_REFUNDED' | 'REFUNDED' | 'PENDING' {
  if (made && !made.paid) return 'PENDING'
  const refunded = lines.reduce((sum, line) => sum + line.refunded, 0)
  if (cancelledAt !== null || lines.every((line) => line.refunded === line.quantity)) return 'REFUNDED'
  return refunded > 0 ? 'PARTIALLY_REFUNDED' : 'PAID'
}

const cents = (price: string): number => Math.round(Number(price) * 100)
const decimal = (minor: number): string => (minor / 100).toFixed(2)

const beside = ({ made }: Order): number => {
  if (!made) return 0
  const shipping = made.shipping.reduce((sum, { price }) => sum + cents(price), 0)
  const taxes = made.taxesIncluded ? 0 : made.taxes.reduce((sum, { price }) => sum + cents(price), 0)
  return shipping + taxes - cents(made.discount)
}

/** The lines, with shipping, taxes and the discount of an order that an app has made, as Shopify writes money. */
export const wholeTotalOf = (order: Order): string => decimal(cents(totalOf(order)) + beside(order))

/** What was ordered, in the order's currency, as Shopify writes money. */
export const totalOf = ({ lines }: Order): string =>
  decimal(lines.reduce((sum, l) => sum + cents(l.unitPrice) * l.quantity, 0))

/** What of it still stands. */
export const currentTotalOf = ({ lines }: Order): string =>
  decimal(lines.reduce((sum, l) => sum + cents(l.unitPrice) * currentQuantity(l), 0))

export const refundedOf = ({ lines }: Order): string =>
  decimal(lines.reduce((sum, l) => sum + cents(l.unitPrice) * l.refunded, 0))
