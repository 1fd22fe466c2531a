import { describe, expect, test } from 'vitest'
import type { ChannelProcess } from '#app/channels/channel.ts'
import { capabilitiesOf, CHANNEL_NAMES, type ChannelSettings, STOCKED_CHANNELS } from '#app/channels/registry.ts'
import { startChannel } from '#app/channels/registry.server.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'
import { keptLog } from '#test/support/kept-log.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'

test('what a channel can do is known without opening it', () => {
  expect(capabilitiesOf('shopify')).toMatchObject({ channel: 'shopify', writes: 'moves', maximumShown: null })
  expect(capabilitiesOf('etsy')).toMatchObject({ channel: 'etsy', writes: 'absolute', maximumShown: 999 })
  expect(STOCKED_CHANNELS).toContain('shopify')
  expect(STOCKED_CHANNELS).not.toContain('etsy')
})

test('a channel that does not exist is a mistake, and so is a word that every object knows', () => {
  expect(() => capabilitiesOf('myspace')).toThrow('myspace')
  expect(() => capabilitiesOf('constructor')).toThrow('constructor')
})

const settings: ChannelSettings = {
  ETSY_API_URL: 'https://etsy.test',
  ETSY_OAUTH_URL: 'https://etsy.test',
  SQUARE_URL: 'https://square.test',
}

function processWith(more: Partial<ChannelSettings>): ChannelProcess<ChannelSettings> {
  const never = () => {
    throw new Error('nothing is to be asked')
  }
  const sealer = openSealer([new Uint8Array(32).fill(1)])
  const clock = new VirtualClock(new Date('2026-11-23T10:00:00Z'))
  const random = (bytes: number) => new Uint8Array(bytes)
  const world = { appUrl: 'https://app.test', fetch: never, clock, log: keptLog(), sealer, random, lend: never }
  return { ...world, settings: { ...settings, ...more } }
}

describe('a channel that is started', () => {
  test.each(CHANNEL_NAMES)('%s is the one that its name says, and every limit has its source', (name) => {
    const capabilities = capabilitiesOf(name)
    expect(capabilities.channel).toBe(name)
    for (const { source } of capabilities.limits) expect(source).toMatch(/^https:\/\//)
  })

  test('is none without its keys, nor under a name that every object knows', () => {
    expect(startChannel('etsy', processWith({}))).toBeNull()
    expect(startChannel('constructor', processWith({}))).toBeNull()
  })

  test('leads to its own consent page, and back to this app', () => {
    const etsy = startChannel('etsy', processWith({ ETSY_KEYSTRING: 'key', ETSY_SHARED_SECRET: 'shared' }))
    const url = new URL(etsy!.access!.begin({ merchantId: 1, subject: 'ada' }).url)
    expect(url.host).toBe('etsy.test')
    expect(url.searchParams.get('redirect_uri')).toBe('https://app.test/auth/etsy/callback')
    expect(etsy!.access!.whoBegan(url.searchParams.get('state')!)).toEqual({ merchantId: 1, subject: 'ada' })
  })

  test('is Square’s with its keys, and says in which address what it believes was signed', async () => {
    const keys = { SQUARE_APPLICATION_ID: 'sq0idp', SQUARE_APPLICATION_SECRET: 'sq0csp', SQUARE_WEBHOOK_KEY: 'key' }
    const square = startChannel('square', processWith(keys))
    const url = new URL(square!.access!.begin({ merchantId: 1, subject: 'ada' }).url)
    expect([url.host, url.pathname]).toEqual(['square.test', '/oauth2/authorize'])
    expect(url.searchParams.get('redirect_uri')).toBe('https://app.test/auth/square/callback')
    const told = await square!.news!.verify({ body: '{}', headers: new Headers(), now: new Date(0) })
    expect(told).toMatchObject({ code: 'unsigned' })
    expect(square!.news!.challenge(new URL('https://app.test/webhooks/square'))).toBeNull()
    await square!.close()
  })

  test('believes no news without the secret that proves it', () => {
    const keys = { ETSY_KEYSTRING: 'key', ETSY_SHARED_SECRET: 'shared' }
    expect(startChannel('etsy', processWith(keys))!.news).toBeNull()
    expect(startChannel('etsy', processWith({ ...keys, ETSY_WEBHOOK_SECRET: 'whsec_c2VjcmV0' }))!.news).not.toBeNull()
  })
})
