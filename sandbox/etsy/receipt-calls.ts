import { z } from 'zod'
import { isRefusal } from '#app/kernel/refusal.ts'
import { type Answer, fail, notFound, ok } from './answer.ts'
import { type ByTime, positionOf } from './by-time.ts'
import { type Call, descending, flag, page, parse, timestamp } from './call.ts'
import { shopOf } from './etsy.ts'
import { addShipment, ship, totalOf } from './receipts.ts'
import { wireReceipt, wireTransaction } from './wire-receipt.ts'
import type { Receipt, World } from './world.ts'

const receiptsQuery = z.object({
  ...page,
  min_created: timestamp.optional(),
  max_created: timestamp.optional(),
  min_last_modified: timestamp.optional(),
  max_last_modified: timestamp.optional(),
  was_paid: flag.optional(),
  was_shipped: flag.optional(),
  was_delivered: flag.optional(),
  was_canceled: flag.optional(),
  sort_on: z.enum(['created', 'updated', 'receipt_id']).default('created'),
  sort_order: descending,
  legacy: z.string().optional(),
})

type Query = z.infer<typeof receiptsQuery>

/**
 * getShopReceipts. Both ends of a window are included, and Etsy counts whole seconds: an order changed at 10:00:00.900
 * is in the window that starts, and in the one that ends, at 10:00:00.
 */
export function getReceipts(call: Call): Answer {
  const parsed = parse(receiptsQuery, call.query)
  if ('answer' in parsed) return parsed.answer
  const query = parsed.value
  const shop = shopOf(call.etsy, call.ids[0]!)
  const found = matching(call.etsy.world, query.sort_on === 'updated' ? shop.byUpdated : shop.byCreated, query)
  if (query.sort_order) found.reverse()
  const wanted = found.slice(query.offset, query.offset + query.limit)
  return ok({ count: found.length, results: wanted.map((receipt) => wireReceipt(receipt, shop)) })
}

function matching(world: World, index: ByTime, query: Query): Receipt[] {
  const byUpdated = query.sort_on === 'updated'
  const from = byUpdated ? query.min_last_modified : query.min_created
  const to = byUpdated ? query.max_last_modified : query.max_created
  const start = from === undefined ? 0 : positionOf(index, from * 1_000)
  const end = to === undefined ? index.ids.length : positionOf(index, (to + 1) * 1_000)
  const found: Receipt[] = []
  for (let i = start; i < end; i++) {
    const receipt = world.receipts.get(index.ids[i]!)!
    if (matches(receipt, query)) found.push(receipt)
  }
  if (query.sort_on === 'receipt_id') found.sort((a, b) => a.receiptId - b.receiptId)
  return found
}

function matches(receipt: Receipt, query: Query): boolean {
  return (
    is(query.was_paid, receipt.paidAt) &&
    is(query.was_shipped, receipt.shippedAt) &&
    is(query.was_canceled, receipt.canceledAt) &&
    query.was_delivered !== true &&
    within(receipt.createdAt, query.min_created, query.max_created) &&
    within(receipt.updatedAt, query.min_last_modified, query.max_last_modified)
  )
}

const is = (wanted: boolean | undefined, at: number | null) => wanted === undefined || wanted === (at !== null)

const within = (time: number, from = 0, to = Infinity) => time >= from * 1_000 && time < (to + 1) * 1_000

/** getShopReceipt. */
export function getReceipt(call: Call): Answer {
  const receipt = ofShop(call)
  return receipt ? ok(wireReceipt(receipt, shopOf(call.etsy, receipt.shopId))) : notFound()
}

/** getShopReceiptTransactionsByReceipt. */
export function getReceiptTransactions(call: Call): Answer {
  const receipt = ofShop(call)
  if (!receipt) return notFound()
  const results = receipt.lines.map((line) => wireTransaction(line, receipt, shopOf(call.etsy, receipt.shopId)))
  return ok({ count: results.length, results })
}

const trackingBody = z.object({
  tracking_code: z.string().optional(),
  carrier_name: z.string().optional(),
  send_bcc: z.boolean().optional(),
  note_to_buyer: z.string().optional(),
})

// Etsy publishes no list; these and `other` it knows for certain.
const CARRIERS = ['usps', 'ups', 'fedex', 'dhl', 'other']
const UNTRACKED_UP_TO = 1_000

/**
 * createReceiptShipment. Asked again it makes another shipment, and writes to the buyer again. "When shipping within the
 * United States AND the order is over $10 … tracking code and carrier name ARE required": all buyers here live there.
 */
export function postTracking(call: Call): Answer {
  const receipt = ofShop(call)
  if (!receipt) return notFound()
  const parsed = parse(trackingBody, call.body)
  if ('answer' in parsed) return parsed.answer
  const { tracking_code: trackingCode = '', carrier_name: carrier = '' } = parsed.value
  if (!trackingCode && totalOf(receipt) > UNTRACKED_UP_TO)
    return fail(400, 'A tracking code and a carrier name are required')
  if (trackingCode && !CARRIERS.includes(carrier)) return fail(400, `Carrier '${carrier}' is not supported`)
  const shop = shopOf(call.etsy, receipt.shopId)
  const told = { receiptId: receipt.receiptId, carrier, trackingCode }
  const done = (receipt.shippedAt === null ? ship : addShipment)(call.etsy, shop, told)
  return isRefusal(done) ? fail(400, done.sentence) : ok(wireReceipt(done, shop))
}

function ofShop({ etsy, ids: [shopId, receiptId] }: Call): Receipt | undefined {
  const receipt = etsy.world.receipts.get(receiptId!)
  return receipt?.shopId === shopId ? receipt : undefined
}
