import type { SessionStorage } from '@shopify/shopify-app-session-storage'
import { type Channels, type ChannelsOptions, openChannels } from './channel-process.server.ts'
import type { OpenChannel } from './channels/channel.ts'
import type { Tokens } from './channels/connector.ts'
import { present } from './kernel/assert.ts'
import type { Account } from './merchant/account.server.ts'
import { accountTokens, readCredentials, writeCredentials } from './merchant/credentials.server.ts'
import { outside } from './outside.server.ts'
import { shopifyTokens } from './shopify-tokens.server.ts'

export type AccountsOptions = ChannelsOptions & { sessions: SessionStorage }

/** The channel accounts that a process works with, each opened once. */
export type ChannelAccounts = {
  open(account: Account): Promise<OpenChannel>
  /** Gives up our way into an account, there and here. */
  giveBack(account: Account): Promise<void>
  close(): Promise<void>
}

/** Joins accounts to their connectors. */
export function channelAccounts(options: AccountsOptions): ChannelAccounts {
  const channels = openChannels(options)
  const opened = new Map<number, Promise<OpenChannel>>()
  return {
    open(account) {
      const known = opened.get(account.id) ?? openAccount(account, { ...options, channels })
      opened.set(account.id, known)
      known.catch(() => opened.delete(account.id))
      return known
    },
    async giveBack(account) {
      const ref = { merchantId: account.merchantId, id: account.id }
      const credentials = await readCredentials(options.sync.db, options.sealer, ref)
      if (credentials) await channels.get(account.channel)?.access?.revoke(credentials)
      await writeCredentials(options.sync.db, options.sealer, { account: ref, credentials: null })
      opened.delete(account.id)
    },
    async close() {
      for (const channel of opened.values()) await (await channel).limiter.close()
      await channels.close()
    },
  }
}

type Opening = AccountsOptions & { channels: Channels }

async function openAccount(account: Account, options: Opening): Promise<OpenChannel> {
  const { sync, channels } = options
  const { merchantId, id, externalId } = account
  return present(channels.get(account.channel), `The channel ${account.channel}, and a key for it`).open({
    externalId,
    tokens: tokensOf(account, options),
    async load() {
      const text = 'SELECT limiter FROM channel_account WHERE merchant_id = $1 AND id = $2'
      return (await sync.db.query<{ limiter: unknown }>({ text, values: [merchantId, id] })).rows[0]?.limiter
    },
    async save(state) {
      const text = 'UPDATE channel_account SET limiter = $3 WHERE merchant_id = $1 AND id = $2'
      await sync.db.query({ text, values: [merchantId, id, JSON.stringify(state)] })
    },
  })
}

function tokensOf(account: Account, { env, sync, sealer, sessions, channels }: Opening): Tokens {
  const access = channels.get(account.channel)?.access
  if (access) return accountTokens({ ...sync, sealer, account, refresh: access.refresh })
  const app = { apiKey: env.SHOPIFY_API_KEY, apiSecret: env.SHOPIFY_API_SECRET }
  return shopifyTokens({ shop: account.externalId, sessions, fetch: outside(env.SHOPIFY_ADDRESS), ...app, ...sync })
}
