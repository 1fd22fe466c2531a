import { AppProvider } from '@shopify/polaris'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { createStaticHandler, createStaticRouter, StaticRouterProvider } from 'react-router-dom/server.js'
import { assert } from '#app/kernel/assert.ts'
import { describe, expect, test } from 'vitest'
import { brokenSentence, ConvertCard, type ConvertView } from '#app/ui/convert-card.tsx'
import { MadeToOrderCard } from '#app/ui/made-to-order-card.tsx'
import { Now } from '#app/ui/moment.tsx'
import { PartsCard } from '#app/ui/parts-card.tsx'

const NOW = { at: '2026-03-10T12:00:00Z', timeZone: 'Europe/Paris' }

/** What a person reads of it, without the marks of the page. */
async function read(what: ReactNode): Promise<string> {
  const element = (
    <AppProvider i18n={{}}>
      <Now.Provider value={NOW}>{what}</Now.Provider>
    </AppProvider>
  )
  const { query, dataRoutes } = createStaticHandler([{ path: '/', element }])
  const context = await query(new Request('http://page.test/'))
  assert(!(context instanceof Response), 'the page leads nowhere else')
  const router = createStaticRouter(dataRoutes, context)
  const text = renderToStaticMarkup(<StaticRouterProvider router={router} context={context} hydrate={false} />)
    .replace(/<style[^>]*>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
  return text.replace(/\s+/g, ' ').replaceAll('&#x27;', "'").trim()
}

describe('the parts of a set', () => {
  const ring = { itemId: 1, needs: 2, title: 'Band', variant: '54', sku: 'BAND-54', forSale: 5 }
  test('are said with what there is of each, and how many sets that makes', async () => {
    const text = await read(<PartsCard itemId={9} parts={[ring]} stocked={false} />)
    expect(text).toContain('2 × Band, 54 (BAND-54): 5 for sale, enough for 2')
    expect(text).toContain('Change')
  })
  test('can be said of an item without stock, and of no other', async () => {
    expect(await read(<PartsCard itemId={9} parts={[]} stocked={false} />)).toContain('It is a set of others')
    expect(await read(<PartsCard itemId={9} parts={[]} stocked />)).toBe('')
  })
})

describe('what is made to order', () => {
  const making = { capacity: 3, leadDays: 1, taken: 2, lines: [] }
  const line = { lineId: 1, order: '#1042', channel: 'Etsy', url: null, pieces: 2, makeBy: '2026-03-31T12:00:00Z' }
  test('is said with its terms, and by when each order is due', async () => {
    const text = await read(<MadeToOrderCard itemId={9} making={{ ...making, lines: [line] }} />)
    expect(text).toContain('2 of 3 promised, each within 1 day of its order.')
    expect(text).toContain('2 pieces for order #1042 on Etsy, due 31 Mar 2026')
    expect(text).toContain('Sell from stock only')
  })
  test('leads to the order where there is a page of it', async () => {
    const lines = [{ ...line, url: 'https://example.com/1042', makeBy: null }]
    expect(await read(<MadeToOrderCard itemId={9} making={{ ...making, lines }} />)).toContain('order #1042')
  })
  test('is offered for what is sold from stock alone', async () => {
    const text = await read(<MadeToOrderCard itemId={9} making={null} />)
    expect(text).toContain('It is sold from stock alone.')
    expect(text).not.toContain('Sell from stock only')
  })
})

describe('what becomes of pieces', () => {
  const view: ConvertView = {
    stock: [{ itemId: 9, locationId: 1, place: 'Safe', state: 'available', pieces: 2 }],
    places: [{ id: 1, name: 'Safe' }],
    broken: { pairs: 0, reasons: [] },
    past: [],
  }
  const past = (more: Partial<ConvertView['past'][number]>) => ({
    ...{ id: 1, kind: 'resized', quantity: -1, madeAt: NOW.at, remark: 'For Anna' },
    others: [{ itemId: 8, name: 'Ring, 54', quantity: 1 }],
    ...more,
  })
  test('is offered as far as there is something to do it with', async () => {
    const all = await read(<ConvertCard itemId={9} view={view} />)
    expect(all).toContain('Resize it')
    expect(all).not.toContain('A broken pair is whole again')
    const none = await read(<ConvertCard itemId={9} view={{ ...view, stock: [] }} />)
    expect([none.includes('Resize it'), none.includes('Make it of other pieces')]).toEqual([false, true])
    const half = { ...view.stock[0]!, itemId: 10, state: 'damaged' as const }
    expect(await read(<ConvertCard itemId={9} view={{ ...view, stock: [half] }} />)).toContain(
      'A broken pair is whole again',
    )
  })
  test('and what became of them is told from either side', async () => {
    const made = past({ id: 2, kind: 'set made', others: [{ itemId: 7, name: 'Set', quantity: 1 }], remark: null })
    const came = past({ id: 3, quantity: 2, others: [{ itemId: 8, name: 'Ring, 52', quantity: -2 }] })
    const text = await read(<ConvertCard itemId={9} view={{ ...view, past: [past({}), made, came] }} />)
    expect(text).toContain('1 piece became 1 × Ring, 54 (resized: For Anna), just now')
    expect(text).toContain('1 piece went into 1 × Set (set made)')
    expect(text).toContain('2 pieces came of 2 × Ring, 52')
  })
  test.each([
    [1, ['The left one was lost'], '1 pair is broken: The left one was lost.'],
    [2, ['The left one was lost.', null], '2 pairs are broken: The left one was lost.'],
    [2, [null, null], '2 pairs are broken.'],
  ])('%i broken: %j', async (pairs, reasons, sentence) => {
    expect(brokenSentence({ pairs, reasons })).toBe(sentence)
    expect(await read(<ConvertCard itemId={9} view={{ ...view, broken: { pairs, reasons } }} />)).toContain(sentence)
  })
})
