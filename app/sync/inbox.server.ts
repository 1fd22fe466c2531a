import type { Notification } from '../channels/connector.ts'
import type { Account } from '../merchant/account.server.ts'
import type { Fact } from '../queue/fact.ts'
import type { Facts, Sync } from './facts.ts'

/**
 * Keeps a channel's notification once, and records what follows from it in the same transaction. Only verified
 * notifications may come here. Returns false when it had come before; nothing follows then.
 */
export async function keepNotification(sync: Sync, account: Account, notification: Notification): Promise<boolean> {
  return sync.inTransaction(async (tx) => {
    const text = `INSERT INTO inbox_event (merchant_id, account_id, event_id, topic, subject, occurred_at, received_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`
    const { eventId, topic, subject, occurredAt } = notification
    const values = [account.merchantId, account.id, eventId, topic, subject, occurredAt, sync.clock.now()]
    const kept = await tx.query({ name: 'keep-notification', text, values })
    if (kept.rowCount !== 1) return false
    await sync.outbox.record(tx, followUps(account, notification, sync.clock.now()))
    return true
  })
}

// A sale tells of the order and of the level, a delivery of each of a product's levels: the order is booked first, and
// what is told several times is read once.
const SETTLES_IN_MS: Record<string, number> = { 'inventory_levels/update': 1_000, 'products/update': 5_000 }

function followUps({ merchantId, id: accountId }: Account, { topic, subject }: Notification, now: Date): Fact<Facts>[] {
  const payload = { merchantId, accountId, externalId: subject }
  if (/^(orders?|refunds)[/._]/.test(topic))
    return [{ name: 'order-received', payload, key: `${accountId}/${subject}` }]
  if (/^(inventory_levels|inventory_items|products)[/._]/.test(topic)) {
    const runAt = new Date(now.getTime() + (SETTLES_IN_MS[topic] ?? 0))
    const key = `${accountId}/${topic.split('/')[0]}/${subject}`
    // After every order: it is mostly their echo.
    return [{ name: 'thing-changed', payload, key, runAt, patient: true }]
  }
  if (/^locations[/._]/.test(topic))
    return [{ name: 'places-changed', payload: { merchantId, accountId }, key: `${accountId}/places` }]
  return []
}
