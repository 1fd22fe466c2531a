import { present } from '#app/kernel/assert.ts'
import { isRefusal, refuse, type Refusal } from '#app/kernel/refusal.ts'
import type { Desk, RefundAsked } from './admin/desk.ts'
import { numberOf } from './gid.ts'
import type { RefundLine } from './order-changes.ts'
import type { Order } from './rows.ts'
import type { Shop } from './shop.ts'
import type { OrderView } from './shop-view.ts'
import { orderView, viewOf } from './view-of-shop.ts'

export type DeskOptions = {
  shop: Shop
  /** Signs a session token for this number of the staff. */
  signIn: (userId: string) => string
}

/** The desk of a shop in the sandbox. */
export function deskOf({ shop, signIn }: DeskOptions): Desk {
  const withOrder = (key: number, act: (order: Order) => unknown): Refusal | undefined => {
    const order = orderCalled(shop, key)
    return order ? onlyRefusal(act(order)) : refuse('unknown', `There is no order ${key}.`)
  }
  const productId = (number: number) =>
    present(
      shop.products().find(({ id }) => numberOf(id) === number),
      `Product ${number}`,
    ).id
  return {
    store: shop.domain.replace(/\.myshopify\.com$/, ''),
    name: shop.facts.name,
    view: () => viewOf(shop),
    installed: () => shop.installed,
    install: () => shop.installApp(),
    uninstall: () => shop.uninstallApp(),
    sessionToken: (as) => signIn(userIdOf(shop, as)),
    order: (key) => {
      const order = orderCalled(shop, key)
      return order && orderView(order)
    },
    fulfill: (key, tracking) =>
      withOrder(key, (order) => shop.fulfill(order.id, undefined, tracking && { ...tracking, url: null })),
    cancel: (key) => withOrder(key, (order) => shop.cancelOrder(order.id, { restock: true })),
    refund: (key, asked) => withOrder(key, (order) => shop.refund(order.id, refundLines(orderView(order), asked))),
    setAvailable: ({ itemId, locationId, available }) =>
      onlyRefusal(
        shop.editByStaff({ kind: 'set', name: 'available', idOrSku: itemId, locationId, quantity: available }),
      ),
    setStatus: (number, status) => void shop.changeProduct(productId(number), { status }),
    deleteProduct: (number) => shop.deleteProduct(productId(number)),
    sell(sale) {
      const order = shop.placeOrder(sale)
      return isRefusal(order) ? order : { orderKey: numberOf(order.id) }
    },
  }
}

const EVERY_ORDER = 1_000_000

const orderCalled = (shop: Shop, key: number) => shop.orders(EVERY_ORDER).find(({ id }) => numberOf(id) === key)

const onlyRefusal = (result: unknown): Refusal | undefined => (isRefusal(result) ? result : undefined)

/** Staff are known by the part before the @ of their address: the key in `?as=`. */
function userIdOf(shop: Shop, as: string): string {
  const person = shop.staff().find(({ email }) => email.startsWith(`${as}@`))
  return person ? String(numberOf(person.id)) : shop.ownerId
}

/** Pieces not yet sent are taken off the order first; those that were sent come back. */
function refundLines(order: OrderView, asked: RefundAsked): RefundLine[] {
  const wanted =
    asked.pieces ?? order.lines.map((line) => ({ lineId: line.id, quantity: line.unsent + line.returnable }))
  return wanted.flatMap(({ lineId, quantity }) => {
    const line = order.lines.find(({ id }) => id === lineId)
    return line ? split(line, quantity, asked.restock) : []
  })
}

function split({ id: lineId, unsent }: OrderView['lines'][number], quantity: number, restock: boolean): RefundLine[] {
  if (!restock) return quantity > 0 ? [{ lineId, quantity, restock: 'NO_RESTOCK' }] : []
  const before = Math.min(quantity, unsent)
  const lines: RefundLine[] = [
    { lineId, quantity: before, restock: 'CANCEL' },
    { lineId, quantity: quantity - before, restock: 'RETURN' },
  ]
  return lines.filter((line) => line.quantity > 0)
}
