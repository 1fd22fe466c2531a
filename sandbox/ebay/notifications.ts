import { createSign, generateKeyPairSync } from 'node:crypto'
import { type Ebay, type News, happens, iso, now } from './ebay.ts'
import { type Delivery, type Subscription, type Topic, freshId } from './world.ts'

/** From one attempt to the next; how many there are, and when, is not documented. */
const NEXT_ATTEMPT_MS = [0, 30, 300, 1_800, 7_200, 21_600].map((seconds) => seconds * 1_000)

export type Postman = {
  notify: (topic: Topic, news: News) => void
  /** A subscription's test: one made-up notification. */
  test: (subscription: Subscription) => void
  /** Sets the timers for everything in the outbox anew: after a state was loaded. */
  resume: () => void
}

type Post = { ebay: Ebay; timers: Map<string, () => void> }

export function postman(ebay: Ebay): Postman {
  const post: Post = { ebay, timers: new Map() }
  return {
    notify(topic, news) {
      for (const subscription of ebay.world.subscriptions.values()) {
        if (wants(ebay, subscription, topic) && isFor(ebay, subscription, news)) send(post, subscription, news.data)
      }
    },
    test: (subscription) => send(post, subscription, { test: true, userId: subscription.userId }),
    resume() {
      for (const callOff of post.timers.values()) callOff()
      post.timers.clear()
      for (const [key, delivery] of ebay.world.outbox) arm(post, key, delivery)
    },
  }
}

const wants = (ebay: Ebay, { topic, enabled, destinationId }: Subscription, about: Topic): boolean =>
  topic === about && enabled && (ebay.world.destinations.get(destinationId)?.enabled ?? false)

/** A seller's news goes to her own subscription, as long as she lets the app in. */
const isFor = (ebay: Ebay, { userId }: Subscription, news: News): boolean =>
  userId === null || (userId === news.userId && (ebay.world.sellers.get(userId)?.connected ?? false))

function send(post: Post, { topic, destinationId }: Subscription, data: unknown): void {
  const { ebay } = post
  const { drop, delay, delayMs, repeat, twice } = ebay.settings.faults.notifications
  if (happens(ebay, drop)) return
  const late = happens(ebay, delay) ? Math.ceil(ebay.random() * delayMs) : 0
  const fresh = () => `49feeaeb-4982-42d9-a377-${String(freshId(ebay.world, 'message')).padStart(12, '0')}`
  const one = (notificationId: string, inMs: number): Delivery => ({
    notificationId,
    topic,
    destinationId,
    data,
    occurredAt: now(ebay),
    attempt: 0,
    dueAt: now(ebay) + inMs,
  })
  const notificationId = fresh()
  put(post, notificationId, one(notificationId, late))
  if (happens(ebay, repeat))
    put(post, `${notificationId} again`, one(notificationId, late + Math.ceil(ebay.random() * delayMs)))
  if (happens(ebay, twice))
    put(post, `${notificationId} twice`, one(fresh(), late + Math.ceil(ebay.random() * delayMs)))
}

function put(post: Post, key: string, delivery: Delivery): void {
  post.ebay.world.outbox.set(key, delivery)
  arm(post, key, delivery)
}

function arm(post: Post, key: string, delivery: Delivery): void {
  post.timers.get(key)?.()
  const inMs = Math.max(0, delivery.dueAt - now(post.ebay))
  post.timers.set(
    key,
    post.ebay.clock.after(inMs, () => attempt(post, key, delivery)),
  )
}

async function attempt(post: Post, key: string, delivery: Delivery): Promise<void> {
  const { ebay } = post
  post.timers.delete(key)
  const request = notification(ebay, delivery)
  // The app's side of the wire is not ours: whatever fails there, in whatever way, is an attempt that failed.
  const answer = request && (await ebay.deliver(request).catch(() => undefined))
  // The world may have been replaced while the app was thinking.
  if (ebay.world.outbox.get(key) !== delivery) return
  ebay.world.outbox.delete(key)
  const wait = NEXT_ATTEMPT_MS[delivery.attempt + 1]
  if (answer?.ok) ebay.metrics.notified++
  else if (wait === undefined) ebay.metrics.undelivered++
  else put(post, key, { ...delivery, attempt: delivery.attempt + 1, dueAt: now(ebay) + wait })
  ebay.changed()
}

/** The key that everything is signed with, made when it is first needed. */
export function signingKey(ebay: Ebay): { kid: string; privateKey: string; publicKey: string } {
  const known = ebay.world.signing
  if (known) return known
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return (ebay.world.signing = { kid: '9936261a-7d7b-4621-a0f1-96ccb428af49', privateKey, publicKey })
}

/** As eBay's own SDK reads it: base64 of `{alg, kid, signature, digest}`, ECDSA with SHA-1 over the body. */
export function signatureOf(ebay: Ebay, body: string): string {
  const { kid, privateKey } = signingKey(ebay)
  const signature = createSign('sha1').update(body).sign(privateKey, 'base64')
  return Buffer.from(JSON.stringify({ alg: 'ecdsa', kid, signature, digest: 'SHA1' })).toString('base64')
}

function notification(
  ebay: Ebay,
  { notificationId, topic, destinationId, data, occurredAt, attempt }: Delivery,
): Request | null {
  const destination = ebay.world.destinations.get(destinationId)
  if (!destination) return null
  const about = {
    notificationId,
    eventDate: iso(occurredAt),
    publishDate: iso(now(ebay)),
    publishAttemptCount: attempt + 1,
    data,
  }
  const body = JSON.stringify({ metadata: { topic, schemaVersion: '1.0', deprecated: false }, notification: about })
  const headers = { 'content-type': 'application/json', 'x-ebay-signature': signatureOf(ebay, body) }
  return new Request(destination.endpoint, { method: 'POST', body, headers })
}
