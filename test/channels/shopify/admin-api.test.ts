import { describe, expect, it } from 'vitest'
import { ANSWER_MS } from '#app/channels/shopify/limits.ts'
import { Mistake } from '#app/kernel/assert.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { openWorld, STUDS, type World } from './world.ts'

const ask = (world: World) => world.connector.places()

const outcome = (world: World) => ask(world).catch((error: unknown) => error)

const refusal = (code: string, message = 'No.') => Response.json({ errors: [{ message, extensions: { code } }] })

describe('a call to the Admin API', () => {
  it('tells the limiter what it will cost and what it came to, and what is left', async () => {
    const world = openWorld({ products: [STUDS] })
    await world.connector.things(null)
    const [call] = world.sent
    expect(call?.lane).toBe('sweep')
    expect(call?.learned?.cost).toBeGreaterThan(0)
    expect(call?.learned?.cost).toBeLessThan(call?.cost ?? 0)
    expect(call?.learned?.limits).toEqual({
      points: { limit: 2_000, remaining: 2_000 - (call?.learned?.cost ?? 0), restorePerSecond: 100 },
    })
  })

  it('waits, when it is throttled, for exactly the points it lacks', async () => {
    const world = openWorld({ limits: { maximumAvailable: 10, restoreRate: 2 } })
    const error = await outcome(world)
    const [call] = world.sent
    const afterMs = (((call?.cost ?? 0) - 10) / 2) * 1_000
    expect(afterMs).toBeGreaterThan(0)
    expect(error).toBeInstanceOf(TryAgain)
    expect(error).toMatchObject({ afterMs })
    expect(call?.learned).toMatchObject({ cost: 0, retryAfterMs: afterMs, limits: { points: { remaining: 10 } } })
  })

  it('takes another token, once, when its own is refused', async () => {
    const world = openWorld()
    await ask(world)
    world.shop.revokeTokens()
    expect(await ask(world)).toHaveLength(3)
    const [first, refused, again] = world.sent.map(({ token }) => token)
    expect(refused).toBe(first)
    expect(again).not.toBe(first)
  })

  it('ends when no token is taken any more', async () => {
    const world = openWorld()
    world.trouble(() => Response.json({ errors: 'unrecognized login' }, { status: 401 }))
    expect(await outcome(world)).toBeInstanceOf(GiveUp)
    expect(world.sent).toHaveLength(2)
  })

  it.each([
    ['its plan is not paid', 402],
    ['the app is not let in', 403],
    ['the store is closed', 404],
    ['the store is locked', 423],
  ])('ends when %s (%s)', async (_, status) => {
    const world = openWorld()
    world.trouble(() => Response.json({ errors: 'Unavailable' }, { status }))
    expect(await outcome(world)).toBeInstanceOf(GiveUp)
  })

  it.each(['ACCESS_DENIED', 'SHOP_INACTIVE'])('ends when Shopify answers %s', async (code) => {
    const world = openWorld()
    world.trouble(() => refusal(code))
    expect(await outcome(world)).toBeInstanceOf(GiveUp)
  })

  it('ends when the merchant has withdrawn what it needs', async () => {
    const world = openWorld()
    world.shop.changeScopes(['read_products'])
    expect(await outcome(world)).toBeInstanceOf(GiveUp)
  })

  const passing: [string, () => Response | Promise<Response>, number][] = [
    ['Shopify is down', () => new Response('<html>', { status: 500 }), 1_000],
    [
      'Shopify is down and says for how long',
      () => new Response('', { status: 503, headers: { 'retry-after': '7' } }),
      7_000,
    ],
    ['too many calls are made', () => new Response('', { status: 429, headers: { 'retry-after': '2.0' } }), 2_000],
    ['it cannot be reached', () => Promise.reject(new TypeError('fetch failed')), 1_000],
    ['the answer is no JSON', () => new Response('Hello'), 1_000],
    ['the answer is no object', () => Response.json('Hello'), 1_000],
    ['Shopify stumbles', () => refusal('INTERNAL_SERVER_ERROR'), 1_000],
  ]
  it.each(passing)('is made again later when %s', async (_, answer, afterMs) => {
    const world = openWorld()
    world.trouble(answer)
    const error = await outcome(world)
    expect(error).toBeInstanceOf(TryAgain)
    expect(error).toMatchObject({ afterMs })
  })

  it('is not waited for longer than it takes', async () => {
    const world = openWorld()
    world.trouble(
      (request) =>
        new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))),
    )
    const waiting = outcome(world)
    // The call has to be on its way before time passes.
    while (world.sent[0]?.operation !== 'Places') await Promise.resolve()
    await world.clock.runTo(new Date(world.clock.now().getTime() + ANSWER_MS))
    expect(await waiting).toBeInstanceOf(TryAgain)
  })

  it.each([
    ['a query it does not understand', () => refusal('INVALID_VARIABLE')],
    ['a request it does not understand', () => Response.json({ errors: 'Bad Request' }, { status: 400 })],
  ])('is a mistake of ours when Shopify is asked %s', async (_, answer) => {
    const world = openWorld()
    world.trouble(answer)
    expect(await outcome(world)).toBeInstanceOf(Mistake)
  })

  it('says in no error what its token was', async () => {
    const world = openWorld()
    await ask(world)
    const token = world.sent[0]?.token ?? ''
    for (const status of [400, 401, 403, 500]) {
      world.trouble(() => Response.json({ errors: 'No' }, { status }))
      const error = await outcome(world)
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(token)
    }
  })
})
