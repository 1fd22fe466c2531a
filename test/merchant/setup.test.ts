import { expect, test } from 'vitest'
import type { AccountStatus } from '#app/merchant/account.server.ts'
import { setupSteps } from '#app/merchant/setup.ts'

const accounts = (shopify: AccountStatus, etsy?: AccountStatus) => [
  { channel: 'shopify', status: shopify },
  ...(etsy ? [{ channel: 'etsy', status: etsy }] : []),
]

test.each<[string, ReturnType<typeof accounts>, number, boolean[]]>([
  ['Shopify is being read', accounts('importing'), 0, [false, false, false, false]],
  ['Shopify is read', accounts('open'), 0, [true, false, false, false]],
  ['Etsy is being read', accounts('open', 'importing'), 0, [true, true, false, false]],
  ['questions are open', accounts('open', 'review'), 3, [true, true, false, false]],
  ['all are answered', accounts('open', 'review'), 0, [true, true, true, false]],
  ['it is live, with questions left', accounts('open', 'open'), 1, [true, true, false, true]],
  ['all is done', accounts('open', 'open'), 0, [true, true, true, true]],
  ['Etsy was disconnected', accounts('open', 'off'), 0, [true, false, false, false]],
  ['Shopify came back and waits for a look', accounts('review', 'open'), 0, [true, true, true, true]],
])('%s', (_, those, questions, done) => {
  expect(setupSteps({ accounts: those, questions }).map((step) => step.done)).toEqual(done)
})
