import { AppProvider } from '@shopify/polaris'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { createStaticHandler, createStaticRouter, StaticRouterProvider } from 'react-router-dom/server.js'
import { expect, test } from 'vitest'
import { ActsCard } from '#app/ui/acts-card.tsx'
import { BulkMoveForm } from '#app/ui/bulk-move-form.tsx'
import { BulkPreview } from '#app/ui/bulk-preview.tsx'
import { ChoosePieces } from '#app/ui/choose-pieces.tsx'
import { Now } from '#app/ui/moment.tsx'

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
const SAFE = { id: 1, name: 'Safe', kind: 'safe', sellable: true, owner: 'ours' }
const TRAY = { id: 3, name: 'Tray', kind: 'memo_in', sellable: true, owner: 'vendor' }
const ROWS = [
  { itemId: 7, item: 'Ring, 52', sku: 'RNG-52', pieces: 3 },
  { itemId: 8, item: 'Chain', sku: '', pieces: 1 },
]
const form = (owner = SAFE, chosen = { 7: { item: 'Ring, 52', pieces: 3, quantity: '2' } } as object) =>
  read(
    <BulkMoveForm
      from={{ place: owner, state: 'available' }}
      chosen={chosen as never}
      places={[SAFE, TRAY]}
      partners={[{ id: 4, name: 'Okafor' }]}
      onDone={nothing}
    />,
  )

test('what lies there can be chosen, with how many there are', () => {
  const text = read(<ChoosePieces rows={ROWS} chosen={{}} onChange={nothing} next={null} onNext={nothing} />)
  expect(text).toContain('Ring, 52 (RNG-52) 3 pieces there')
  expect(text).toContain('Chain 1 piece there')
  expect(text).not.toContain('More')
  expect(read(<ChoosePieces rows={ROWS} chosen={{}} onChange={nothing} next="8.x" onNext={nothing} />)).toContain(
    'More',
  )
})

test('nothing can be looked at before something is chosen', () => {
  expect(form(SAFE, {})).toContain('Choose pieces first')
  expect(form()).toContain('See what would move of 1 item')
})

test('that pieces were bought is asked of a vendor’s only', () => {
  expect(form(TRAY)).toContain('They were bought from their vendor')
  expect(form(SAFE)).not.toContain('They were bought from their vendor')
})

test('what would move is said, and what stays where it is and why', () => {
  const moves = [{ itemId: 7, item: 'Ring, 52', quantity: 2 }]
  const stands = [{ itemId: 8, item: 'Chain', quantity: 4, why: 'Of Chain there is one in Safe.' }]
  const text = read(<BulkPreview said={{ moves, stands }} asked={{}} onDone={nothing} />)
  expect(text).toContain('1 item would not move')
  expect(text).toContain('Chain: Of Chain there is one in Safe.')
  expect(text).toContain('2 pieces of 1 item would move')
  expect(text).toContain('Move 2 pieces')
  expect(read(<BulkPreview said={{ moves: [], stands }} asked={{}} onDone={nothing} />)).not.toContain('Move')
})

test('what was moved together can be undone from the same page', () => {
  const act = {
    ...{ key: 'bulk-move/x', actor: 'person/1', reason: 'moved', at: NOW.at, items: 2, pieces: 3 },
    ...{ remark: 'For the fair', undone: false, undoable: true },
  }
  const text = read(<ActsCard acts={[act]} next={null} actors={{ 'person/1': 'Anna' }} heading="Moved together" />)
  expect(text).toMatch(/Moved together Moved: 3 pieces of 2 items “For the fair” .*by Anna Undo…/)
})
