import { createHmac } from 'node:crypto'
import { present } from '#app/kernel/assert.ts'
import { happens, now, rfc3339, type Square } from './square.ts'
import { type Delivery, freshId, type News } from './world.ts'

/** Brings a notification to the app, as `fetch` does. */
export type Deliver = (request: Request) => Promise<Response>

const MINUTE_MS = 60_000
/** Minutes from one attempt to the next: "up to 11 times within 24 hours", ever farther apart (docs: "Webhooks overview"). */
const NEXT_ATTEMPT_MS = [0, 1, 2, 4, 8, 15, 30, 60, 120, 240, 360, 480].map((minutes) => minutes * MINUTE_MS)

export type Postman = {
  /** Sends news on its way, if the app is connected to the merchant and has a webhook. */
  notify: (merchantId: string, news: News) => void
  /** Sets the timers for everything in the outbox anew: after a state was loaded. */
  resume: () => void
}

type Post = { square: Square; deliver: Deliver; timers: Map<string, () => void> }

export function postman(square: Square, deliver: Deliver): Postman {
  const post: Post = { square, deliver, timers: new Map() }
  return {
    notify(merchantId, news) {
      if (square.app.webhook && square.world.merchants.get(merchantId)?.connected) send(post, merchantId, news)
    },
    resume() {
      for (const callOff of post.timers.values()) callOff()
      post.timers.clear()
      for (const [key, delivery] of square.world.outbox) arm(post, delivery, key)
    },
  }
}

function send(post: Post, merchantId: string, news: News): void {
  const { square } = post
  const { drop, delay, delayMs, repeat } = square.settings.faults.notifications
  const eventId = freshId(square.world, 'EVENT')
  if (happens(square, drop)) return
  const late = happens(square, delay) ? Math.ceil(square.random() * delayMs) : 0
  const at = now(square)
  const delivery: Delivery = { ...news, eventId, merchantId, createdAt: at, attempt: 0, dueAt: at + late }
  put(post, eventId, delivery)
  if (happens(square, repeat)) {
    put(post, `${eventId} again`, { ...delivery, dueAt: at + late + Math.ceil(square.random() * delayMs) })
  }
}

function put(post: Post, key: string, delivery: Delivery): void {
  post.square.world.outbox.set(key, delivery)
  arm(post, delivery, key)
}

function arm(post: Post, delivery: Delivery, key: string): void {
  post.timers.get(key)?.()
  const inMs = Math.max(0, delivery.dueAt - now(post.square))
  post.timers.set(
    key,
    post.square.clock.after(inMs, () => attempt(post, key, delivery)),
  )
}

async function attempt(post: Post, key: string, delivery: Delivery): Promise<void> {
  const { square } = post
  post.timers.delete(key)
  // The app's side of the wire is not ours: whatever fails there, in whatever way, is an attempt that failed.
  const bring = async () => post.deliver(notification(square, delivery))
  const answer = await bring().catch(() => undefined)
  // The world may have been replaced while the app was thinking.
  if (square.world.outbox.get(key) !== delivery) return
  square.world.outbox.delete(key)
  const wait = NEXT_ATTEMPT_MS[delivery.attempt + 1]
  if (answer?.ok) square.metrics.notified += 1
  else if (wait === undefined) square.metrics.undelivered += 1
  else put(post, key, { ...delivery, attempt: delivery.attempt + 1, dueAt: now(square) + wait })
  square.changed()
}

/** Signed over the registered address and the body; every attempt of one event has the same `event_id`. */
function notification(square: Square, delivery: Delivery): Request {
  const { url, signatureKey } = present(square.app.webhook, 'The webhook')
  const { eventId, merchantId, type, dataType, id, object, createdAt, attempt } = delivery
  const data = { type: dataType, id, object }
  const event = { merchant_id: merchantId, type, event_id: eventId, created_at: rfc3339(createdAt), data }
  const body = JSON.stringify(event)
  const headers = {
    'content-type': 'application/json',
    'x-square-hmacsha256-signature': createHmac('sha256', signatureKey)
      .update(url + body)
      .digest('base64'),
    'square-initial-delivery-timestamp': rfc3339(createdAt),
    ...(attempt > 0 ? { 'square-retry-number': String(attempt) } : {}),
  }
  return new Request(url, { method: 'POST', body, headers })
}
