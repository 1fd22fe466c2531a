import { expect, it, test } from 'vitest'
import { againstPolicy, FIRST_POLICY, type HoldAsked, type HoldPolicy, renewalRefused } from '#app/pool/hold-policy.ts'
import { minutesAfterNoon } from '../support/orders.ts'
import { NOON } from '../support/shop-rows.ts'

const asked: HoldAsked = {
  role: 'staff',
  at: NOON,
  until: minutesAfterNoon(60),
  valueMinor: 10_000,
  hasNote: false,
  ofPerson: 0,
  ofClient: 0,
}

it('a hold within the policy is not refused', () => {
  expect(againstPolicy(FIRST_POLICY, asked)).toBeUndefined()
})

test.each<[string, Partial<HoldPolicy>, Partial<HoldAsked>, string]>([
  ['by a role that may not', { roles: ['owner'] }, {}, 'Your role may not put pieces on hold in this shop.'],
  ['that ends now', {}, { until: NOON }, 'A hold ends in the future.'],
  ['that ended yesterday', {}, { until: minutesAfterNoon(-1440) }, 'A hold ends in the future.'],
  ['longer than the longest', { longestHours: 48 }, { until: minutesAfterNoon(2881) }, 'A hold lasts 2 days at most.'],
  ['longer than a day', { longestHours: 24 }, { until: minutesAfterNoon(1441) }, 'A hold lasts 1 day at most.'],
  ['longer than an hour', { longestHours: 1 }, { until: minutesAfterNoon(61) }, 'A hold lasts 1 hour at most.'],
  ['longer than some hours', { longestHours: 5 }, { until: minutesAfterNoon(301) }, 'A hold lasts 5 hours at most.'],
  [
    'beyond what a person may',
    { mostPerPerson: 1 },
    { ofPerson: 1 },
    'You have 1 hold open; more than 1 are not allowed.',
  ],
  [
    'beyond what a client may',
    { mostPerClient: 2 },
    { ofClient: 2 },
    'This client has 2 holds open; more than 2 are not allowed.',
  ],
  [
    'of a dear piece without a note',
    { depositAboveMinor: 9_999 },
    {},
    'A piece of this value needs a note of the deposit.',
  ],
  [
    'of a piece nobody has priced',
    { depositAboveMinor: 9_999 },
    { valueMinor: null },
    'A piece of this value needs a note of the deposit.',
  ],
])('one %s is refused in a sentence', (_, policy, said, sentence) => {
  expect(againstPolicy({ ...FIRST_POLICY, ...policy }, { ...asked, ...said })).toMatchObject({ sentence })
})

test.each<[string, Partial<HoldPolicy>, Partial<HoldAsked>]>([
  ['of exactly the longest', { longestHours: 1 }, {}],
  ['of exactly the value', { depositAboveMinor: 10_000 }, {}],
  ['of a dear piece with its note', { depositAboveMinor: 1 }, { hasNote: true }],
  ['that is the last allowed', { mostPerPerson: 2, mostPerClient: 2 }, { ofPerson: 1, ofClient: 1 }],
])('one %s is allowed', (_, policy, said) => {
  expect(againstPolicy({ ...FIRST_POLICY, ...policy }, { ...asked, ...said })).toBeUndefined()
})

test.each([
  [0, 0, 'A hold is not extended in this shop.'],
  [1, 1, 'A hold is extended once at most.'],
  [3, 3, 'A hold is extended 3 times at most.'],
])('of %i renewals the one after %i is refused', (mostRenewals, renewals, sentence) => {
  expect(renewalRefused({ ...FIRST_POLICY, mostRenewals }, renewals)).toMatchObject({ sentence })
})

it('the last renewal that is allowed is not refused', () => {
  expect(renewalRefused({ ...FIRST_POLICY, mostRenewals: 3 }, 2)).toBeUndefined()
})
