import type { Clock, Random } from '#app/kernel/clock.ts'
import type { AppConfig } from './shopify/app-config.ts'

export type WorldOptions = {
  clock: Clock
  /** For tokens and ids of notifications: must not repeat after a restart, or the app takes news for old. */
  random: Random
  app: RegisteredApp
  /** 0 takes any free port. */
  ports: { shopify: number; etsy: number; square: number }
  /** Which jeweler's shop it is, when there is no state to go on from, and which people come to buy. */
  seed: number
  /** True: nobody buys by himself until he is let in. */
  quiet: boolean
  /** Milliseconds of network that each call of an API seems to take. */
  latencyMs?: number
  /** Where the state is kept; absent: nowhere. */
  stateFile?: string
  /** Path of Etsy's specification: every call is checked against it. */
  etsySpecification?: string
  /** The same of Square's. */
  squareSpecification?: string
  /** Told of what breaks in the background, as one sentence in an error. */
  onTrouble: (trouble: Error) => void
}

/** The app as the channels have it registered. */
export type RegisteredApp = AppConfig & {
  url: string
  apiKey: string
  apiSecret: string
  etsyKeystring: string
  etsySharedSecret: string
  /** `whsec_` and base64. */
  etsyWebhookSecret: string
  squareApplicationId: string
  squareApplicationSecret: string
  squareWebhookKey: string
}
