import { beforeAll, describe, expect, test } from 'vitest'
import { checkAnswer, checkIn } from '#app/channels/ebay/inventory-check.ts'
import { ebayInventoryCheck } from '#app/ebay-inventory-check.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { makeApiKey } from '#app/merchant/api-key.server.ts'
import { given, openedAccount, PENDANT, RING } from '#test/sandbox/ebay/opened-account.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addListing, addStock, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

const AT = new Date('2026-03-10T12:00:00Z')

describe('what eBay asks', () => {
  const line = { locationID: 'default', SKU: 'P1', fulfillmentType: 'SHIP_TO_HOME', requestedQuantity: 2 }

  test.each([
    ['enough', 2, true],
    ['too little', 1, false],
    ['nothing', 0, false],
  ])('one SKU, of which there is %s', (_, left, isAvailable) => {
    expect(checkAnswer(checkIn(line)!, new Map([['P1', left]]), AT)).toEqual({
      locationID: 'default',
      SKU: 'P1',
      isAvailable,
      totalAvailableQuantity: left,
      lastUpdated: AT.getTime(),
    })
  })

  test('several at once are answered as a list, and two lines of one SKU want its pieces together', () => {
    const check = checkIn([line, line, { ...line, SKU: 'R1' }])!
    expect(
      checkAnswer(
        check,
        new Map([
          ['P1', 3],
          ['R1', 2],
        ]),
        AT,
      ),
    ).toMatchObject([{ isAvailable: false }, { isAvailable: false }, { SKU: 'R1', isAvailable: true }])
  })

  test('of what we keep no count nothing is refused', () => {
    expect(checkAnswer(checkIn(line)!, new Map(), AT)).toMatchObject({ isAvailable: true, totalAvailableQuantity: 2 })
  })

  test.each([[null], ['P1'], [[]], [{ SKU: 'P1' }], [{ ...line, requestedQuantity: -1 }], [{ ...line, SKU: '' }]])(
    '%j is not understood',
    (body) => {
      expect(checkIn(body)).toBeNull()
    },
  )
})

describe('the pool before the sale', () => {
  let database: FreshDatabase
  let shop: ShopRows
  let accountId: number
  let ring: number
  let key: string
  const clock = new VirtualClock(AT)

  beforeAll(async () => {
    database = await freshDatabase()
    const db = database.pool
    shop = await openShop(db)
    accountId = await put(db, 'channel_account', {
      merchant_id: shop.merchantId,
      channel: 'ebay',
      external_id: 'seller1',
      name: 'eBay',
      status: 'open',
      connected_at: NOON,
    })
    const pendant = await addItem(db, shop, { sku: 'PENDANT', title: 'Opal pendant' })
    ring = await addItem(db, shop, { sku: 'RING', title: 'Solitaire ring' })
    await addStock(db, shop, { itemId: pendant, place: shop.safe, available: 2, held: 5 })
    await addStock(db, shop, { itemId: ring, place: shop.bench, available: 9 })
    const listing = (itemId: number, sku: string) =>
      addListing(db, shop, { account_id: accountId, item_id: itemId, sku })
    await listing(pendant, 'P1')
    await listing(ring, 'R1-6-Y')
    key = await keyFor(shop.merchantId, accountId, 'first')
  })

  async function keyFor(merchantId: number, account: number, token: string): Promise<string> {
    const made = await makeApiKey(
      database.pool,
      { merchantId, actor: 'person/1', at: NOON },
      {
        key: { accountId: account, name: 'eBay’s check', origin: null, token },
        random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
      },
    )
    if (isRefusal(made)) throw new Error(made.sentence)
    return made.secret.replace('.', ':')
  }

  const queries: unknown[] = []
  const counted = () => ({
    clock,
    db: {
      query: ((query: never) => {
        queries.push(query)
        return database.pool.query(query)
      }) as typeof database.pool.query,
    },
  })

  const ask = (body: unknown, basic = key) => {
    const headers = { authorization: `Basic ${btoa(basic)}`, 'content-type': 'application/json' }
    return ebayInventoryCheck(
      counted(),
      new Request('https://app.test/inventory-check/ebay', { method: 'POST', headers, body: JSON.stringify(body) }),
    )
  }

  const of = (SKU: string, requestedQuantity: number) => ({ SKU, requestedQuantity })

  test('what is for sale is there; what is held, or lies where nothing is sold, is not', async () => {
    expect(await (await ask([of('P1', 2), of('R1-6-Y', 1), of('NOBODY', 1)])).json()).toMatchObject([
      { SKU: 'P1', isAvailable: true, totalAvailableQuantity: 2 },
      { SKU: 'R1-6-Y', isAvailable: false, totalAvailableQuantity: 0 },
      { SKU: 'NOBODY', isAvailable: true },
    ])
    expect(await (await ask(of('P1', 3))).json()).toMatchObject({ isAvailable: false })
  })

  test('is asked in one round trip, and answers a hundred SKUs far within half a second', async () => {
    const body = Array.from({ length: 100 }, (_, i) => of(i % 2 ? 'P1' : `S${i}`, 1))
    await ask(body)
    queries.length = 0
    const started = performance.now()
    expect((await ask(body)).status).toBe(200)
    expect(performance.now() - started).toBeLessThan(500)
    expect(queries).toHaveLength(1)
  })

  test.each([
    ['no key', 'nobody:nothing'],
    ['an invented one', `vk_${'A'.repeat(12)}:${'B'.repeat(43)}`],
    ['another’s secret', ''],
  ])('is told to nobody with %s', async (_, basic) => {
    const wrong = basic || `${key.split(':')[0]}:${'B'.repeat(43)}`
    expect((await ask(of('P1', 1), wrong)).status).toBe(401)
  })

  test('is told to no key of another channel’s, nor once the channel is off', async () => {
    expect((await ask(of('P1', 1), await keyFor(shop.merchantId, shop.etsy, 'etsy'))).status).toBe(401)
    await database.pool.query("UPDATE channel_account SET status = 'off' WHERE id = $1", [accountId])
    expect((await ask(of('P1', 1))).status).toBe(401)
    await database.pool.query("UPDATE channel_account SET status = 'open' WHERE id = $1", [accountId])
  })

  test.each(['single', 'list'] as const)(
    'refuses at eBay’s own checkout (%s), and the sale does not happen',
    async (inventoryCheck) => {
      const account = openedAccount({
        listings: [RING, PENDANT],
        switches: { inventoryCheck },
        deliver: (request) => ebayInventoryCheck(counted(), request),
      })
      const [user = '', password = ''] = key.split(':')
      account.seller.checkInventory({ url: 'https://app.test/inventory-check/ebay', user, password })
      const buy = (listing: number, sku: string, quantity: number) =>
        account.seller.buy({ lines: [{ listingId: account.listingIds[listing]!, sku, quantity }] })
      expect(await buy(1, 'P1', 3)).toMatchObject({ code: 'not-available' })
      expect(account.seller.shown(account.listingIds[1]!)).toBe(4)
      given(await buy(1, 'P1', 2))
      expect(await buy(0, 'R1-6-Y', 1)).toMatchObject({ code: 'not-available' })
      expect(account.sandbox.metrics()).toMatchObject({ checked: 3, refused: 2, unanswered: 0 })
    },
  )

  test.each([
    ['not answered in time', () => new Promise<Response>(() => {})],
    ['answered by an error', async () => new Response(null, { status: 500 })],
    ['answered by something else', async () => Response.json({ yes: true })],
  ])('a check that is %s lets the sale through', async (_, deliver) => {
    const account = openedAccount({ listings: [PENDANT], deliver })
    account.seller.checkInventory({ url: 'https://app.test/inventory-check/ebay', user: 'u', password: 'p' })
    const bought = account.seller.buy({ lines: [{ listingId: account.listingIds[0]!, quantity: 1 }] })
    await new Promise<void>((resolve) => setImmediate(resolve))
    await account.clock.runTo(new Date('2026-03-01T10:00:00.500Z'))
    given(await bought)
    expect(account.sandbox.metrics()).toMatchObject({ checked: 1, refused: 0, unanswered: 1 })
  })
})
