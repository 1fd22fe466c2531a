import type { Random } from '#app/kernel/clock.ts'
import { someBuyer } from './people.ts'
import { shuffled } from './chance.ts'
import type { OpenOrder, Product, Variant } from './shop.ts'

/** How many lines each order has, oldest first. */
const ORDERS = [1, 2, 1, 1, 3]

/** Orders of the last days that wait to be sent, each of pieces that lie in the safe. */
export function openOrders(random: Random, products: Product[]): OpenOrder[] {
  const inSafe = ({ stock }: Variant) => stock.some((s) => s.place === 'Safe' && s.available >= 2)
  const variants = products.filter((p) => !p.oneOfOne).flatMap((p) => p.variants)
  const drawn = shuffled(random, variants.filter(inSafe))
  return ORDERS.map((lines, i) => ({
    buyer: someBuyer(random),
    daysAgo: ORDERS.length - i,
    lines: drawn.splice(0, lines).map(({ sku }) => ({ sku, quantity: 1 })),
  }))
}
