import type { Access, Consent } from './channels/channel.ts'
import { capabilitiesOf, CHANNEL_NAMES } from './channels/registry.ts'
import { isRefusal, refuse, type Refusal } from './kernel/refusal.ts'
import { connectAccount } from './merchant/connect-account.server.ts'
import { writeCredentials } from './merchant/credentials.server.ts'
import { storeOf } from './merchant/merchant.server.ts'
import { notAllowed } from './merchant/role.ts'
import { tellPages } from './sync/wake.server.ts'
import type { Visit } from './visit.server.ts'
import { channels, pool, sealer, sync } from './web-resources.server.ts'

const NOT_SET_UP = refuse('not-set-up', 'This app has no key for that channel. Its operator must set one.')

const accessTo = (channel: string): Access | null => channels.get(channel)?.access ?? null

/** The channels a shop of which can be connected here, by name and as people call them. */
export const connectable = (): { channel: string; name: string }[] =>
  CHANNEL_NAMES.filter(accessTo).map((channel) => ({ channel, name: capabilitiesOf(channel).name }))

/** The address of a channel's consent page for a person who may connect channels. */
export function startConnection({ merchant, person }: Visit, channel: string): { url: string } | Refusal {
  const access = accessTo(channel)
  const who = { merchantId: merchant.id, subject: person.subject }
  return notAllowed(person.role, 'connect') ?? (access ? access.begin(who) : NOT_SET_UP)
}

export type ConsentGiven = { channel: string; consent: Consent }

/**
 * Connects the shop whose owner has consented, and has its listings read. Only the person who began can finish: the
 * consent came back in a window without a session, and anybody could have sent it there.
 */
export async function finishConnection(
  { merchant, person, at }: Visit,
  { channel, consent }: ConsentGiven,
): Promise<Refusal | undefined> {
  const access = accessTo(channel)
  if (!access) return NOT_SET_UP
  const shop = await access.finish({ merchantId: merchant.id, subject: person.subject }, consent)
  if (isRefusal(shop)) return shop
  const { externalId, credentials } = shop
  const { name } = capabilitiesOf(channel)
  const refusal = await sync.inTransaction(async (tx) => {
    const account = await connectAccount(tx, { merchantId: merchant.id, channel, externalId, name, at })
    if (isRefusal(account)) return account
    const owner = { merchantId: merchant.id, id: account.id }
    await writeCredentials(tx, sealer, { account: owner, credentials })
    const payload = { merchantId: merchant.id, accountId: account.id }
    await sync.outbox.record(tx, [{ name: 'account-connected', payload }])
    return undefined
  })
  await tellPages(pool, merchant.id)
  return refusal
}

/** Where in the admin the person who began is to go on: the store, such as "adler-finch"; null when we did not begin it. */
export async function storeThatBegan(channel: string, state: string | null): Promise<string | null> {
  const merchantId = state && accessTo(channel)?.whoBegan(state)?.merchantId
  return merchantId ? storeOf(pool, merchantId) : null
}
