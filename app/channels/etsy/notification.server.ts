import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { type Refusal, refuse } from '../../kernel/refusal.ts'
import type { ChannelNews, Delivery } from '../channel.ts'
import type { Notification } from '../connector.ts'
import { NOTIFICATION_TOLERANCE_MS } from './limits.ts'
import { wireNotification } from './wire.ts'

/** `secret` is `whsec_` and base64, as Etsy's webhook portal shows it. */
export type Delivered = Delivery & { secret: string }

/**
 * A notification, if Etsy sent it: signed as Standard Webhooks has it (https://www.standardwebhooks.com), over the body
 * as it came. Its subject is the receipt's id. Refuses with `unsigned`, `stale` or `forged`, which are to be turned away,
 * and with `not-understood` when Etsy did send it but it is not about an order.
 */
export function verifyEtsyNotification({ body, headers, secret, now }: Delivered): ChannelNews | Refusal {
  const eventId = headers.get('webhook-id')
  const seconds = Number(headers.get('webhook-timestamp') ?? NaN)
  const signatures = headers.get('webhook-signature')
  if (!eventId || !signatures || !Number.isSafeInteger(seconds))
    return refuse('unsigned', 'This notification is not signed.')
  const occurredAt = new Date(seconds * 1_000)
  // Checked here: the library asks the machine what time it is.
  const age = Math.abs(now.getTime() - occurredAt.getTime())
  if (!(age <= NOTIFICATION_TOLERANCE_MS)) return refuse('stale', 'This notification is not of this time.')
  const signed = new Webhook(secret).sign(eventId, occurredAt, body)
  if (!signatures.split(' ').some((given) => isSame(given, signed)))
    return refuse('forged', 'Its signature is not Etsy’s.')
  return contentOf(body, { eventId, occurredAt })
}

// Developers report a bare base64 where the standard has `v1,` before it (open-api discussion 1509).
const PREFIX = /^v1,/

function isSame(given: string, signed: string): boolean {
  const bytes = Buffer.from(given.replace(PREFIX, ''))
  const expected = Buffer.from(signed.replace(PREFIX, ''))
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

const RECEIPT = /\/shops\/(\d+)\/receipts\/(\d+)$/

function contentOf(body: string, about: Pick<Notification, 'eventId' | 'occurredAt'>): ChannelNews | Refusal {
  const { data } = wireNotification.safeParse(jsonOf(body))
  const [, shopId, subject] = RECEIPT.exec(data?.resource_url ?? '') ?? []
  if (!data || !subject || shopId !== data.shop_id)
    return refuse('not-understood', 'This notification is not about an order.')
  return { ...about, topic: data.event_type, subject, shop: shopId }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
