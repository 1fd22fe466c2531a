import { AppProvider } from '@shopify/polaris'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { MirrorBadge } from '#app/ui/mirror-badge.tsx'
import { SHOWN, shownOf } from '#app/ui/order-list.tsx'

const read = (state: string, reason: string | null = null) =>
  renderToStaticMarkup(
    <AppProvider i18n={{}}>
      <MirrorBadge mirror={{ state, store: 'Shopify', name: '#1042', url: null, reason }} />
    </AppProvider>,
  )
    .replace(/<style[^>]*>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

test('a list says where an order stands in the store', () => {
  expect(read('made')).toContain('Shopify #1042')
  expect(read('made', 'A piece of it was cancelled.')).toContain('Shopify #1042: look at it')
  expect(read('refused')).toContain('Not made in Shopify')
  expect(read('waiting')).toContain('To be made in Shopify')
  expect(read('not needed')).toBe('')
})
test('what a list is asked to show is one of the three, and all of them where it is none', () => {
  expect(SHOWN.map(shownOf)).toEqual([...SHOWN])
  expect([shownOf(null), shownOf('nonsense')]).toEqual(['all', 'all'])
})
