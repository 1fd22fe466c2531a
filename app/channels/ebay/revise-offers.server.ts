import { sentenceOf } from './fetch-whole.server.ts'
import { type Applying, laneOf, said, type Sent, unanswered } from './sending.ts'
import { wireUpdated } from './wire.ts'
import { rejected, type Write } from './writes.ts'

const PATH = '/sell/inventory/v1/bulk_update_price_quantity'

/**
 * Writes SKUs by the Inventory API in one call, the quantity to the item and to its offer both: the smaller of the two is
 * what buyers see. Where the call as a whole is not taken, each is sent by itself.
 */
export async function reviseOffers(applying: Applying, chunk: Write[]): Promise<Sent[]> {
  const { ebay, learned } = applying
  const lane = laneOf(chunk.map(({ change }) => change))
  const json = { requests: chunk.map(requestFor) }
  const reply = await ebay.send({ api: 'inventory', lane, method: 'POST', path: PATH, json })
  if (reply.is !== 'answer') return [unanswered(chunk, reply)]
  const { status, body } = reply.value
  if (status === 200 || status === 207) return [concluded(chunk, body)]
  if (chunk.length === 1)
    return [
      {
        outcomes: chunk.map((write) => said(write, rejected(sentenceOf(body) ?? `HTTP ${status}`))),
        waitMs: null,
        revised: [],
      },
    ]
  // Its documentation says both, "up to 25 inventory items" and "only one SKU": what is turned away is not tried again.
  if (/only one sku/i.test(sentenceOf(body) ?? '')) learned.skusAtOnce = 1
  const alone = await Promise.all(chunk.map((write) => reviseOffers(applying, [write])))
  return alone.flat()
}

const requestFor = ({ change, target }: Write) => ({
  sku: target.sku,
  shipToLocationAvailability: { quantity: change.quantity },
  offers: [{ offerId: target.offerId, availableQuantity: change.quantity }],
})

/** Each has a status of its own; what is not answered for is not known. */
function concluded(chunk: Write[], body: unknown): Sent {
  const responses = wireUpdated.safeParse(body).data?.responses ?? []
  const revised: Write[] = []
  const outcomes = chunk.map((write) => {
    const { sku, offerId } = write.target
    const mine = responses.filter((row) => row.offerId === offerId || (row.offerId === undefined && row.sku === sku))
    const bad = mine.find(({ statusCode }) => statusCode >= 300)
    if (bad?.statusCode === 404) return said(write, rejected('dead'))
    if (bad && bad.statusCode < 500)
      return said(write, rejected(bad.errors?.[0]?.longMessage ?? bad.errors?.[0]?.message ?? `HTTP ${bad.statusCode}`))
    revised.push(write)
    if (bad || mine.length === 0)
      return said(write, { outcome: 'unknown', reason: 'eBay does not say whether it was done.', shown: null })
    return said(write, { outcome: 'accepted', reason: null, shown: write.change.quantity })
  })
  return { outcomes, waitMs: null, revised }
}
