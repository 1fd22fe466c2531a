import { checkAnswer, checkIn, wantedIn } from './channels/ebay/inventory-check.ts'
import { piecesForSale } from './sync/pieces-for-sale.server.ts'
import type { Sync } from './sync/facts.ts'

const MOST_BYTES = 64 * 1024

// A user and a password by Basic, as eBay's support has them: the two halves of a key of the merchant's (docs/ebay.md).
const USER = /^(vk_[\w-]{12}):([\w-]{43})$/

function keyIn(header: string | null): { prefix: string; secret: string } | null {
  const [, encoded = ''] = /^Basic ([\w+/=]{1,400})$/.exec(header ?? '') ?? []
  const [, prefix, secret] = USER.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return prefix !== undefined && secret !== undefined ? { prefix, secret } : null
}

const turnedAway = () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="inventory"' } })

/** Answers eBay's real-time inventory check from the pool. */
export async function ebayInventoryCheck(
  { db, clock }: Pick<Sync, 'db' | 'clock'>,
  request: Request,
): Promise<Response> {
  const key = keyIn(request.headers.get('authorization'))
  if (!key) return turnedAway()
  const text = await request.text()
  const check = text.length <= MOST_BYTES ? checkIn(jsonOf(text)) : null
  if (!check) return Response.json({ error: 'This is no inventory check.' }, { status: 400 })
  const at = clock.now()
  const left = await piecesForSale(db, { channel: 'ebay', ...key }, [...wantedIn(check).keys()])
  return left ? Response.json(checkAnswer(check, left, at)) : turnedAway()
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
