import { Webhook } from 'standardwebhooks'
import { present } from '#app/kernel/assert.ts'
import { type Etsy, happens, now } from './etsy.ts'
import { type Delivery, type EventType, type Receipt, freshId } from './world.ts'

/** Brings a notification to the app, as `fetch` does. */
export type Deliver = (request: Request) => Promise<Response>

/** From one attempt to the next. Second-hand: the schedule of Svix, whom Etsy's portal looks like. */
const NEXT_ATTEMPT_MS = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map((seconds) => seconds * 1_000)

const OVERTAKEN_WITHIN_MS = 60_000

export type Postman = {
  /** Sends news of an order on its way, if the app is connected to the shop and has a webhook. */
  notify: (event: EventType, receipt: Receipt) => void
  /** Sets the timers for everything in the outbox anew: after a state was loaded. */
  resume: () => void
}

type Post = { etsy: Etsy; deliver: Deliver; timers: Map<string, () => void>; held: string | undefined }

export function postman(etsy: Etsy, deliver: Deliver): Postman {
  const post: Post = { etsy, deliver, timers: new Map(), held: undefined }
  return {
    notify(event, receipt) {
      if (etsy.app.webhook && etsy.world.shops.get(receipt.shopId)?.connected) send(post, event, receipt)
    },
    resume() {
      for (const callOff of post.timers.values()) callOff()
      post.timers.clear()
      for (const [key, delivery] of etsy.world.outbox) arm(post, delivery, key)
    },
  }
}

function send(post: Post, event: EventType, receipt: Receipt): void {
  const { etsy } = post
  const { drop, delay, delayMs, repeat, reorder } = etsy.settings.faults.notifications
  const messageId = `msg_${freshId(etsy.world, 'message').toString(36).padStart(12, '0')}`
  if (happens(etsy, drop)) return
  const late = happens(etsy, delay) ? Math.ceil(etsy.random() * delayMs) : 0
  const overtaken = happens(etsy, reorder)
  const news = { messageId, event, shopId: receipt.shopId, receiptId: receipt.receiptId, attempt: 0 }
  put(post, messageId, { ...news, dueAt: now(etsy) + (overtaken ? OVERTAKEN_WITHIN_MS : late) })
  if (happens(etsy, repeat)) {
    put(post, `${messageId} again`, { ...news, dueAt: now(etsy) + late + Math.ceil(etsy.random() * delayMs) })
  }
  releaseHeld(post, late + 1)
  if (overtaken) post.held = messageId
}

/** The one held back goes out right behind the one that has now overtaken it. */
function releaseHeld(post: Post, afterMs: number): void {
  const held = post.held && post.etsy.world.outbox.get(post.held)
  if (held && held.attempt === 0) {
    put(post, held.messageId, { ...held, dueAt: Math.min(held.dueAt, now(post.etsy) + afterMs) })
  }
  post.held = undefined
}

function put(post: Post, key: string, delivery: Delivery): void {
  post.etsy.world.outbox.set(key, delivery)
  arm(post, delivery, key)
}

function arm(post: Post, delivery: Delivery, key: string): void {
  post.timers.get(key)?.()
  const inMs = Math.max(0, delivery.dueAt - now(post.etsy))
  post.timers.set(
    key,
    post.etsy.clock.after(inMs, () => attempt(post, key, delivery)),
  )
}

async function attempt(post: Post, key: string, delivery: Delivery): Promise<void> {
  const { etsy } = post
  post.timers.delete(key)
  // The app's side of the wire is not ours: whatever fails there, in whatever way, is an attempt that failed.
  const bring = async () => post.deliver(notification(etsy, delivery))
  const answer = await bring().catch(() => undefined)
  // The world may have been replaced while the app was thinking.
  if (etsy.world.outbox.get(key) !== delivery) return
  etsy.world.outbox.delete(key)
  const wait = NEXT_ATTEMPT_MS[delivery.attempt + 1]
  if (answer?.ok) etsy.metrics.notified++
  else if (wait === undefined) etsy.metrics.undelivered++
  else put(post, key, { ...delivery, attempt: delivery.attempt + 1, dueAt: now(etsy) + wait })
  etsy.changed()
}

/**
 * The thin body Etsy sends (open-api discussions 1509 and 1564), signed over id, time and body. Every attempt of one
 * notification has the same id.
 */
function notification(etsy: Etsy, { messageId, event, shopId, receiptId }: Delivery): Request {
  const { url, secret } = present(etsy.app.webhook, 'The webhook')
  const resource_url = `https://openapi.etsy.com/v3/application/shops/${shopId}/receipts/${receiptId}`
  const body = JSON.stringify({ event_type: event, resource_url, shop_id: shopId })
  const at = etsy.clock.now()
  const signature = new Webhook(secret).sign(messageId, at, body)
  return new Request(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': etsy.settings.switches.signature === 'bare' ? signature.replace(/^v1,/, '') : signature,
    },
  })
}
