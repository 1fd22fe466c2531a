import { isRefusal } from '#app/kernel/refusal.ts'
import { html, page, seeOther } from '../../markup.ts'
import type { Desk } from '../admin/desk.ts'
import { productPage, thanksPage, windowPage } from './store-pages.ts'
import { tillPage } from './till-page.ts'

type Asked = { desk: Desk; url: URL; form: FormData | undefined; path: string[] }

/** Where buyers and clerks are: `/shop/<store>` and `/till/<store>`. Undefined for any other path. */
export async function storefrontAnswer(desks: Desk[], request: Request): Promise<Response | undefined> {
  const url = new URL(request.url)
  const [, root, store, ...path] = url.pathname.split('/')
  if (root !== 'shop' && root !== 'till') return undefined
  const desk = desks.find((d) => d.store === store)
  if (!desk) return notFound()
  const form = request.method === 'POST' ? await request.formData() : undefined
  return (root === 'shop' ? shop : till)({ desk, url, form, path })
}

const notFound = () =>
  page(
    html`<title>Not found</title>
      <p>The sandbox has no such page.</p>`,
    404,
  )

/** The buyer the online store knows when somebody buys by hand. */
const GUEST = { name: 'Alex Visitor', email: 'alex.visitor@example.com' }

function shop({ desk, url, form, path: [section = '', id = '', what = ''] }: Asked): Response {
  const base = `/shop/${desk.store}`
  const view = desk.view()
  const storefront = { shop: view, base }
  if (section === '') {
    const { searchParams } = url
    return windowPage(storefront, { type: searchParams.get('type') ?? '', search: searchParams.get('q') ?? '' })
  }
  const order = section === 'orders' && desk.order(Number(id))
  if (order) {
    const refused = form && what === 'cancel' ? desk.cancel(order.key) : undefined
    return form && !refused ? seeOther(`${base}/orders/${id}`) : thanksPage(storefront, order, refused)
  }
  const product = section === 'products' && view.products.find((p) => p.number === Number(id))
  if (!product) return notFound()
  if (!form) return productPage(storefront, product)
  const lines = [{ variantId: String(form.get('variant')), quantity: Number(form.get('quantity') ?? 1) }]
  const sold = desk.sell({ source: 'web', lines, buyer: GUEST })
  return isRefusal(sold) ? productPage(storefront, product, sold) : seeOther(`${base}/orders/${sold.orderKey}`)
}

function till({ desk, url, form, path: [section = '', id = ''] }: Asked): Response {
  const base = `/till/${desk.store}`
  const view = desk.view()
  const asked = form?.get('place') ?? url.searchParams.get('place')
  const place = view.places.find(({ name }) => name === asked) ?? view.places.find(({ name }) => name === 'Shop window')
  const here = place ?? view.places[0]
  if (!here) return notFound()
  const show = (refused?: string) =>
    tillPage({ shop: desk.view(), base, place: here, search: url.searchParams.get('q') ?? '', refused })
  if (!form) return show()
  const refused =
    section === 'sell' ? sell(desk, form, here.id) : desk.refund(Number(id), { restock: form.has('restock') })
  return refused ? show(refused.sentence) : seeOther(`${base}?place=${encodeURIComponent(here.name)}`)
}

function sell(desk: Desk, form: FormData, locationId: string) {
  const sold = desk.sell({
    source: 'pos',
    locationId,
    lines: [{ variantId: String(form.get('variant')), quantity: 1 }],
  })
  return isRefusal(sold) ? sold : undefined
}
