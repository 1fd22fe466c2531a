import { z } from 'zod'
import { openIncident } from './incidents/incident.server.ts'
import type { Log } from './kernel/log.ts'
import { accountOf } from './merchant/account.server.ts'
import { type Buyer, forgetBuyer, keptOfBuyer } from './merchant/compliance.server.ts'
import type { Sync } from './sync/facts.ts'

const known = z.union([z.string(), z.number()]).nullish()
const asked = z.object({ customer: z.object({ id: known, email: z.string().nullish(), phone: z.string().nullish() }) })

/** The buyer that a compliance webhook asks about; null when it names none. */
export function readBuyer(payload: unknown): Buyer | null {
  const read = asked.safeParse(payload)
  if (!read.success) return null
  const { id, email, phone } = read.data.customer
  return { customer: id == null ? null : String(id), email: email || null, phone: phone || null }
}

type Asked = { shop: string; topic: string; payload: unknown }

/** customers/redact: forgets the buyer. customers/data_request: tells the merchant, who must answer, what there is. */
export async function buyerAsked(sync: Sync, { shop, topic, payload }: Asked, log: Log): Promise<void> {
  const account = await accountOf(sync.db, 'shopify', shop)
  const buyer = readBuyer(payload)
  if (!account || !buyer) return log.info({ shop, topic }, 'A buyer was asked about whom nobody here can know.')
  const { merchantId } = account
  if (topic === 'customers/redact') {
    const forgotten = await sync.inTransaction((tx) => forgetBuyer(tx, { merchantId, buyer }))
    return log.info({ shop, topic, forgotten }, 'A buyer was forgotten.')
  }
  const kept = await keptOfBuyer(sync.db, { merchantId, buyer })
  const found = kept.map(({ table, rows }) => `${rows} of ${table.replaceAll('_', ' ')}`).join(', ')
  await openIncident(sync.db, {
    merchantId,
    kind: 'data-request',
    subject: `customer/${buyer.customer ?? 'unknown'}`,
    sentence: `Shopify customer ${buyer.customer ?? 'without a number'} asks what is kept of them. ${found ? `There is: ${found}.` : 'Nothing is kept of them here.'} Please answer within 30 days.`,
    at: sync.clock.now(),
  })
}
