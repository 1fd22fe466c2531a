import type { GraphQLResolveInfo } from 'graphql'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { Context, Mutations } from '../context.ts'
import { withOrder } from '../fields/orders.ts'
import { keyOf, once } from '../idempotency.ts'
import { acting } from '../news.ts'
import { cancel, refund } from '../order-changes.ts'
import type { CancelReason, RestockType } from '../rows.ts'
import { newId } from '../store.ts'

type CancelArguments = { orderId: string; reason: CancelReason; restock: boolean }
type LineInput = { lineItemId: string; quantity: number; restockType?: RestockType; locationId?: string }
type RefundArguments = { input: { orderId: string; note?: string; refundLineItems?: LineInput[] } }

/** `orderCancel` and `refundCreate`, as far as stock goes; money is given back in full. */
export const orderMutations: Mutations = {
  orderCancel: ({ orderId, reason, restock }: CancelArguments, { store }: Context) => {
    const order = store.orders.get(orderId)
    const failed = (message: string, code: string) => {
      const error = { field: ['orderId'], message }
      return { job: null, jobResult: null, userErrors: [error], orderCancelUserErrors: [{ ...error, code }] }
    }
    if (!order) return failed('Order does not exist', 'NOT_FOUND')
    const result = acting(store, (news) => cancel(store, { order, news, restock, reason }))
    if (isRefusal(result)) return failed(result.sentence, 'INVALID')
    return { job: { id: newId(store, 'Job'), done: true }, jobResult: null, userErrors: [], orderCancelUserErrors: [] }
  },
  refundCreate: ({ input }: RefundArguments, { store }: Context, info: GraphQLResolveInfo) => {
    const call = { key: keyOf(info), name: info.fieldName, args: input }
    const order = store.orders.get(input.orderId)
    const failed = (field: string[] | null, message: string) => ({
      refund: null,
      order: null,
      userErrors: [{ field, message }],
    })
    if (!order) return failed(['orderId'], 'Order does not exist')
    const lines = (input.refundLineItems ?? []).map(({ lineItemId, quantity, restockType, locationId }) => ({
      lineId: lineItemId,
      quantity,
      restock: restockType ?? ('NO_RESTOCK' as const),
      locationId,
    }))
    const { issues, madeId } = once(store, call, () => {
      const result = acting(store, (news) => refund(store, { order, news, lines, note: input.note }))
      if (!isRefusal(result)) return { group: null, issues: [], madeId: result.id }
      return { group: null, issues: [{ field: ['refundLineItems', '0', 'quantity'], message: result.sentence }] }
    })
    const [issue] = issues
    if (issue) return failed(issue.field, issue.message)
    // A repeated key names the refund it made, however many came after.
    const made = order.refunds.find(({ id }) => id === madeId)
    return { refund: made ? withOrder(made, order) : null, order, userErrors: [] }
  },
}
