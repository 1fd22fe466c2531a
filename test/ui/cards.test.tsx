import { AppProvider } from '@shopify/polaris'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import type { Balance } from '#app/kernel/stock-state.ts'
import { AtRiskCard } from '#app/ui/at-risk-card.tsx'
import { ChannelsCard, type ChannelView } from '#app/ui/channels-card.tsx'
import { Figures } from '#app/ui/figures.tsx'
import { Now } from '#app/ui/moment.tsx'
import { SoldCard } from '#app/ui/sold-card.tsx'
import { StatesCard } from '#app/ui/states-card.tsx'

const NOW = { at: '2026-03-10T12:00:00Z', timeZone: 'Europe/Paris' }

/** What a person reads of it, without the marks of the page. */
function read(what: ReactNode): string {
  const page = (
    <AppProvider i18n={{}}>
      <Now.Provider value={NOW}>{what}</Now.Provider>
    </AppProvider>
  )
  const text = renderToStaticMarkup(page)
    .replace(/<style[^>]*>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
  return text.replace(/\s+/g, ' ').replaceAll('&#x27;', "'").trim()
}

const channel = (more: Partial<ChannelView> = {}): ChannelView => ({
  id: 1,
  name: 'Etsy',
  status: 'open',
  counts: { in_step: 3 },
  lastSeen: '2026-03-10T11:59:20Z',
  lag: { p50: 400, p95: 1_900, of: 200 },
  ...more,
})
const sale = (currency: string, pieces: number, minor: number) => ({
  accountId: 1,
  currency,
  today: { pieces, minor },
  week: { pieces: pieces + 1, minor: minor + 100 },
})
const QUIET = { open: 0, values: [] }

describe('the three figures', () => {
  test('before anything is live', () => {
    const text = read(<Figures sales={[]} risk={QUIET} channels={[channel({ status: 'review' })]} />)
    expect(text).toContain('0 pieces Nothing has been sold yet today')
    expect(text).toContain('At risk Nothing No incident is open')
    expect(text).toContain('No channel is live yet')
  })

  test('with sales in two currencies, an incident, and listings on their way', () => {
    const risk = { open: 1, values: [{ minor: 120_000, currency: 'EUR' }] }
    const sales = [sale('EUR', 2, 24_000), sale('USD', 1, 9_900)]
    const text = read(
      <Figures sales={sales} risk={risk} channels={[channel({ counts: { in_step: 3, behind: 1, undecided: 9 } })]} />,
    )
    expect(text).toContain('3 pieces €240.00 + $99.00, over all channels')
    expect(text).toContain('€1,200.00 1 incident open')
    expect(text).toContain('3 of 4 listings on 1 channel show the right number')
  })

  test('with everything in step', () => {
    const text = read(<Figures sales={[]} risk={QUIET} channels={[channel(), channel({ id: 2 })]} />)
    expect(text).toContain('Every listing 6 listings on 2 channels show the right number')
  })
})

test('each channel has a row for each currency, and one that sold nothing has its own', () => {
  const channels = [channel(), channel({ id: 2, name: 'Shopify' }), channel({ id: 3, name: 'Gone', status: 'off' })]
  const text = read(<SoldCard sales={[sale('EUR', 2, 24_000), sale('USD', 1, 9_900)]} channels={channels} />)
  expect(text).toContain('Etsy 2 €240.00 3 €241.00 Etsy 1 $99.00 2 $100.00 Shopify 0 – 0 –')
  expect(text).not.toContain('Gone')
})

test('a last piece on two channels is named with both', () => {
  const piece = { itemId: 5, sku: 'X-1', title: 'Ruby', variant: '1.02 ct', channels: ['Etsy', 'Shopify'] }
  const text = read(<AtRiskCard risk={QUIET} last={{ count: 3, first: [piece] }} />)
  expect(text).toContain('3 last pieces are offered on more than one channel')
  expect(text).toMatch(/Ruby, 1\.02 ct X-1 Etsy Shopify and 2 more/)
  expect(read(<AtRiskCard risk={QUIET} last={{ count: 0, first: [] }} />)).toContain('No last piece')
})

test('a channel says how its listings stand, how fast it follows, and when it was last seen', () => {
  const text = read(<ChannelsCard channels={[channel({ counts: { in_step: 2, differs: 1, undecided: 2 } })]} />)
  expect(text).toMatch(/Etsy (Success )?Live/)
  expect(text).toMatch(/2 listings in step .*1 shows something else .*2 wait for you Which ones/)
  expect(text).toContain('Follows a change in 0.4 s; 95 of 100 within 1.9 s Last confirmed 40 s ago')
  const silent = read(<ChannelsCard channels={[channel({ counts: {}, lastSeen: null, lag: null })]} />)
  expect(silent).toContain('No listings Nothing had to be sent there yet Nothing has been confirmed there yet')
})

test('the table of places adds up along both sides, and hides states that no piece is in', () => {
  const none: Balance = {
    available: 0,
    reserved: 0,
    held: 0,
    in_work: 0,
    quality_check: 0,
    damaged: 0,
    safety_stock: 0,
    incoming: 0,
  }
  const stock = [
    { id: 1, name: 'Safe', sellable: true, balance: { ...none, available: 5, reserved: 1 } },
    { id: 2, name: 'Bench', sellable: false, balance: { ...none, in_work: 2 } },
  ]
  const text = read(<StatesCard stock={stock} sentence="8 pieces." />)
  expect(text).toContain('Place For sale Reserved In work In all')
  expect(text).toContain('Safe 5 1 0 6 Bench (does not sell) 0 0 2 2')
  expect(text).toContain('In all 5 1 2 8')
  expect(text).not.toContain('Damaged')
  expect(read(<StatesCard stock={[]} sentence="There is no piece of it." />)).toContain('There is no piece of it.')
})
