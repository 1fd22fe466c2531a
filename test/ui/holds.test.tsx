import { AppProvider } from '@shopify/polaris'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { createStaticHandler, createStaticRouter, StaticRouterProvider } from 'react-router-dom/server.js'
import { describe, expect, test } from 'vitest'
import { FIRST_POLICY } from '#app/pool/hold-policy.ts'
import { ApiKeysCard } from '#app/ui/api-keys-card.tsx'
import { HoldItem } from '#app/ui/hold-item.tsx'
import type { HoldView } from '#app/ui/hold-line.tsx'
import { HoldPolicyCard } from '#app/ui/hold-policy-card.tsx'
import { HoldsCard } from '#app/ui/holds-card.tsx'
import { Now } from '#app/ui/moment.tsx'
import { wallAfter } from '#app/ui/wall-clock.ts'

const NOW = { at: '2026-03-10T12:00:00Z', timeZone: 'Europe/Paris' }

/** What a person reads of it inside the app, without the marks of the page. */
async function read(what: ReactNode): Promise<string> {
  const page = (
    <AppProvider i18n={{ Polaris: { Common: { checkbox: '' } } }}>
      <Now.Provider value={NOW}>{what}</Now.Provider>
    </AppProvider>
  )
  const routes = [{ path: '/', element: page }]
  const { query, dataRoutes } = createStaticHandler(routes)
  const context = await query(new Request('https://app.test/'))
  if (context instanceof Response) throw new Error('The page led elsewhere.')
  const router = createStaticRouter(dataRoutes, context)
  const text = renderToStaticMarkup(<StaticRouterProvider router={router} context={context} hydrate={false} />)
    .replace(/<style[^>]*>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
  return text.replace(/\s+/g, ' ').replaceAll('&#x27;', "'").trim()
}

const hold = (more: Partial<HoldView> = {}): HoldView => ({
  id: 1,
  itemId: 7,
  item: 'Signet ring, 54',
  sku: 'RNG-54',
  client: 'Anna',
  contact: '+33 1',
  until: '2026-03-10T15:00:00Z',
  renewals: 1,
  madeAt: '2026-03-09T12:00:00Z',
  actor: 'person/1',
  note: '200 paid',
  places: [
    { itemId: 1, part: null, locationId: 1, place: 'Safe', quantity: 1 },
    { itemId: 1, part: null, locationId: 2, place: 'Window', quantity: 2 },
  ],
  confirmed: [
    { account: 'Etsy', at: '2026-03-09T12:00:01Z' },
    { account: 'Shopify', at: null },
  ],
  lines: [],
  ...more,
})

describe('the page of holds', () => {
  test('says for whom, what, where, until when, and what each channel has confirmed', async () => {
    const text = await read(<HoldsCard list={{ count: 1, holds: [hold()] }} by="due" />)
    expect(text).toContain('1 hold')
    expect(text).toContain('Anna, +33 1 Signet ring, 54 , RNG-54')
    expect(text).toContain('1 piece in Safe and 2 pieces in Window; extended 1 time; deposit: 200 paid')
    expect(text).toContain('ends in 3 h 10 Mar 2026, 16:00:00')
    expect(text).toContain('Etsy confirmed it 9 Mar 2026, 13:00:01')
    expect(text).toContain('Shopify is being told')
    for (const deed of ['Extend', 'Sold', 'Give up']) expect(text).toContain(deed)
  })
  test('goes by client when asked to, and names those who were forgotten', async () => {
    const holds = [hold({ id: 1, client: 'Ben' }), hold({ id: 2, client: null }), hold({ id: 3 })]
    const text = await read(<HoldsCard list={{ count: 150, holds }} by="client" />)
    expect(text).toContain('150 holds; the first 3 to end')
    const order = ['A client who was forgotten', 'Anna', 'Ben'].map((name) => text.indexOf(name))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(Math.min(...order)).toBeGreaterThan(0)
  })
  test('says what to do where nothing is on hold', async () => {
    expect(await read(<HoldsCard list={{ count: 0, holds: [] }} by="due" />)).toContain(
      'Nothing is on hold Open an item',
    )
  })
})

test('an item says that it is on hold for nobody, or for whom', async () => {
  const more = { itemId: 7, clients: [], places: [] }
  expect(await read(<HoldItem {...more} holds={[]} />)).toContain('On hold for nobody Hold for a client')
  const text = await read(<HoldItem {...more} holds={[hold()]} />)
  expect(text).toContain('1 hold Hold for a client Anna')
  expect(text).not.toContain('Signet ring')
})

test('the policy shows what is allowed now', async () => {
  const text = await read(<HoldPolicyCard policy={{ ...FIRST_POLICY, depositAboveMinor: 50_000 }} currency="EUR" />)
  expect(text).toContain('Above €500.00')
  expect(await read(<HoldPolicyCard policy={FIRST_POLICY} currency="EUR" />)).toContain('Never')
})

test('a key is known by its readable half; one that was revoked cannot be revoked again', async () => {
  const key = {
    id: 1,
    account: 'Etsy',
    name: 'Shop front',
    prefix: 'vk_abc',
    origin: null,
    madeAt: NOW.at,
    revokedAt: null,
  }
  const accounts = [{ id: 1, name: 'Etsy' }]
  const text = await read(<ApiKeysCard keys={[key]} accounts={accounts} />)
  expect(text).toContain('Shop front, for orders of Etsy vk_abc…, made just now Revoke')
  const over = await read(
    <ApiKeysCard keys={[{ ...key, origin: 'https://a.example', revokedAt: NOW.at }]} accounts={accounts} />,
  )
  expect(over).toContain('for pages of https://a.example, made just now , revoked just now')
  expect(over).not.toContain('Revoke ')
})

test.each([
  ['2026-03-10T12:00:00Z', 'Europe/Paris', 0, '2026-03-10T13:00'],
  ['2026-03-10T23:30:00Z', 'Europe/Paris', 7, '2026-03-18T00:30'],
  ['2026-03-10T23:30:00Z', 'America/New_York', 1, '2026-03-11T19:30'],
])('%s on a wall in %s, %i days later, is %s', (at, timeZone, days, expected) => {
  expect(wallAfter({ at, timeZone }, days)).toBe(expected)
})
