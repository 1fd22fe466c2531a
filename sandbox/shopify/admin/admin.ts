import { type Refusal } from '#app/kernel/refusal.ts'
import { PEOPLE } from '../../jeweler/open-shopify.ts'
import { html, page, seeOther } from '../../markup.ts'
import { appPage, appsPage, installPage } from './app-pages.ts'
import type { Desk } from './desk.ts'
import { homePage } from './home-page.ts'
import type { HostConfig } from './messages.ts'
import { orderPage, ordersPage } from './orders-pages.ts'
import { type Section, shell, type Visit } from './shell.ts'
import { inventoryPage, productPage, productsPage } from './stock-pages.ts'

export type Admin = {
  desks: Desk[]
  app: { apiKey: string; name: string; handle: string; url: string; scopes: string[] }
}

type Asked = { admin: Admin; desk: Desk; visit: Visit; url: URL; form: FormData }

/**
 * The stand-in of the Shopify admin: pages of Shopify's own numbers, drawn by the server, and the page that embeds the
 * app. Undefined for a path that is not the admin's.
 */
export async function adminAnswer(admin: Admin, request: Request): Promise<Response | undefined> {
  const url = new URL(request.url)
  const [, root, store, ...path] = url.pathname.split('/')
  if (root !== 'store') return undefined
  const desk = admin.desks.find((d) => d.store === store)
  if (!desk) return notFound(`There is no store "${store}" in this sandbox.`)
  const visit = visitOf(admin, desk, url)
  if (request.method === 'POST') return act({ admin, desk, visit, url, form: await request.formData() }, path)
  return look({ admin, desk, visit, url, form: new FormData() }, path)
}

function visitOf({ desks, app }: Admin, { store, name }: Desk, url: URL): Visit {
  const asked = url.searchParams.get('as') ?? ''
  const as = asked in PEOPLE ? asked : 'owner'
  return {
    store,
    storeName: name,
    stores: desks.map((d) => ({ handle: d.store, name: d.name })),
    as,
    people: Object.entries(PEOPLE).map(([key, p]) => ({ key, name: `${p.firstName} ${p.lastName}`, role: p.role })),
    app: { name: app.name, base: `/store/${store}/apps/${app.handle}` },
    query: as === 'owner' ? '' : `?as=${as}`,
    storefront: `/shop/${store}`,
    till: `/till/${store}`,
  }
}

function look(asked: Asked, [section = '', id = '']: string[]): Response {
  const { desk, visit, url } = asked
  const search = url.searchParams.get('q') ?? ''
  if (section === 'session-token') return Response.json({ token: desk.sessionToken(visit.as) }, { headers: NEVER_KEPT })
  if (section === 'apps') return id ? app(asked, id) : shown(visit, 'app', appsPage(visit, desk.installed()))
  const view = desk.view()
  if (section === 'resources') return Response.json(resources(view, url.searchParams.get('type') ?? ''))
  if (section === '') return shown(visit, 'home', homePage(visit, view))
  if (section === 'inventory') {
    return shown(visit, 'inventory', inventoryPage(visit, view, { search, place: url.searchParams.get('place') ?? '' }))
  }
  if (section === 'orders' && !id) return shown(visit, 'orders', ordersPage(visit, view))
  if (section === 'products' && !id) return shown(visit, 'products', productsPage(visit, view, search))
  const order = section === 'orders' && desk.order(Number(id))
  if (order) return shown(visit, 'orders', orderPage(visit, order))
  const product = section === 'products' && view.products.find((p) => p.number === Number(id))
  if (product) return shown(visit, 'products', productPage(visit, product))
  return notFound(`The sandbox admin has no page ${url.pathname}.`)
}

const NEVER_KEPT = { 'cache-control': 'no-store' }

function shown(visit: Visit, section: Section, main: ReturnType<typeof homePage>): Response {
  const title = section.charAt(0).toUpperCase() + section.slice(1)
  return shell({ visit, section, title, main, scripts: ['/sandbox/live.js'] })
}

/** The library's address of an app ends in its key, a person's in its handle. */
function app({ admin, desk, visit }: Asked, handle: string): Response {
  const { apiKey, name, url: appUrl, scopes } = admin.app
  if (handle !== admin.app.handle && handle !== apiKey) return notFound(`There is no app "${handle}".`)
  if (!desk.installed()) return shell({ visit, section: 'app', title: name, main: installPage(visit, scopes) })
  const { store } = desk
  const config: HostConfig = {
    apiKey,
    appName: name,
    appUrl,
    store,
    shop: `${store}.myshopify.com`,
    // Standard base64: the library refuses - and _ here.
    host: Buffer.from(`admin.shopify.com/store/${store}`).toString('base64').replace(/=+$/, ''),
    locale: 'en',
    base: visit.app.base,
    as: visit.as,
  }
  return shell({ visit, section: 'app', title: name, main: appPage(visit, config), scripts: ['/sandbox/app-page.js'] })
}

function resources({ products }: ReturnType<Desk['view']>, type: string) {
  if (type === 'product') return products.map(({ id, title }) => ({ id, title }))
  return products.flatMap(({ title, variants }) =>
    variants.map((v) => ({ id: v.id, title: [title, v.title, v.sku].filter(Boolean).join(' · ') })),
  )
}

function act({ desk, visit, url, form }: Asked, [section = '', id = '', what = '']: string[]): Response {
  const back = (path: string) => seeOther(`/store/${desk.store}${path}${visit.query}`)
  if (section === 'install') return (desk.install(), seeOther(`${visit.app.base}/app${visit.query}`))
  if (section === 'uninstall') return (desk.uninstall(), back('/apps'))
  if (section === 'inventory') return done(desk.setAvailable(levelOf(form)), () => seeOther(url.pathname + url.search))
  if (section === 'orders') return done(actOnOrder(desk, { key: Number(id), what, form }), () => back('/orders'))
  if (section === 'products') {
    if (what === 'delete') return (desk.deleteProduct(Number(id)), back('/products'))
    desk.setStatus(Number(id), what === 'archive' ? 'ARCHIVED' : 'ACTIVE')
    return back(`/products/${id}`)
  }
  return notFound(`The sandbox admin has no page ${url.pathname}.`)
}

function levelOf(form: FormData) {
  const [itemId, locationId] = [String(form.get('item')), String(form.get('location'))]
  return { itemId, locationId, available: Number(form.get('available')) }
}

type OrderAct = { key: number; what: string; form: FormData }

function actOnOrder(desk: Desk, { key, what, form }: OrderAct): Refusal | undefined {
  if (what === 'fulfill') return desk.fulfill(key, trackingOf(form))
  if (what === 'cancel') return desk.cancel(key)
  const entries = [...form].filter(([name]) => name.startsWith('refund '))
  const pieces = entries.map(([name, value]) => ({ lineId: name.slice('refund '.length), quantity: Number(value) }))
  const some = pieces.filter(({ quantity }) => quantity > 0)
  return desk.refund(key, { restock: form.has('restock'), ...(entries.length > 0 && { pieces: some }) })
}

function trackingOf(form: FormData): { company: string; number: string } | undefined {
  const [company, number] = [String(form.get('carrier') ?? '').trim(), String(form.get('tracking') ?? '').trim()]
  return number ? { company, number } : undefined
}

function done(refusal: Refusal | undefined, then: () => Response): Response {
  return refusal
    ? page(
        html`<title>Not done</title>
          <p role="alert">${refusal.sentence}</p>`,
        409,
      )
    : then()
}

const notFound = (sentence: string): Response =>
  page(
    html`<title>Not found</title>
      <p>${sentence}</p>`,
    404,
  )
