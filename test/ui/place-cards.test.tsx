import { AppProvider } from '@shopify/polaris'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { createStaticHandler, createStaticRouter, StaticRouterProvider } from 'react-router-dom/server.js'
import { describe, expect, test } from 'vitest'
import { AddToDelivery } from '#app/ui/add-to-delivery.tsx'
import { CountForm } from '#app/ui/count-form.tsx'
import { DeliveriesTable, type DeliveryView } from '#app/ui/deliveries-table.tsx'
import { DeliveryLine, LabelsCard } from '#app/ui/delivery-lines.tsx'
import { Now } from '#app/ui/moment.tsx'
import { MoveCard } from '#app/ui/move-card.tsx'
import { MoveForm } from '#app/ui/move-form.tsx'
import { NewDelivery } from '#app/ui/new-delivery.tsx'
import { PartnersCard } from '#app/ui/partners-card.tsx'
import { PlaceCard, type PlaceCardView } from '#app/ui/place-card.tsx'
import { PlaceForm } from '#app/ui/place-form.tsx'
import { StayCard, type StayCardView } from '#app/ui/stay-card.tsx'

const NOW = { at: '2026-03-10T12:00:00Z', timeZone: 'Europe/Paris' }

const AT = '/'
const context = await createStaticHandler([{ path: AT }]).query(new Request(`http://127.0.0.1${AT}`))
if (context instanceof Response) throw new Error('A page was asked for, not an answer')
const shown = context

/** What a person reads of it, without the marks of the page. */
function read(what: ReactNode): string {
  const page = (
    <AppProvider i18n={{}}>
      <Now.Provider value={NOW}>{what}</Now.Provider>
    </AppProvider>
  )
  const router = createStaticRouter([{ path: AT, element: page }], shown)
  const text = renderToStaticMarkup(<StaticRouterProvider router={router} context={shown} hydrate={false} />)
    .replace(/<style[^>]*>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
  return text.replace(/\s+/g, ' ').replaceAll('&#x27;', "'").trim()
}

const nothing = () => undefined
const PLACES = [
  { id: 1, name: 'Safe', kind: 'safe', sellable: true, owner: 'ours' },
  { id: 2, name: 'Polishing', kind: 'bench', sellable: false, owner: 'ours' },
  { id: 3, name: 'Tray', kind: 'memo_in', sellable: true, owner: 'vendor' },
]
const PARTNERS = [{ id: 4, name: 'Okafor' }]
const CHOICES = [
  { accountId: 5, account: 'Shopify', externalId: 'x', name: 'Main Street', active: true, whole: 'Safe' },
]

const place = (said: Partial<PlaceCardView> = {}): PlaceCardView => ({
  id: 2,
  name: 'Polishing',
  kind: 'bench',
  work: 'polishing',
  owner: 'ours',
  partnerId: null,
  partner: null,
  sellable: false,
  expectedHours: null,
  usualHours: 48,
  needsCheck: true,
  guessed: false,
  pieces: 2,
  overdue: 1,
  standsAt: [],
  look: null,
  ...said,
})
const card = (said: Partial<PlaceCardView> = {}, mayArrange = true) =>
  read(<PlaceCard place={place(said)} partners={PARTNERS} choices={CHOICES} mayArrange={mayArrange} />)

describe('a place', () => {
  test('says what it is for, how long a piece may stay, and what is overdue', () => {
    const text = card()
    expect(text).toContain('Does not sell')
    expect(text).toContain('Bench: Polishing')
    expect(text).toContain('1 overdue')
    expect(text).toContain('2 pieces lie here. A piece may stay 2 days, and must pass a check before it is sold.')
    expect(text).not.toContain('guessed')
    expect(text).not.toContain('Give up')
  })
  test('that is empty can be given up, and one that was guessed says so', () => {
    const text = card({ pieces: 0, guessed: true })
    expect(text).toContain('Give up')
    expect(text).toContain('guessed from its name')
  })
  test('of a vendor’s says whose it is', () => {
    const text = card({ kind: 'memo_in', work: null, owner: 'vendor', partner: 'Okafor', sellable: true, pieces: 1 })
    expect(text).toContain('A vendor’s')
    expect(text).toContain('1 piece lies here. They belong to Okafor.')
  })
  test('that stands in a channel can be taken out of it, and is not mapped a second time', () => {
    const stands = {
      accountId: 5,
      account: 'Shopify',
      place: 'Main Street',
      name: 'quality_control' as const,
      settling: false,
    }
    const text = card({ standsAt: [stands] })
    expect(text).toContain('In Shopify it is Main Street, under “Quality control”.')
    expect(text).toContain('Take out of Shopify')
    expect(text).not.toContain('See what that would change')
    expect(card({ standsAt: [{ ...stands, settling: true }] })).toContain('being brought together')
  })
  test('can be changed by nobody who may not', () => {
    const text = card({}, false)
    expect(text).not.toContain('Edit')
    expect(text).not.toContain('See what')
  })
  test('is asked about before it is mapped where the numbers differ', () => {
    const look = { accountId: 5, externalId: 'x', name: 'quality_control' as const, place: 'Main Street', looked: true }
    const differs = { ...look, items: 1, pieces: 2, examples: ['Ring: 2 in work by your books, 0 there'] }
    const text = card({ look: differs })
    expect(text).toContain('The numbers of 1 item are not the same, by 2 pieces. Which are right?')
    expect(text).toContain('Ring: 2 in work by your books, 0 there')
    expect(text).toContain('Our books are right')
    expect(card({ look: { ...differs, items: 0, examples: [] } })).toContain('nothing changes')
    expect(card({ look: { ...differs, looked: false } })).toContain('The numbers are being compared.')
  })
  test('is added by a form that offers to sell only what can be sold', () => {
    const text = read(<PlaceForm partners={PARTNERS} onDone={nothing} />)
    expect(text).toContain('Work in progress and clients’ pieces are never for sale.')
    expect(text).toContain('Add the place')
  })
})

const stay = (said: Partial<StayCardView> = {}): StayCardView => ({
  id: 9,
  itemId: 7,
  title: 'Signet ring',
  sku: 'RNG-1',
  locationId: 2,
  place: 'Polishing',
  kind: 'bench',
  state: 'in_work',
  pieces: 1,
  since: '2026-03-01T12:00:00Z',
  dueAt: '2026-03-08T12:00:00Z',
  partner: null,
  remark: 'To be made larger',
  boundFor: null,
  checkOwed: false,
  ...said,
})
const lies = (said: Partial<StayCardView> = {}) =>
  read(<StayCard stay={stay(said)} places={PLACES} partners={PARTNERS} />)

describe('a piece at a bench', () => {
  test('is overdue when its time is over, with what was written', () => {
    const text = lies()
    expect(text).toContain('Overdue')
    expect(text).toContain('1 piece, “In work” in Polishing')
    expect(text).toContain('“To be made larger”')
    expect(lies({ dueAt: '2026-03-12T12:00:00Z' })).not.toContain('Overdue')
  })
  test('says that it must be checked, who has it, and where it is bound for', () => {
    expect(lies({ checkOwed: true })).toContain('Check or move')
    expect(lies({ partner: 'Okafor' })).toContain(', Okafor')
    const underway = lies({ kind: 'transit', place: 'In transit', boundFor: 'Vault' })
    expect(underway).toContain('on the way to Vault')
    expect(underway).toContain('It has arrived')
  })
})

const from = { itemId: 7, locationId: 2, state: 'in_work' as const, pieces: 2, stayId: null, checkOwed: false }

describe('pieces in hand', () => {
  test('may be moved or counted where they lie, and counted where nothing is', () => {
    const spots = [{ locationId: 1, place: 'Safe', state: 'available' as const, pieces: 3 }]
    const text = read(<MoveCard itemId={7} spots={spots} places={PLACES} partners={PARTNERS} />)
    expect(text).toContain('3 pieces “For sale” in Safe')
    expect(text).toContain('0 pieces “For sale” in Polishing')
    expect(read(<MoveCard itemId={7} spots={[]} places={[]} partners={[]} />)).toBe('')
  })
  test('are carried in the ways that there are for them', () => {
    const form = (more: object) =>
      read(<MoveForm from={{ ...from, ...more }} places={PLACES} partners={PARTNERS} onDone={nothing} />)
    expect(form({})).toContain('They are on their way')
    expect(form({})).not.toContain('passed their check')
    expect(form({ checkOwed: true })).toContain('They have passed their check')
    expect(form({ locationId: 3, state: 'available' })).toContain('They were bought from their vendor')
  })
  test('are counted against what the page saw', () => {
    expect(read(<CountForm from={from} onDone={nothing} />)).toContain('By the books it is 2.')
  })
})

const line = { itemId: 7, title: 'Signet ring', sku: '', code: 'V7', expected: 5, received: 3 }
const delivery = (said: Partial<DeliveryView> = {}): DeliveryView => ({
  id: 3,
  partner: 'Okafor',
  reference: 'INV-1',
  place: 'Safe',
  expectedOn: '2026-04-01',
  openedAt: NOW.at,
  closedAt: null,
  expected: 5,
  received: 0,
  ...said,
})

describe('a delivery', () => {
  test('is counted line by line, and its labels are what has come', () => {
    const text = read(<DeliveryLine deliveryId={3} line={line} places={PLACES} locationId={1} />)
    expect(text).toContain('Signet ring (V7) 5 pieces expected, 3 received: 2 missing so far.')
    expect(read(<LabelsCard lines={[line]} />)).toContain(
      'Labels: 3 labels Code Title SKU How many V7 Signet ring none 3',
    )
    expect(read(<LabelsCard lines={[{ ...line, received: 0 }]} />)).toBe('')
  })
  test.each<[Partial<DeliveryView>, string]>([
    [{}, 'Expected on 2026-04-01'],
    [{ expectedOn: null }, 'Expected'],
    [{ received: 2 }, 'Partly here'],
    [{ received: 6 }, 'All here'],
    [{ closedAt: NOW.at }, 'Closed'],
  ])('says how far it is: %j', (said, state) => {
    expect(read(<DeliveriesTable deliveries={[delivery(said)]} />)).toContain(state)
  })
  test('is opened with or without an order, and takes what was on no line', () => {
    const found = [{ id: 8, title: 'Bangle', sku: 'B-1' }]
    const text = read(<NewDelivery places={PLACES} partners={PARTNERS} found={found} onSearch={nothing} />)
    expect(text).toContain('Bangle (B-1)')
    expect(text).toContain('Open it without an order')
    const more = read(<AddToDelivery deliveryId={3} found={found} places={PLACES} locationId={1} onSearch={nothing} />)
    expect(more).toContain('Bangle (B-1) 0 pieces expected, 0 received.')
  })
})

test('partners can be erased by those who may', () => {
  expect(read(<PartnersCard partners={PARTNERS} mayArrange />)).toContain('Erase the name')
  expect(read(<PartnersCard partners={PARTNERS} mayArrange={false} />)).not.toContain('Erase the name')
  expect(read(<PartnersCard partners={[]} mayArrange />)).toContain('Nobody lends you pieces')
})
