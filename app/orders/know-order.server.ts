import type { Sql } from '../kernel/sql.ts'
import type { OrderToBook } from './book.server.ts'
import { keepLines, lockOrder } from './order-row.server.ts'

/**
 * Keeps an order as it stands before the books are opened, without booking anything: its pieces are still to be taken,
 * and those that it has sent, or got back, are not in the stock that will be counted. Known already, nothing happens.
 */
export async function knowOrder(db: Sql, input: Omit<OrderToBook, 'history' | 'locations'>): Promise<void> {
  const { merchantId, accountId, order, lines, at } = input
  const row = await lockOrder(db, order, { merchantId, accountId, at, history: false })
  await keepLines(db, { merchantId, orderId: row.id, countedAfter: true }, lines)
}
