import { expect, test } from 'vitest'
import { SPECIFICATION, openedShop, rewritten } from './opened-shop.ts'

const here = SPECIFICATION === undefined ? 'skipped, for ../shared/specs/etsy is not here: ' : ''

test.skipIf(!SPECIFICATION)(`${here}a request that departs from the specification is told of`, async () => {
  const { inventory, put, first, violations } = openedShop({ badRequests: true })
  const body = rewritten(await inventory(first))
  Reflect.deleteProperty(body.products[0]!.offerings[0]!, 'is_enabled')
  await put(first, body)
  expect(violations).toMatchObject([{ operation: 'updateListingInventory', side: 'request' }])
  expect(violations[0]!.problems.join()).toContain('is_enabled')
})

test.skipIf(!SPECIFICATION)(`${here}without anybody to tell, the call that departs is rejected`, async () => {
  const { sandbox, accessToken, shop } = openedShop()
  const strict = openedShop({ onViolation: undefined, badRequests: true })
  const path = `https://etsy.test/v3/application/shops/${strict.shop.shopId}/receipts?limit=101`
  const headers = { 'x-api-key': 'keystring:shared', authorization: `Bearer ${strict.accessToken}` }
  await expect(strict.sandbox.fetch(new Request(path, { headers }))).rejects.toThrow(
    "The request of getShopReceipts departs from Etsy's specification",
  )
  const fine = new Request(`https://etsy.test/v3/application/shops/${shop.shopId}/receipts?limit=100`, {
    headers: { 'x-api-key': 'keystring:shared', authorization: `Bearer ${accessToken}` },
  })
  expect((await sandbox.fetch(fine)).status).toBe(200)
})

test.skipIf(!SPECIFICATION)(`${here}an answer that departs from it is told of`, async () => {
  const { call, first, sandbox, violations } = openedShop()
  const state = sandbox.save()
  const [, listing] = state.listings[0]!
  // A time before the year 2000, which Etsy does not know: what a mistake of the sandbox itself would look like.
  listing.createdAt = 0
  sandbox.load(state)
  await call('GET', `listings/${first}`)
  expect(violations.splice(0)).toMatchObject([{ operation: 'getListing', side: 'answer' }])
})
