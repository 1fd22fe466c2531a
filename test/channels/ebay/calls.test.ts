import { describe, expect, test } from 'vitest'
import { Mistake } from '#app/kernel/assert.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import { tag } from '#app/kernel/xml.ts'
import { BROOCH, PENDANT } from '#test/sandbox/ebay/opened-account.ts'
import { connectedAccount } from './connected-account.ts'

const failure = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

type World = ReturnType<typeof connectedAccount>

const readOrder = (world: World) => world.connector.unshipped(null)
const readListing = (world: World) => world.connector.show([world.refOf(0)])

const errorXml = (name: string, code: number) =>
  tag(`${name}Response`, [
    tag('Ack', 'Failure'),
    tag('Errors', [tag('ShortMessage', 'No.'), tag('ErrorCode', code), tag('SeverityCode', 'Error')]),
  ]).xml

describe('a token', () => {
  test.each([403, 401] as const)(
    'that has ended is answered with %i, replaced, and the call made again',
    async (expiredToken) => {
      const world = connectedAccount({ listings: [PENDANT], switches: { expiredToken } })
      await readListing(world)
      await world.clock.runTo(new Date('2026-03-01T12:00:01Z'))
      world.sent.length = 0
      expect(await readListing(world)).toMatchObject([{ shown: 4 }])
      expect(world.calls().filter((call) => call.includes('/offer'))).toHaveLength(2)
    },
  )

  test('that has ended is replaced at Trading, where it is an error inside a good answer', async () => {
    const world = connectedAccount({ listings: [BROOCH] })
    await world.clock.runTo(new Date('2026-03-01T12:00:01Z'))
    expect(await readListing(world)).toMatchObject([{ shown: 5 }])
    expect(world.calls().filter((call) => call === 'GetItem')).toHaveLength(2)
  })

  test('that is refused twice means that the owner has thrown the app out', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    let refused = 0
    world.deps.tokens.refused = async () => void refused++
    world.seller.disconnectApp()
    expect(await failure(readListing(world))).toMatchObject({ name: 'GiveUp' })
    expect(refused).toBe(1)
  })

  test('that may not do this ends the work', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    const { accessToken } = world.seller.signIn(['https://api.ebay.com/oauth/api_scope'])
    world.deps.tokens.accessToken = async () => accessToken
    expect(await failure(readOrder(world))).toMatchObject({ name: 'GiveUp' })
  })

  test('that cannot be had now makes the call wait, and nothing is sent', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    world.deps.tokens.accessToken = () => Promise.reject(new TryAgain(4_000, 'The token endpoint is down.'))
    expect(await failure(readOrder(world))).toMatchObject({ name: 'TryAgain', afterMs: 4_000 })
    expect(world.sent).toEqual([])
  })
})

describe('limits', () => {
  test.each([
    ['2', 2_000],
    ['86400', 900_000],
    [null, 5_000],
  ])('being turned away with retry-after %s is waiting for %i ms', async (seconds, afterMs) => {
    const world = connectedAccount({ listings: [PENDANT] })
    const headers: Record<string, string> = seconds === null ? {} : { 'retry-after': seconds }
    world.tamper(() =>
      Response.json({ errors: [{ errorId: 2_001, message: 'Too many requests.' }] }, { status: 429, headers }),
    )
    expect(await failure(readOrder(world))).toMatchObject({ name: 'TryAgain', afterMs })
    expect(world.learned).toEqual([{ retryAfterMs: afterMs }])
  })

  test('a budget of Trading’s that is spent is told inside a good answer, and is waiting', async () => {
    const world = connectedAccount({ listings: [BROOCH] })
    world.tamper(() => new Response(errorXml('GetItem', 518)))
    expect(await failure(readListing(world))).toMatchObject({ name: 'TryAgain', afterMs: 900_000 })
  })

  test('a spent budget of one API leaves the others: orders are read while listings are not', async () => {
    const world = connectedAccount({ listings: [BROOCH], limits: { trading: 0 } })
    expect(await failure(readListing(world))).toMatchObject({ name: 'TryAgain' })
    expect((await readOrder(world)).rows).toEqual([])
  })
})

describe('an answer', () => {
  test('that does not come in half a minute is lost', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    world.tamper(({ signal }) => {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
      })
    })
    const read = failure(readOrder(world))
    await new Promise<void>((resolve) => setImmediate(resolve))
    await world.clock.runTo(new Date('2026-03-01T10:00:30Z'))
    expect(await read).toMatchObject({ name: 'TryAgain', message: expect.stringContaining('in time') })
  })

  test.each([
    [
      'says we asked wrongly',
      () => Response.json({ errors: [{ errorId: 1, message: 'Invalid filter' }] }, { status: 400 }),
      'Invalid filter',
    ],
    ['has a form we do not know', () => Response.json({ total: 'many' }), 'form we do not know'],
  ])('that %s is a mistake of ours', async (_, answer, sentence) => {
    const world = connectedAccount({ listings: [PENDANT] })
    world.tamper(answer)
    const error = await failure(readOrder(world))
    expect(error).toBeInstanceOf(Mistake)
    expect(error).toMatchObject({ message: expect.stringContaining(sentence) })
  })

  test.each([
    ['is no XML', () => new Response('Service unavailable')],
    ['is that eBay is not well', () => new Response(errorXml('GetItem', 10_007))],
  ])('of Trading that %s is to be asked for again', async (_, answer) => {
    const world = connectedAccount({ listings: [BROOCH] })
    world.tamper(answer)
    expect(await failure(readListing(world))).toMatchObject({ name: 'TryAgain' })
  })

  test('of Trading that says we asked wrongly is a mistake of ours', async () => {
    const world = connectedAccount({ listings: [BROOCH] })
    world.tamper(() => new Response(errorXml('GetItem', 10_009)))
    expect(await failure(readListing(world))).toBeInstanceOf(Mistake)
  })

  test('a mistake of our own making is not taken for an outage', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    world.tamper(() => {
      throw new TypeError('undefined is not a function')
    })
    expect(await failure(readOrder(world))).toBeInstanceOf(TypeError)
  })
})

test('every call says its language, which a wrong one of eBay’s errors would not', async () => {
  const world = connectedAccount({ listings: [PENDANT] })
  const headers: (string | null)[][] = []
  world.tamper((request) => {
    headers.push(['accept-language', 'content-language', 'authorization'].map((name) => request.headers.get(name)))
    return undefined
  })
  await readOrder(world)
  expect(headers).toEqual([['en-US', 'en-US', `Bearer ${world.accessToken}`]])
})
