import { TryAgain } from '../../kernel/outage.ts'
import type { SentParcel, ToldOutcome, WholeOrder } from '../../kernel/whole-order.ts'
import type { EtsyCalls } from './call.server.ts'
import { sentenceOf } from './fetch-whole.server.ts'
import { wholeOrderOf, wholeReceipt } from './whole-receipt.ts'

/** The order with its buyer; null when this shop has no such receipt. */
export async function wholeOrder(etsy: EtsyCalls, shopId: string, externalId: string): Promise<WholeOrder | null> {
  const read = await etsy.read(wholeReceipt, { lane: 'orders', path: `shops/${shopId}/receipts/${externalId}` })
  return read && wholeOrderOf(read.value)
}

const ACCEPTED: ToldOutcome = { outcome: 'accepted', reason: null }
const rejected = (reason: string): ToldOutcome => ({ outcome: 'rejected', reason })

// Etsy's names of carriers are in no specification; "if the carrier is not supported, you may use `other`"
// (createReceiptShipment).
const CARRIERS: Record<string, string> = { usps: 'usps', ups: 'ups', fedex: 'fedex', dhl: 'dhl', dhlexpress: 'dhl' }

const carrierOf = (name: string | null): string =>
  CARRIERS[(name ?? '').toLowerCase().replaceAll(/[^a-z]/g, '')] ?? 'other'

/**
 * Marks an order as shipped, with its tracking (createReceiptShipment). Etsy makes a shipment, and writes to the buyer, as
 * often as it is asked: what may have been told before is looked up first.
 */
export async function tellSent(etsy: EtsyCalls, shopId: string, parcel: SentParcel): Promise<ToldOutcome> {
  const path = `shops/${shopId}/receipts/${parcel.externalId}`
  if (parcel.again && (await isTold(etsy, path, parcel))) return ACCEPTED
  const { trackingNumber, carrier } = parcel
  const json = trackingNumber ? { tracking_code: trackingNumber, carrier_name: carrierOf(carrier) } : {}
  const reply = await etsy.send({ lane: 'write', method: 'POST', path: `${path}/tracking`, json })
  if (reply.is === 'unsent') throw new TryAgain(reply.afterMs, reply.reason)
  if (reply.is === 'lost') return { outcome: 'unknown', reason: reply.reason }
  if (reply.status === 200) return ACCEPTED
  if (reply.status === 403) return rejected('Etsy has not allowed us to mark orders as sent. Connect Etsy again.')
  return rejected(sentenceOf(reply.body) ?? `Etsy answered ${reply.status}.`)
}

async function isTold(etsy: EtsyCalls, path: string, { trackingNumber }: SentParcel): Promise<boolean> {
  const read = await etsy.read(wholeReceipt, { lane: 'write', path })
  if (!read) return false
  const { shipments, is_shipped } = read.value
  return trackingNumber ? shipments.some(({ tracking_code }) => tracking_code === trackingNumber) : is_shipped
}
