import { describe, expect, test } from 'vitest'
import { openedShop } from './opened-shop.ts'

const HOUR = 3_600_000

const opened = (limits: { perSecond?: number | null; perDay?: number | null } | null = {}) => {
  const shop = openedShop({ limits })
  const ping = async () => {
    const { status, body, headers } = await shop.call('GET', 'openapi-ping', { token: null })
    return { status, error: body.error, header: (name: string) => headers.get(name) }
  }
  const pings = async (n: number) => {
    for (let i = 0; i < n; i++) expect((await ping()).status).toBe(200)
  }
  const wait = (ms: number) => shop.clock.runTo(new Date(shop.clock.now().getTime() + ms))
  return { ...shop, ping, pings, wait }
}

describe('ten calls a second', () => {
  test('every answer says what is left', async () => {
    const { ping } = opened({})
    const { header } = await ping()
    expect(
      ['x-limit-per-second', 'x-remaining-this-second', 'x-limit-per-day', 'x-remaining-today'].map(header),
    ).toEqual(['10', '9', '10000', '9999'])
  })

  test('the eleventh is refused, with a second to wait, and does not count', async () => {
    const { pings, ping, wait } = opened({})
    await pings(10)
    const { status, error, header } = await ping()
    expect({ status, error }).toEqual({ status: 429, error: 'Exceeded per second rate limit' })
    expect(header('retry-after')).toBe('1')
    expect(header('x-remaining-this-second')).toBe('0')
    await wait(1_000)
    expect((await ping()).header('x-remaining-today')).toBe('9989')
  })

  test('the second slides: a burst at its edge is no way through', async () => {
    const { pings, ping, wait } = opened({})
    await wait(900)
    await pings(10)
    await wait(200)
    expect((await ping()).status).toBe(429)
    await wait(800)
    await pings(10)
  })

  test('all sellers’ calls count together', async () => {
    const { sandbox, call, pings } = opened({})
    const { accessToken: token } = sandbox.addShop({ name: 'Other' }).signIn()
    await pings(10)
    expect((await call('GET', 'users/me', { token })).status).toBe(429)
  })
})

describe('so many calls a day', () => {
  test('once they are spent, every call is refused for a day, as Etsy says it', async () => {
    const { pings, ping } = opened({ perSecond: null, perDay: 20 })
    await pings(20)
    const { status, error, header } = await ping()
    expect({ status, error }).toEqual({ status: 429, error: 'Exceeded daily rate limit' })
    expect(header('retry-after')).toBe('86400')
    expect(header('x-remaining-today')).toBe('0')
  })

  test('the day slides: what was spent first comes back first', async () => {
    const { pings, ping, wait } = opened({ perSecond: null, perDay: 20 })
    await pings(15)
    await wait(12 * HOUR)
    await pings(5)
    expect((await ping()).status).toBe(429)
    await wait(12 * HOUR + HOUR / 4)
    expect((await ping()).header('x-remaining-today')).toBe('14')
    await pings(14)
    expect((await ping()).status).toBe(429)
  })
})

describe('limits', () => {
  test('can be lifted, and no header speaks of them', async () => {
    const { pings, ping } = opened(null)
    await pings(50)
    expect((await ping()).header('x-limit-per-second')).toBeNull()
  })

  test('can be changed at any time', async () => {
    const { sandbox, pings, ping } = opened({})
    await pings(10)
    sandbox.configure({ limits: { perSecond: 150, perDay: 100_000 } })
    expect((await ping()).header('x-limit-per-day')).toBe('100000')
    sandbox.configure({ limits: null })
    await pings(200)
  })

  test('are counted: calls and refusals', async () => {
    const { sandbox, pings, ping } = opened({})
    await pings(10)
    await ping()
    expect(sandbox.metrics()).toMatchObject({ calls: 11, throttled: 1 })
  })
})
