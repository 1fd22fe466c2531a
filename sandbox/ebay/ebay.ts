import { present } from '#app/kernel/assert.ts'
import type { Clock, Random } from '#app/kernel/clock.ts'
import type { Settings } from './settings.ts'
import type { SellerState, Topic, World } from './world.ts'

/** The app as it is registered at eBay. */
export type RegisteredApp = {
  name?: string
  clientId: string
  clientSecret: string
  /** eBay's name for where a seller is sent back to; it stands for the two addresses. */
  ruName: string
  acceptUrl: string
  declineUrl: string
}

/** What every part of the stand-in works on. `world` is replaced when a saved state is loaded. */
export type Ebay = {
  app: RegisteredApp
  clock: Clock
  random: Random
  world: World
  settings: Settings
  metrics: Metrics
  /** Carries a request to the app, as `fetch` does. */
  deliver: (request: Request) => Promise<Response>
  /** Tells the app what it has subscribed to. */
  notify: (topic: Topic, news: News) => void
  /** Something worth saving has changed. */
  changed: () => void
  /** Times of the calls of the last second. */
  recent: number[]
}

/** `userId`: the seller it is about; null when it is about a person of eBay's who may be anybody. */
export type News = { userId: string | null; data: unknown }

/** Counts since the sandbox was made. */
export type Metrics = {
  calls: number
  throttled: number
  notified: number
  undelivered: number
  /** Real-time inventory checks: asked, answered no, not answered in time. */
  checked: number
  refused: number
  unanswered: number
}

export const now = (ebay: Ebay): number => ebay.clock.now().getTime()

export const iso = (ms: number): string => new Date(ms).toISOString()

export const sellerOf = (ebay: Ebay, userId: string): SellerState =>
  present(ebay.world.sellers.get(userId), `The seller ${userId}`)

/** True in `share` of all cases; draws only where chance can decide, so that a fault-free run stays as it was. */
export const happens = (ebay: Ebay, share: number): boolean => share > 0 && ebay.random() < share

const pacific = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' })

/** The calendar day at eBay: budgets and revisions begin anew at midnight there. */
export const dayAt = (ms: number): string => pacific.format(new Date(ms))

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A secret of `length` letters out of the sandbox's own chance. */
export const secret = (ebay: Ebay, length: number): string =>
  Array.from({ length }, () => LETTERS[Math.floor(ebay.random() * LETTERS.length)]).join('')

/** An amount as eBay writes it: `{ value: '12.50', currency: 'USD' }`. */
export const amount = (minor: number, currency: string) => ({ value: (minor / 100).toFixed(2), currency })
