import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Refusal, refuse } from '../../kernel/refusal.ts'
import type { ChannelNews, Delivery } from '../channel.ts'
import { wireEvent } from './wire.ts'

/** `key` is the signature key of the subscription, `url` its address as it is registered: it is part of what is signed. */
export type Delivered = Delivery & { url: string; key: string }

/**
 * A notification, if Square sent it (docs "Verify and validate an event notification"): base64 of the HMAC-SHA256 of the
 * registered address and the body as it came. It has no time of its own that is signed apart: the same event again is
 * known by its id, and is read anew anyway. Refuses with `unsigned` or `forged`, which are to be turned away, and with
 * `not-understood` what Square did send and we have no use for.
 */
export function verifySquareNotification({ body, headers, url, key }: Delivered): ChannelNews | Refusal {
  const given = headers.get('x-square-hmacsha256-signature')
  if (!given) return refuse('unsigned', 'This notification is not signed.')
  const signed = createHmac('sha256', key)
    .update(url + body)
    .digest()
  const bytes = Buffer.from(given, 'base64')
  if (bytes.length !== signed.length || !timingSafeEqual(bytes, signed)) {
    return refuse('forged', 'Its signature is not Square’s.')
  }
  return newsIn(body)
}

function newsIn(body: string): ChannelNews | Refusal {
  const { data: event } = wireEvent.safeParse(jsonOf(body))
  const about = event && aboutOf(event)
  if (!event || !about) return refuse('not-understood', 'This notification is of nothing that we read.')
  const { event_id: eventId, created_at: occurredAt, merchant_id: shop } = event
  return { eventId, occurredAt, shop, ...about }
}

type Event = ReturnType<typeof wireEvent.parse>

/**
 * What to read. A refund names the order of the return, which leads to the one that was sold. Counts are of a thing; of
 * several in one event the first is named, and the others are found when they are next looked at.
 */
function aboutOf({ type, data: { id, object } }: Event): { topic: string; subject: string } | null {
  if (type.startsWith('order.')) return id ? { topic: type, subject: id } : null
  if (type.startsWith('refund.')) {
    const subject = object?.refund?.order_id
    return subject ? { topic: type.replace('refund.', 'refunds/'), subject } : null
  }
  if (type !== 'inventory.count.updated') return null
  const subject = object?.inventory_counts[0]?.catalog_object_id
  return subject ? { topic: 'inventory_levels/update', subject } : null
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
