import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { TryAgain } from '#app/kernel/outage.ts'
import { workFor } from '#app/sync/account-loop.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { keptLog } from '../support/kept-log.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'

const SWEEP_EVERY_MS = 60_000

let database: FreshDatabase
let shop: Publishing

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openPublishing(database.pool)
})

/** The loop of the account, on the virtual clock; `tell` is the NOTIFY that stock has changed. */
async function start() {
  const { sync, channel, account } = shop
  const listening = new Set<() => void>()
  const changed = (_: number, signal: AbortSignal) =>
    new Promise<void>((heard) => {
      listening.add(heard)
      signal.addEventListener('abort', () => (listening.delete(heard), heard()))
    })
  const open = { sync, account: await account(), connector: channel.connector, waitMs: () => 0 }
  const stop = new AbortController()
  const ended = workFor({ open, log: keptLog(), changed, sweepEveryMs: SWEEP_EVERY_MS }, stop.signal)
  const end = () => (stop.abort(), ended)
  onTestFinished(end)
  const resting = () => vi.waitFor(() => expect(shop.clock.next()).toBeDefined())
  await resting()
  return {
    end,
    resting,
    tell: () => listening.forEach((heard) => heard()),
    /** Lets time pass, with what is done at its end. */
    async pass(ms: number) {
      await shop.pass(ms)
      await resting()
    },
  }
}

/** Whatever is asked of the channel's orders from now on waits until it is let go. */
function holdOrders() {
  const { connector } = shop.channel
  const { ordersSince } = connector
  const held = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  connector.ordersSince = async (...question) => {
    connector.ordersSince = ordersSince
    asked.resolve()
    await held.promise
    return ordersSince(...question)
  }
  return { asked: asked.promise, letGo: held.resolve }
}

describe('An account that is worked for', () => {
  it('is told of a sale while a sweep still reads the orders of a busy minute', async () => {
    const { itemId, externalId } = await shop.ring(5)
    const loop = await start()
    const orders = holdOrders()
    await shop.pass(SWEEP_EVERY_MS)
    await orders.asked
    await shop.stock(itemId, -2)
    loop.tell()
    await vi.waitFor(() => expect(shop.channel.shown.get(externalId)).toBe(3))
    orders.letGo()
  })

  it('looks again at once when stock has changed during a look', async () => {
    const { itemId, externalId } = await shop.ring(5)
    const loop = await start()
    const orders = holdOrders()
    await shop.stock(itemId, -1)
    loop.tell()
    await orders.asked
    await shop.stock(itemId, -1)
    loop.tell()
    orders.letGo()
    // No time passes: whoever only listens when the look is over would look a second later.
    await vi.waitFor(() => expect(shop.channel.shown.get(externalId)).toBe(3))
  })

  it('still owes the read after a write that was sent while a sweep was under way', async () => {
    const { itemId, externalId } = await shop.ring(5)
    const loop = await start()
    const orders = holdOrders()
    await shop.pass(SWEEP_EVERY_MS)
    await orders.asked
    const owed = holdOrders()
    await shop.stock(itemId, -2)
    loop.tell()
    await owed.asked
    expect(shop.channel.shown.get(externalId)).toBe(3)
    const { watermark } = await shop.account()
    orders.letGo()
    // The sweep is over when it says up to when it has read.
    await vi.waitFor(async () => expect((await shop.account()).watermark).not.toEqual(watermark))
    expect((await shop.account()).readOwed).toBe(true)
    owed.letGo()
    await vi.waitFor(async () => expect((await shop.account()).readOwed).toBe(false))
  })

  it('is let go only when its sweep has ended', async () => {
    const loop = await start()
    const orders = holdOrders()
    await shop.pass(SWEEP_EVERY_MS)
    await orders.asked
    let ended = false
    const end = loop.end().then(() => (ended = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(ended).toBe(false)
    orders.letGo()
    await end
  })

  it('is down for a person when sweeps fail again and again, and up when one does not', async () => {
    const { connector } = shop.channel
    const { ordersSince } = connector
    const loop = await start()
    connector.ordersSince = () => Promise.reject(new TryAgain(1_000, 'It is not well.'))
    const until = async (kinds: string[]) => {
      await loop.pass(2_000)
      expect((await shop.incidents()).map(({ kind }) => kind)).toEqual(kinds)
    }
    await shop.pass(SWEEP_EVERY_MS)
    await vi.waitFor(() => until(['channel-down']), { timeout: 5_000 })
    connector.ordersSince = ordersSince
    await vi.waitFor(() => until([]), { timeout: 5_000 })
  })
})
