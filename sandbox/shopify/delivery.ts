import { createHmac } from 'node:crypto'
import { API_VERSION } from './schema.ts'
import type { Clock } from '#app/kernel/clock.ts'
import type { Delivery } from './rows.ts'
import type { Store } from './store.ts'

const RETRIES = 8
const TIMEOUT_MS = 5_000
// Eight retries in four hours, each wait twice the one before (docs: "retried 8 times over 4 hours").
const FIRST_WAIT_MS = (4 * 3_600_000) / (2 ** RETRIES - 1)

/** Sends a webhook as soon as the clock lets it, with the faults that are set. At least once, in no order. */
export function deliver(store: Store, delivery: Delivery): void {
  const { faults, random } = store.env
  if (faults.drop > 0 && random() < faults.drop) return
  store.deliveries.set(delivery.id, delivery)
  sendIn(store, delivery, late(store))
  if (faults.repeat > 0 && random() < faults.repeat) sendIn(store, delivery, late(store))
}

const late = ({ env: { faults, random } }: Store): number =>
  faults.delayMs > 0 ? Math.floor(random() * faults.delayMs) : 0

/** Takes up again what was waiting when the state was saved. */
export function resumeDeliveries(store: Store): void {
  for (const delivery of store.deliveries.values()) sendIn(store, delivery, 0)
}

function sendIn(store: Store, delivery: Delivery, ms: number): void {
  store.env.clock.after(ms, () => attempt(store, delivery))
}

async function attempt(store: Store, delivery: Delivery): Promise<void> {
  delivery.attempt += 1
  const answered = await within(
    store.env.clock,
    TIMEOUT_MS,
    store.env.deliver(request(store, delivery)).then(accepted, no),
  )
  const { faults, random } = store.env
  const heard = answered && !(faults.loseAnswer > 0 && random() < faults.loseAnswer)
  const subscription = store.subscriptions.get(delivery.subscriptionId ?? '')
  if (subscription) subscription.failures = heard ? 0 : subscription.failures + 1
  if (heard) store.deliveries.delete(delivery.id)
  else if (delivery.attempt <= RETRIES) sendIn(store, delivery, FIRST_WAIT_MS * 2 ** (delivery.attempt - 1))
  else giveUp(store, delivery)
}

// A subscription made through the API is deleted after eight failures in a row; the app's configured ones stay.
function giveUp(store: Store, { id, subscriptionId }: Delivery): void {
  store.deliveries.delete(id)
  const subscription = store.subscriptions.get(subscriptionId ?? '')
  if (subscription && subscription.failures >= RETRIES) store.subscriptions.delete(subscription.id)
  store.env.changed()
}

const accepted = (response: Response): boolean => response.ok
const no = (): boolean => false

/** The answer, or false when it takes longer than `ms`. */
async function within(clock: Clock, ms: number, answer: Promise<boolean>): Promise<boolean> {
  let callOff = () => {}
  const late = new Promise<boolean>((resolve) => {
    callOff = clock.after(ms, () => resolve(false))
  })
  const result = await Promise.race([answer, late])
  callOff()
  return result
}

function request(store: Store, { id, eventId, topic, uri, name, body, triggeredAt }: Delivery): Request {
  const { app } = store.env
  const headers = new Headers({
    'content-type': 'application/json',
    'user-agent': 'Shopify-Captain-Hook',
    'x-shopify-topic': topic,
    'x-shopify-hmac-sha256': createHmac('sha256', app.apiSecret).update(body).digest('base64'),
    'x-shopify-shop-domain': store.facts.domain,
    'x-shopify-api-version': API_VERSION,
    'x-shopify-webhook-id': id,
    'x-shopify-event-id': eventId,
    'x-shopify-triggered-at': triggeredAt,
  })
  if (name) headers.set('x-shopify-name', name)
  return new Request(new URL(uri, app.url), { method: 'POST', headers, body })
}
