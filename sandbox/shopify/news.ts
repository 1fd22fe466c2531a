import type { Store } from './store.ts'
import { dispatch } from './webhooks.ts'

type Happening = { topic: string; payload: () => object }

/** What one act on a shop changed, to be told when it is done. All of it shares one event id, as Shopify's does. */
export type News = { add(topic: string, about: string, payload: () => object): void }

/**
 * Runs `act` and sends the webhooks of what it changed: each (topic, thing) once, with its state after the act. An
 * act that throws or changes nothing sends nothing.
 */
export function acting<T>(store: Store, act: (news: News) => T): T {
  const happened = new Map<string, Happening>()
  const result = act({ add: (topic, about, payload) => happened.set(`${topic} ${about}`, { topic, payload }) })
  if (happened.size > 0) {
    dispatch(store, [...happened.values()])
    store.env.changed()
  }
  return result
}
