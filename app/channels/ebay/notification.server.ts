import { createHash, createPublicKey, createVerify, type KeyObject } from 'node:crypto'
import { type Refusal, refuse } from '../../kernel/refusal.ts'
import type { ChannelNews, Delivery } from '../channel.ts'
import { callsWith } from './connect.server.ts'
import { jsonOf } from '../fetch-whole.server.ts'
import { KEY_LASTS_MS } from './limits.ts'
import type { EbayApp } from './token.server.ts'
import { wireNotification, wirePublicKey, wireSignature } from './wire.ts'

/** The key of that id; null when eBay has none. Throws TryAgain when eBay does not answer. */
export type PublicKeys = (kid: string) => Promise<KeyObject | null>

/**
 * eBay's public keys, each asked for once an hour. What eBay does not know is not remembered: whoever invents ids makes
 * us ask, but cannot fill our memory.
 */
export function publicKeys(app: EbayApp, token: () => Promise<string>): PublicKeys {
  const held = new Map<string, { key: KeyObject; until: number }>()
  return async (kid) => {
    const now = app.clock.now().getTime()
    const known = held.get(kid)
    if (known && known.until > now) return known.key
    const ebay = callsWith(app, { apiUrl: app.apiUrl, accessToken: await token() })
    const path = `/commerce/notification/v1/public_key/${encodeURIComponent(kid)}`
    const read = await ebay.read(wirePublicKey, { api: 'notification', lane: 'read', path })
    if (!read) return null
    const key = createPublicKey(pemOf(read.value.key))
    held.set(kid, { key, until: now + KEY_LASTS_MS })
    return key
  }
}

/** eBay sends the key as PEM on one line, which is none. */
function pemOf(key: string): string {
  const body = key.replaceAll(/-----(BEGIN|END) PUBLIC KEY-----|\s/g, '')
  return `-----BEGIN PUBLIC KEY-----\n${body.replaceAll(/(.{64})/g, '$1\n')}\n-----END PUBLIC KEY-----\n`
}

/**
 * A notification, if eBay sent it: `X-EBAY-SIGNATURE` is base64 of `{alg, kid, signature, digest}`, ECDSA over the body as
 * it came, whatever a parser would make of it. Refuses with `unsigned` or `forged` what is to be turned away, and with
 * `not-understood` what eBay did send but is about nothing of ours.
 */
export async function verifyEbayNotification(
  { body, headers }: Delivery,
  keys: PublicKeys,
): Promise<ChannelNews | Refusal> {
  const header = Buffer.from(headers.get('x-ebay-signature') ?? '', 'base64').toString()
  const signed = wireSignature.safeParse(jsonOf(header)).data
  if (!signed || signed.alg.toLowerCase() !== 'ecdsa') return refuse('unsigned', 'This notification is not signed.')
  const key = await keys(signed.kid)
  const forged = refuse('forged', 'Its signature is not eBay’s.')
  if (!key || signed.digest.toUpperCase() !== 'SHA1') return forged
  const genuine = createVerify('sha1').update(body).verify(key, signed.signature, 'base64')
  return genuine ? contentOf(body) : forged
}

/** What sync/inbox reads an order for. */
const TOPICS: Record<string, string> = {
  ORDER_CONFIRMATION: 'order.confirmation',
  ITEM_MARKED_SHIPPED: 'order.shipped',
}

/**
 * One comes for each line of an order, and again when a payment failed at first; the order is read anew for each, or once
 * for several. That somebody's eBay account was deleted concerns nothing we keep: of a buyer not even the name is read.
 */
function contentOf(body: string): ChannelNews | Refusal {
  const { data: told } = wireNotification.safeParse(jsonOf(body))
  const topic = told && Object.hasOwn(TOPICS, told.metadata.topic) ? TOPICS[told.metadata.topic] : undefined
  const about = told?.notification.data
  const subject = about?.order?.orderId ?? about?.orderId
  const shop = about?.user?.userId ?? about?.userId
  if (!told || !topic || !subject || !shop) return refuse('not-understood', 'This notification is not about an order.')
  return { eventId: told.notification.notificationId, topic, subject, occurredAt: told.notification.eventDate, shop }
}

export type Challenged = { asked: URL; endpoint: string; verificationToken: string }

/** The answer by which eBay knows that the address is ours; null when it asks nothing. */
export function challengeAnswer({
  asked,
  endpoint,
  verificationToken,
}: Challenged): { challengeResponse: string } | null {
  const code = asked.searchParams.get('challenge_code')
  if (!code) return null
  const hash = createHash('sha256').update(code).update(verificationToken).update(endpoint)
  return { challengeResponse: hash.digest('hex') }
}
