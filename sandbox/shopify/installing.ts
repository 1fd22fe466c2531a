import { numberOf } from './gid.ts'
import { acting } from './news.ts'
import { shopPayload } from './payloads.ts'
import { seconds } from './schema.ts'
import { nowOf, type Store } from './store.ts'
import { revoke } from './tokens.ts'

const REDACT_AFTER_MS = 48 * 3_600_000

/** Grants the app what its configuration asks for, or `scopes`. */
export function install(store: Store, scopes = store.env.app.scopes): void {
  Object.assign(store.installation, { installed: true, scopes: [...scopes], redactAt: null })
  store.env.changed()
}

/**
 * Takes the app off the shop: its tokens and the webhooks it asked for are gone, it is told, and 48 hours later,
 * unless it came back, it has to forget the shop (docs: "shop/redact").
 */
export function uninstall(store: Store): void {
  if (!store.installation.installed) return
  store.installation.installed = false
  store.installation.redactAt = nowOf(store) + REDACT_AFTER_MS
  revoke(store)
  for (const { id } of [...store.subscriptions.values()]) store.subscriptions.delete(id)
  acting(store, (news) => news.add('app/uninstalled', store.facts.id, () => shopPayload(store)))
  awaitRedaction(store)
}

/** Sets the clock for a redaction that is still to come, if there is one. */
export function awaitRedaction(store: Store): void {
  const { redactAt } = store.installation
  if (redactAt === null) return
  store.env.clock.after(Math.max(0, redactAt - nowOf(store)), () => {
    if (store.installation.redactAt !== redactAt) return
    store.installation.redactAt = null
    acting(store, (news) => news.add('shop/redact', store.facts.id, () => shopOf(store)))
  })
}

/** The merchant grants other scopes. Tokens stay good, for what is granted now. */
export function changeScopes(store: Store, scopes: string[]): void {
  const previous = store.installation.scopes
  store.installation.scopes = [...scopes]
  const payload = { id: numberOf(store.facts.id), previous, current: scopes, updated_at: seconds(nowOf(store)) }
  acting(store, (news) => news.add('app/scopes_update', store.facts.id, () => payload))
}

export type Customer = { id: number; email: string }

/** A customer asks what is known of them, or to be forgotten. */
export function compliance(
  store: Store,
  topic: 'customers/data_request' | 'customers/redact',
  customer: Customer,
): void {
  const orders = [...store.orders.values()]
    .filter(({ buyer }) => buyer?.email === customer.email)
    .map(({ id }) => numberOf(id))
  const about = { ...shopOf(store), customer: { ...customer, phone: null } }
  const payload =
    topic === 'customers/redact'
      ? { ...about, orders_to_redact: orders }
      : { ...about, orders_requested: orders, data_request: { id: nowOf(store) } }
  acting(store, (news) => news.add(topic, String(customer.id), () => payload))
}

const shopOf = ({ facts }: Store) => ({ shop_id: numberOf(facts.id), shop_domain: facts.domain })
