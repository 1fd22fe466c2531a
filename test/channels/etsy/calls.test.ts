import { describe, expect, test } from 'vitest'
import { ETSY_LIMITS } from '#app/channels/etsy/limits.ts'
import { openLimiter } from '#app/channels/limiter.server.ts'
import { Mistake } from '#app/kernel/assert.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { PENDANT } from '#test/sandbox/etsy/opened-shop.ts'
import { keptLog } from '#test/support/kept-log.ts'
import { connectedShop } from './connected-shop.ts'

const failure = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

const readOf = ({ connector, first }: ReturnType<typeof connectedShop>) =>
  connector.show([{ externalId: String(first), variantId: '' }])

describe('a token', () => {
  test('that has ended is replaced, and the call made again', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    await world.clock.runTo(new Date('2026-03-01T11:00:01Z'))
    expect(await readOf(world)).toMatchObject([{ shown: 1 }])
    expect(world.sent).toHaveLength(2)
  })

  test('that is refused twice means that the owner has thrown the app out', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    let refused = 0
    world.deps.tokens.refused = async () => void refused++
    world.shop.disconnectApp()
    expect(await failure(readOf(world))).toBeInstanceOf(GiveUp)
    expect(refused).toBe(1)
  })

  test('that may not do this ends the work', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    const { accessToken } = world.shop.signIn(['listings_w'])
    world.deps.tokens.accessToken = async () => accessToken
    expect(await failure(readOf(world))).toMatchObject({ name: 'GiveUp', message: expect.stringContaining('scope') })
  })

  test('that cannot be had now makes the call wait, and nothing is written', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    world.deps.tokens.accessToken = () => Promise.reject(new TryAgain(4_000, 'The token endpoint is down.'))
    expect(await failure(readOf(world))).toMatchObject({ name: 'TryAgain', afterMs: 4_000 })
    expect(world.sent).toEqual([])
  })
})

test('a new token that cannot be had now makes the call wait, too', async () => {
  const world = connectedShop({ listings: [PENDANT] })
  world.deps.tokens.refused = () => Promise.reject(new TryAgain(4_000, 'The token endpoint is down.'))
  const mine = await world.refOf('P1')
  world.tamper(({ method }) =>
    method === 'PUT' ? Response.json({ error: 'invalid_token' }, { status: 401 }) : undefined,
  )
  const units = world.connector.planWrites([{ listingId: 1, ref: mine, quantity: 3, expected: 1 }])
  expect(await failure(world.connector.apply(units))).toMatchObject({ name: 'TryAgain', afterMs: 4_000 })
})

describe('limits', () => {
  test('are learned from every answer', async () => {
    const world = connectedShop({ listings: [PENDANT], limits: { perSecond: 150, perDay: 100_000 } })
    await readOf(world)
    const limits = { second: { limit: 150, remaining: 149 }, day: { limit: 100_000, remaining: 99_999 } }
    expect(world.learned).toEqual([{ limits }])
  })

  test.each([
    ['1', 1_000],
    ['86400', 900_000],
    [null, 1_000],
  ])('being turned away with retry-after %s is waiting for %i ms', async (seconds, afterMs) => {
    const world = connectedShop({ listings: [PENDANT] })
    const headers: Record<string, string> = seconds === null ? {} : { 'retry-after': seconds }
    world.tamper(() => Response.json({ error: 'Exceeded daily rate limit' }, { status: 429, headers }))
    expect(await failure(readOf(world))).toMatchObject({ name: 'TryAgain', afterMs })
    expect(world.learned).toMatchObject([{ retryAfterMs: afterMs }])
  })

  test('are kept by the limiter: sixty reads in a row, and Etsy turns none away', async () => {
    const clock = new VirtualClock(new Date('2026-03-01T10:00:00Z'))
    const limiter = await openLimiter({ limits: ETSY_LIMITS, concurrency: 4, clock, log: keptLog() })
    const world = connectedShop({ listings: [PENDANT], limits: { perSecond: 10, perDay: 10_000 }, clock, limiter })
    const reads = Promise.all(Array.from({ length: 60 }, () => readOf(world)))
    let done = false
    void reads.then(() => (done = true))
    while (!done) {
      await clock.runTo(clock.next() ?? clock.now())
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    expect(world.sandbox.metrics()).toMatchObject({ calls: 60, throttled: 0 })
    // Ten in the first second, and the rest as those fall out of the window.
    expect(clock.now().getTime()).toBeGreaterThan(new Date('2026-03-01T10:00:05Z').getTime())
    await limiter.close()
  })
})

describe('an answer', () => {
  test('that does not come in half a minute is lost', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    world.tamper(({ signal }) => {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
      })
    })
    const read = failure(readOf(world))
    await new Promise<void>((resolve) => setImmediate(resolve))
    await world.clock.runTo(new Date('2026-03-01T10:00:30Z'))
    expect(await read).toMatchObject({ name: 'TryAgain', message: expect.stringContaining('in time') })
  })

  test.each([
    ['says we asked wrongly', () => Response.json({ error: 'Invalid value' }, { status: 400 }), 'Invalid value'],
    [
      'has a form we do not know',
      () => Response.json({ count: 1, results: [{ listing_id: 'one' }] }),
      'form we do not know',
    ],
  ])('that %s is a mistake of ours', async (_, answer, sentence) => {
    const world = connectedShop({ listings: [PENDANT] })
    world.tamper(answer)
    const error = await failure(readOf(world))
    expect(error).toBeInstanceOf(Mistake)
    expect(error).toMatchObject({ message: expect.stringContaining(sentence) })
  })

  test('a mistake of our own making is not taken for an outage', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    world.tamper(() => {
      throw new TypeError('undefined is not a function')
    })
    expect(await failure(readOf(world))).toBeInstanceOf(TypeError)
  })

  test('every call carries the key with its secret, and the token', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    const headers: (string | null)[] = []
    world.tamper((request) => void headers.push(request.headers.get('x-api-key'), request.headers.get('authorization')))
    await readOf(world)
    expect(headers).toEqual(['keystring:shared', `Bearer ${world.accessToken}`])
  })
})
