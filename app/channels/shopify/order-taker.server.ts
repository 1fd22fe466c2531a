import { createHash } from 'node:crypto'
import type { ToldOutcome } from '../../kernel/whole-order.ts'
import type { MadeOrder, MadeOutcome, OrderTaker, OrderToMake, Pieces } from '../order-desk.ts'
import type { AdminApi, Told } from './admin-api.server.ts'
import { LINE_PROPERTY, orderInput, refusalOf, without } from './order-input.ts'
import { adminUrl, type Shop } from './shop.ts'
import {
  CANCEL_MADE,
  FIND_MADE,
  FULFIL_MADE,
  MADE_ORDER,
  MAKE_ORDER,
  type OrderErrors,
  TAKE_OFF_MADE,
  VARIANTS_OF,
  type WireMade,
} from './wire-made-orders.ts'

// A search, the variants of its lines, the order: what the limit must allow before one is begun.
const MAKING_POINTS = 60
const ACCEPTED: ToldOutcome = { outcome: 'accepted', reason: null }

/** Orders of other channels in a Shopify store (`orderCreate`, always BYPASS: the ledger moves the stock by itself). */
export function orderTaker(api: AdminApi, shop: Shop): OrderTaker {
  const called = ({ id, name, legacyResourceId }: { id: string; name: string; legacyResourceId: string }) => ({
    externalId: id,
    name,
    url: adminUrl(shop, `orders/${legacyResourceId}`),
  })
  return {
    makingCost: MAKING_POINTS,
    async findMade(standsFor) {
      const query = `source_identifier:'${standsFor.replaceAll(/[\\']/g, '\\$&')}'`
      const { data } = await api.ask(FIND_MADE, { query }, 'write')
      const found = data.orders.nodes.find(({ sourceIdentifier }) => sourceIdentifier === standsFor)
      return found ? called(found) : null
    },
    async makeOrder(order) {
      const made = await make(api, order)
      return made.outcome === 'made' ? { outcome: 'made', ...called(made.order) } : made
    },
    async madeOrder(externalId) {
      const { data } = await api.ask(MADE_ORDER, { id: externalId }, 'write')
      return data.order && { ...called(data.order), ...stateOf(data.order) }
    },
    fulfilMade: (externalId, pieces) => fulfil(api, externalId, pieces),
    async cancelMade(externalId) {
      const variables = { orderId: externalId, note: 'Cancelled on the channel that sold it.' }
      return outcomeOf(await api.tellQuietly(CANCEL_MADE, variables, 'write'))
    },
    async takeOffMade(externalId, pieces, key) {
      const order = await read(api, externalId)
      if (!order) return { outcome: 'rejected', reason: 'Shopify does not have this order any more.' }
      const refundLineItems = pieces.flatMap(({ line, quantity }) => {
        const found = order.lineItems.nodes.find((one) => lineOf(one) === line)
        return found ? [{ lineItemId: found.id, quantity, restockType: 'NO_RESTOCK' }] : []
      })
      const input = { orderId: externalId, refundLineItems, note: 'Taken off on the channel that sold it.' }
      return outcomeOf(await api.tellQuietly(TAKE_OFF_MADE, { input, key: keyOf(key) }, 'write'))
    },
  }
}

const read = async (api: AdminApi, id: string): Promise<WireMade | null> =>
  (await api.ask(MADE_ORDER, { id }, 'write')).data.order

type Named = { id: string; name: string; legacyResourceId: string }
type Made = { outcome: 'made'; order: Named } | Exclude<MadeOutcome, { outcome: 'made' }>

// Each try leaves out what it was refused for; a refused order was not made.
const MOST_TRIES = 4

async function make(api: AdminApi, order: OrderToMake): Promise<Made> {
  let input: object = orderInput(order, await variantsOf(api, order))
  let errors: OrderErrors = []
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const told = await api.tellQuietly(MAKE_ORDER, { order: input }, 'write')
    if ('unanswered' in told) return { outcome: 'unknown', reason: told.unanswered }
    if ('refused' in told) return { outcome: 'rejected', reason: told.refused }
    if (told.data.order) return { outcome: 'made', order: told.data.order }
    errors = told.data.userErrors
    // Five orders a minute in a development store: neither a field nor a code says so.
    if (errors.every(({ code, field }) => code === null && field === null))
      return { outcome: 'later', reason: 'Shopify takes no more orders for the moment.' }
    const less = without(input as ReturnType<typeof orderInput>, errors)
    if (!less) break
    input = less
  }
  return { outcome: 'rejected', reason: refusalOf(errors) }
}

async function variantsOf(api: AdminApi, { lines }: OrderToMake): Promise<Map<string, string>> {
  const ids = [...new Set(lines.flatMap(({ ownThing }) => ownThing ?? []))]
  if (ids.length === 0) return new Map()
  const { data } = await api.ask(VARIANTS_OF, { ids }, 'write')
  const found = data.nodes.flatMap((node): [string, string][] => {
    const [variant] = node?.variants?.nodes ?? []
    return node && variant ? [[node.id, variant.id]] : []
  })
  return new Map(found)
}

const lineOf = ({ customAttributes }: WireMade['lineItems']['nodes'][number]): string | null =>
  customAttributes.find(({ key }) => key === LINE_PROPERTY)?.value ?? null

const isSent = ({ status }: { status: string }) => status === 'SUCCESS'

function stateOf({
  cancelledAt,
  lineItems,
  fulfillments,
}: WireMade): Pick<MadeOrder, 'cancelledAt' | 'lines' | 'fulfilments'> {
  const sent = fulfillments.filter(isSent)
  const sentOf = (id: string) =>
    sent
      .flatMap(({ fulfillmentLineItems }) => fulfillmentLineItems.nodes)
      .reduce((sum, { lineItem, quantity }) => (lineItem.id === id ? sum + quantity : sum), 0)
  return {
    cancelledAt,
    lines: lineItems.nodes.map((line) => ({
      externalId: line.id,
      line: lineOf(line),
      current: line.currentQuantity,
      sent: sentOf(line.id),
    })),
    fulfilments: sent.map(({ id, trackingInfo: [tracking], fulfillmentLineItems }) => ({
      externalId: id,
      lines: fulfillmentLineItems.nodes.map(({ lineItem, quantity }) => ({ externalId: lineItem.id, quantity })),
      carrier: tracking?.company || null,
      trackingNumber: tracking?.number || null,
    })),
  }
}

/** One fulfilment for each place that the pieces are to be sent from, which is as much as Shopify takes at once. */
async function fulfil(api: AdminApi, externalId: string, pieces: Pieces[]): Promise<ToldOutcome> {
  const order = await read(api, externalId)
  if (!order) return { outcome: 'rejected', reason: 'Shopify does not have this order any more.' }
  const left = new Map(pieces.map(({ line, quantity }) => [line, quantity]))
  const lineById = new Map(order.lineItems.nodes.map((line) => [line.id, lineOf(line)]))
  for (const { id, status, lineItems } of order.fulfillmentOrders.nodes) {
    if (status === 'CLOSED' || status === 'CANCELLED') continue
    const portions = lineItems.nodes.flatMap((entry) => {
      const line = lineById.get(entry.lineItem.id) ?? ''
      const quantity = Math.min(left.get(line) ?? 0, entry.remainingQuantity)
      left.set(line, (left.get(line) ?? 0) - quantity)
      return quantity > 0 ? [{ id: entry.id, quantity }] : []
    })
    if (portions.length === 0) continue
    const lineItemsByFulfillmentOrder = [{ fulfillmentOrderId: id, fulfillmentOrderLineItems: portions }]
    const fulfillment = { lineItemsByFulfillmentOrder, notifyCustomer: false }
    const outcome = outcomeOf(await api.tellQuietly(FULFIL_MADE, { fulfillment }, 'write'))
    if (outcome.outcome !== 'accepted') return outcome
  }
  return ACCEPTED
}

function outcomeOf(told: Told<{ message: string }[]>): ToldOutcome {
  if ('unanswered' in told) return { outcome: 'unknown', reason: told.unanswered }
  if ('refused' in told) return { outcome: 'rejected', reason: told.refused }
  const [error] = told.data
  return error ? { outcome: 'rejected', reason: error.message } : ACCEPTED
}

const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
