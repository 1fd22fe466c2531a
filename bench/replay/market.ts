import { assert } from '#app/kernel/assert.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { Shop as EtsyShop } from '#sandbox/etsy/shop.ts'
import type { GenericChannel } from '#sandbox/generic/channel.ts'
import type { Shop } from '#sandbox/shopify/shop.ts'

export type Wanted = { sku: string; quantity: number }

/** One channel as buyers meet it, whichever it is. */
export type Market = {
  /** Pieces a buyer can buy now; off sale counts as 0. */
  shown(sku: string): number
  /** Buys what is shown; the channel's id of the order. Asking for more than is shown is a mistake here. */
  buy(lines: Wanted[]): string
  /** Gives pieces back. 'unsaid': the channel has no way to say which, or has forgotten the order: a person must. */
  giveBack(orderId: string, piece: Wanted): 'told' | 'unsaid'
  forget(before: Date): void
}

export function shopifyMarket(shop: Shop): Market {
  return {
    shown: (sku) => shop.shown(sku),
    buy(lines) {
      const order = shop.placeOrder({ source: 'web', lines })
      assert(!isRefusal(order), 'Shopify sells what it shows')
      return order.id
    },
    giveBack(orderId, { sku, quantity }) {
      const line = shop.order(orderId).lines.find((one) => one.sku === sku)
      assert(line, 'an order has the line that was bought')
      const refund = shop.refund(orderId, [{ lineId: line.id, quantity, restock: 'CANCEL' }])
      assert(!isRefusal(refund), 'Shopify gives back what was bought')
      return 'told'
    },
    // Shopify's own orders can be cancelled nowhere but there, however old they are.
    forget: () => {},
  }
}

export function etsyMarket(shop: EtsyShop, forget: (before: Date) => void): Market {
  const listings = new Map(shop.listings().map((one) => [one.inventory.products[0]?.sku ?? '', one.listingId]))
  const listingOf = (sku: string) => {
    const id = listings.get(sku)
    assert(id !== undefined, `${sku} is listed on Etsy`)
    return id
  }
  return {
    shown: (sku) => shop.shown(listingOf(sku)),
    buy(lines) {
      const receipt = shop.buy({
        lines: lines.map(({ sku, quantity }) => ({ listingId: listingOf(sku), sku, quantity })),
      })
      assert(!isRefusal(receipt), 'Etsy sells what it shows')
      return String(receipt.receiptId)
    },
    // A receipt can be cancelled as a whole or be refunded an amount: of single pieces Etsy says nothing.
    giveBack: () => 'unsaid',
    forget,
  }
}

export function genericMarket(channel: GenericChannel): Market {
  return {
    shown: (sku) => channel.shown(sku),
    buy(lines) {
      const order = channel.sell(lines)
      assert(!isRefusal(order), 'a channel sells what it shows')
      return order.id
    },
    giveBack: (orderId, piece) => (isRefusal(channel.cancel(orderId, piece)) ? 'unsaid' : 'told'),
    forget: (before) => channel.forgetOrders(before),
  }
}
