import type { Ebay } from './ebay.ts'
import type { InventoryCheck, Picked, SellerState } from './world.ts'

/** "The response time should be 500 ms or less" (Real-time Inventory Check, developer.ebay.com). */
const ANSWER_WITHIN_MS = 500

/**
 * Asks the seller's endpoint for every SKU of an order: false when it does not have one of them. What is not answered
 * in time, or not as it should be, lets the sale through.
 */
export async function askSeller(ebay: Ebay, { inventoryCheck }: SellerState, picked: Picked[]): Promise<boolean> {
  if (!inventoryCheck) return true
  const asked = picked
    .filter(({ variation }) => variation.sku !== '')
    .map(({ variation, quantity }) => ({
      locationID: 'default',
      SKU: variation.sku,
      fulfillmentType: 'SHIP_TO_HOME',
      requestedQuantity: quantity,
    }))
  if (asked.length === 0) return true
  ebay.metrics.checked++
  const single = ebay.settings.switches.inventoryCheck === 'single'
  const answers = await Promise.all((single ? asked : [asked]).map((body) => ask(ebay, inventoryCheck, body)))
  if (answers.some((answer) => answer === null)) ebay.metrics.unanswered++
  const available = answers.flatMap((answer) => answer ?? []).every((answer) => answer)
  if (!available) ebay.metrics.refused++
  return available
}

async function ask(ebay: Ebay, { url, user, password }: InventoryCheck, body: unknown): Promise<boolean[] | null> {
  const request = new Request(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    },
  })
  let callOff = () => {}
  const late = new Promise<null>((resolve) => (callOff = ebay.clock.after(ANSWER_WITHIN_MS, () => resolve(null))))
  // The app's side of the wire is not ours: whatever fails there, in whatever way, is no answer.
  const answered = ebay.deliver(request).then(availability, () => null)
  return Promise.race([answered, late]).finally(callOff)
}

async function availability(response: Response): Promise<boolean[] | null> {
  if (!response.ok) return null
  const answer: unknown = await response.json()
  const said = (Array.isArray(answer) ? answer : [answer]).map(saidOf)
  return said.every((one) => one !== null) ? said : null
}

function saidOf(row: unknown): boolean | null {
  if (typeof row !== 'object' || row === null || !('isAvailable' in row)) return null
  return typeof row.isAvailable === 'boolean' ? row.isAvailable : null
}
