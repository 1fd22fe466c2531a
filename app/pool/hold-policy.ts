import { type Refusal, refuse } from '../kernel/refusal.ts'

/** What a merchant allows of keeping pieces aside. */
export type HoldPolicy = {
  /** who may hold */
  roles: string[]
  /** from now until its end, also when it is extended */
  longestHours: number
  /** how often one may be extended */
  mostRenewals: number
  /** holds that are open at once */
  mostPerPerson: number
  mostPerClient: number
  /** a hold worth more needs a note of its deposit; minor units of the merchant's currency, null: none ever does */
  depositAboveMinor: number | null
  /** a cart's pieces are kept this long after each call, */
  cartMinutes: number
  /** and at most this long after its first */
  cartLongestMinutes: number
  /** whether what lies in Shopify's checkouts is kept aside too */
  checkouts: boolean
  /** whether a hold is a draft order of Shopify's own */
  shopifyDrafts: boolean
}

export const FIRST_POLICY: HoldPolicy = {
  roles: ['owner', 'manager', 'staff'],
  longestHours: 14 * 24,
  mostRenewals: 2,
  mostPerPerson: 20,
  mostPerClient: 5,
  depositAboveMinor: null,
  cartMinutes: 15,
  cartLongestMinutes: 60,
  checkouts: false,
  shopifyDrafts: false,
}

export type HoldAsked = {
  role: string
  at: Date
  until: Date
  /** minor units of the merchant's currency; null: nobody knows what it is worth */
  valueMinor: number | null
  hasNote: boolean
  /** that are open already */
  ofPerson: number
  ofClient: number
}

const HOUR_MS = 3_600_000

/** Why the policy does not allow this hold; undefined when it does. */
export function againstPolicy(policy: HoldPolicy, asked: HoldAsked): Refusal | undefined {
  const { role, valueMinor, hasNote, ofPerson, ofClient } = asked
  const limit = policy.depositAboveMinor
  if (!policy.roles.includes(role)) return refuse('may-not-hold', 'Your role may not put pieces on hold in this shop.')
  const late = untilRefused(policy, asked)
  if (late) return late
  if (ofPerson >= policy.mostPerPerson)
    return refuse('too-many', `You have ${counted(ofPerson)} open; more than ${policy.mostPerPerson} are not allowed.`)
  if (ofClient >= policy.mostPerClient)
    return refuse(
      'too-many',
      `This client has ${counted(ofClient)} open; more than ${policy.mostPerClient} are not allowed.`,
    )
  // What has no price may be worth anything.
  if (limit !== null && !hasNote && (valueMinor === null || valueMinor > limit))
    return refuse('deposit', 'A piece of this value needs a note of the deposit.')
  return undefined
}

/** Why a hold may not last until then. */
export function untilRefused({ longestHours }: HoldPolicy, { at, until }: { at: Date; until: Date }) {
  if (until <= at) return refuse('in-the-past', 'A hold ends in the future.')
  if (until.getTime() - at.getTime() <= longestHours * HOUR_MS) return undefined
  return refuse('too-long', `A hold lasts ${spanOf(longestHours)} at most.`)
}

/** Why a hold may not be extended once more. */
export function renewalRefused({ mostRenewals }: HoldPolicy, renewals: number): Refusal | undefined {
  if (renewals < mostRenewals) return undefined
  if (mostRenewals === 0) return refuse('renewed', 'A hold is not extended in this shop.')
  return refuse('renewed', `A hold is extended ${mostRenewals === 1 ? 'once' : `${mostRenewals} times`} at most.`)
}

const counted = (n: number) => (n === 1 ? '1 hold' : `${n} holds`)
const spanOf = (hours: number) =>
  hours % 24 === 0 ? (hours === 24 ? '1 day' : `${hours / 24} days`) : hours === 1 ? '1 hour' : `${hours} hours`
