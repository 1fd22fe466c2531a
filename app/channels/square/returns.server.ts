import type { Lane } from '../lane.ts'
import type { SquareCalls } from './call.server.ts'
import { SIZES } from './limits.ts'
import type { WholeOrder } from './translate-orders.ts'
import { type WireAdjustment, type WireOrder, wireChanges, wireOrders, wirePayment, wireRefund } from './wire.ts'

/** Orders by their ids; those that are not there are missing. */
export async function readOrders(calls: SquareCalls, ids: string[], lane: Lane): Promise<WireOrder[]> {
  const orders: WireOrder[] = []
  for (let from = 0; from < ids.length; from += SIZES.orders) {
    const json = { order_ids: ids.slice(from, from + SIZES.orders) }
    const read = await calls.read(wireOrders, { lane, method: 'POST', path: 'orders/batch-retrieve', json })
    orders.push(...(read?.value.orders ?? []))
  }
  return orders
}

/**
 * Sales with what came back of them. Square makes an order of its own of each return and leaves the sale as it is; from
 * the sale they are found by its payments and their refunds. That is looked for only where there can be one: a sale that
 * nothing has touched since it was closed had none by then, and a later one is newer news.
 */
export async function wholeOrders(calls: SquareCalls, sales: WireOrder[], lane: Lane): Promise<WholeOrder[]> {
  const wholes: WholeOrder[] = []
  const twice = new Set(sales.filter((sale, n) => sales.findIndex(({ id }) => id === sale.id) !== n))
  for (const sale of sales) {
    const asked = lane === 'orders' && sales.length === 1
    wholes.push(asked || twice.has(sale) || wasTouched(sale) ? await whole(calls, sale, lane) : plain(sale))
  }
  return wholes
}

const plain = (sale: WireOrder): WholeOrder => ({ sale, returns: [], restocks: [] })

const SETTLES_MS = 1_000

const wasTouched = ({ state, updated_at, closed_at, created_at }: WireOrder): boolean =>
  state === 'CANCELED' || updated_at.getTime() > (closed_at ?? created_at).getTime() + SETTLES_MS

async function whole(calls: SquareCalls, sale: WireOrder, lane: Lane): Promise<WholeOrder> {
  const refunds = await refundsOf(calls, sale, lane)
  const ids = [...new Set(refunds.flatMap(({ orderId }) => (orderId && orderId !== sale.id ? [orderId] : [])))]
  const returns = await readOrders(calls, ids, lane)
  const isDue = sale.state === 'CANCELED' ? sale.tenders.length > 0 : returns.length > 0
  if (!isDue) return { sale, returns, restocks: [] }
  const causes = new Set([sale.id, ...ids, ...refunds.map(({ id }) => id)])
  return { sale, returns, restocks: await restocksOf(calls, { sale, causes, lane }) }
}

async function refundsOf(calls: SquareCalls, sale: WireOrder, lane: Lane) {
  const refundIds: string[] = []
  for (const { payment_id, id } of sale.tenders) {
    const paymentId = payment_id ?? id
    if (!paymentId) continue
    const read = await calls.read(wirePayment, { lane, path: `payments/${encodeURIComponent(paymentId)}` })
    refundIds.push(...(read?.value.payment.refund_ids ?? []))
  }
  const refunds: { id: string; orderId: string | null }[] = []
  for (const id of refundIds) {
    const read = await calls.read(wireRefund, { lane, path: `refunds/${encodeURIComponent(id)}` })
    if (read) refunds.push({ id, orderId: read.value.refund.order_id ?? null })
  }
  return refunds
}

type Caused = { sale: WireOrder; causes: Set<string>; lane: Lane }

/** What went into stock because of a sale's return or cancellation: whether the seller ticked that, no order says. */
async function restocksOf(calls: SquareCalls, { sale, causes, lane }: Caused): Promise<WireAdjustment[]> {
  const ids = [...new Set(sale.line_items.flatMap(({ catalog_object_id: id }) => (id ? [id] : [])))]
  if (ids.length === 0) return []
  const found: WireAdjustment[] = []
  let cursor: string | undefined
  do {
    const json = {
      catalog_object_ids: ids,
      types: ['ADJUSTMENT'],
      updated_after: new Date(sale.created_at.getTime() - SETTLES_MS).toISOString(),
      limit: SIZES.changes,
      ...(cursor === undefined ? {} : { cursor }),
    }
    const path = 'inventory/changes/batch-retrieve'
    const read = await calls.read(wireChanges, { lane, method: 'POST', path, json })
    found.push(...(read?.value.changes ?? []).flatMap(({ adjustment }) => (adjustment ? [adjustment] : [])))
    cursor = read?.value.cursor
  } while (cursor !== undefined)
  return found.filter(
    ({ to_state, refund_id, transaction_id }) =>
      to_state === 'IN_STOCK' && (causes.has(refund_id ?? '') || causes.has(transaction_id ?? '')),
  )
}
