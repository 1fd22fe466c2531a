import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Refusal } from '../kernel/refusal.ts'
import type { Limit } from './bucket.ts'
import type { Capabilities, Connector, Notification, Tokens } from './connector.ts'
import type { LentLimit } from './lent-limit.ts'
import type { Limiter } from './limiter.server.ts'

// What a channel's folder gives the app: how a shop there is connected, how its account is opened, how its news is
// believed. The registry lists one of these for each channel; nothing else of a channel is known outside its folder.

/** Seals what must come back unchanged and unread (merchant/sealed.server has it). */
export type StateSealer = {
  seal(text: string, about: string): string
  read(sealed: string, about: string): string | null
}

/** What a process, whichever it is, gives a channel. `settings`: the environment, of which it reads its own variables. */
export type ChannelProcess<Settings> = {
  settings: Settings
  /** where the app is reached from outside; what is registered with a channel begins with it */
  appUrl: string
  fetch: typeof fetch
  clock: Clock
  log: Log
  sealer: StateSealer
  /** unpredictable bytes */
  random: (bytes: number) => Uint8Array
  /** the share of a budget for a day that is kept for orders and for reading back; as usual when left out */
  reserve?: number | undefined
  /** this process's part of a limit that all accounts of the channel share; `block` is borrowed at a time */
  lend(limit: { limits: readonly Limit[]; block: number }): LentLimit
}

/** What lets us into an account. `expiresAt` is the access token's end. */
export type OAuthCredentials = { accessToken: string; refreshToken: string; expiresAt: Date }

/** Who connects: a person of a merchant, by the ID token's `sub`. */
export type Connecting = { merchantId: number; subject: string }

/** What a channel's consent page sends back. */
export type Consent = { state?: string | null; code?: string | null; error?: string | null }

/** A shop as it was found at its consent. `externalId`: the channel's own id of it. */
export type ConnectedShop = { externalId: string; name: string; credentials: OAuthCredentials }

/** How a person lets us into a shop there, on the channel's own page, and how we stay let in. */
export type Access = {
  /** The address of the consent page. Nothing is kept on our side: what must come back is in the `state`, sealed. */
  begin(who: Connecting): { url: string }
  /** Who began the connection that a `state` belongs to; null when it is not of our making. It proves nothing of who sent it back. */
  whoBegan(state: string): Connecting | null
  /**
   * Turns a consent into a connected shop. `who` must come from the session of the request: only the person who began
   * may finish. Throws TryAgain when the channel is not well; the code is then spent.
   */
  finish(who: Connecting, consent: Consent): Promise<ConnectedShop | Refusal>
  /** Asks for new credentials. Throws TryAgain, or GiveUp when access was withdrawn. */
  refresh(refreshToken: string): Promise<OAuthCredentials>
  /** Gives our access back, where the channel has a way to. Throws TryAgain when it does not answer. */
  revoke(credentials: OAuthCredentials): Promise<void>
}

/** A delivery as it came in, unread. `now` is ours. */
export type Delivery = { body: string; headers: Headers; now: Date }

/** News that is the channel's own. `shop`: the external id of the account it is about. */
export type ChannelNews = Notification & { shop: string }

/** How a channel's own news is told from anybody else's. */
export type News = {
  /**
   * Refuses with `not-understood` what the channel did send but what we have no use for, and with anything else what is
   * to be turned away. Over the bytes as they came.
   */
  verify(delivery: Delivery): Promise<ChannelNews | Refusal>
  /** The status that what is not the channel's is turned away with. */
  refusedWith: number
  /** The answer to the question by which a channel makes sure that the address is ours; null when this is none. */
  challenge(asked: URL): { [name: string]: string } | null
}

/** An account as a connector needs it. */
export type AccountToOpen = {
  externalId: string
  tokens: Tokens
  /** the limiter's state on the account's row */
  load: () => Promise<unknown>
  save: (state: unknown) => Promise<void>
}

export type OpenChannel = { connector: Connector; limiter: Limiter }

/** A channel at work in a process. */
export type Channel = {
  open(account: AccountToOpen): Promise<OpenChannel>
  /** null: a shop is connected in another way (Shopify's installs the app) */
  access: Access | null
  /** null: it has none, or their secret is not set */
  news: News | null
  close(): Promise<void>
}

/** What a channel's folder exports. `start` answers null where the operator has given no key for it. */
export type ChannelModule<Settings> = {
  capabilities: Capabilities
  start(process: ChannelProcess<Settings>): Channel | null
}
