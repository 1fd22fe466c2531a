import { type Refusal, isRefusal } from '#app/kernel/refusal.ts'
import { html, seeOther } from '../markup.ts'
import { askConsent, consentGiven } from './consent.ts'
import { ordersPage } from './orders-page.ts'
import { notThere, squarePage } from './page.ts'
import { type Seller, sellerHandle } from './seller.ts'
import type { Square } from './square.ts'
import { tillPage } from './till-page.ts'

export type Visit = {
  method: string
  path: string
  query: Record<string, string>
  fields: Record<string, string>
}

/** Everything at Square that is not the API: the consent page, and a till and a list of orders for each location. */
export function storefront(square: Square, visit: Visit): Response {
  const { method, path, query, fields } = visit
  if (path === '/oauth2/authorize') return method === 'POST' ? consentGiven(square, fields) : askConsent(square, query)
  if (path === '/') return squarePage('Tills', tillsPage(square))
  const [, section, id = '', action] = path.split('/')
  if (section === 'till') return atTill(square, visit, { locationId: id, action })
  if (section === 'orders' && square.world.merchants.has(id)) {
    const seller = sellerHandle(square, id)
    return method === 'POST' ? atOrder(seller, fields) : squarePage('Orders', ordersPage(seller, query))
  }
  return notThere()
}

function tillsPage({ world }: Square) {
  return html`<h1>Tills</h1>
    ${[...world.merchants.values()].map(
      ({ merchantId, name }) =>
        html`<h2>${name}</h2>
          <ul>
            ${[...world.locations.values()]
              .filter((location) => location.merchantId === merchantId && location.active)
              .map(({ locationId, name }) => html`<li><a href="/till/${locationId}">${name}</a></li>`)}
            <li><a href="/orders/${merchantId}">Orders</a></li>
          </ul>`,
    )}`
}

type AtTill = { locationId: string; action: string | undefined }

/** GET /till/{location}; POST /till/{location}/sell, offline, upload or count. */
function atTill(square: Square, { method, fields, query }: Visit, { locationId, action }: AtTill): Response {
  const location = square.world.locations.get(locationId)
  if (!location) return notThere()
  const seller = sellerHandle(square, location.merchantId)
  if (method !== 'POST') {
    const waiting = square.world.offline.filter((sale) => sale.locationId === locationId).length
    return squarePage(location.name, tillPage(seller, location, { query, waiting }))
  }
  const { variation_id: variationId = '', quantity = '1' } = fields
  const sale = { locationId, lines: [{ variationId, quantity: Math.max(1, Math.trunc(Number(quantity)) || 1) }] }
  const acts: Record<string, () => unknown> = {
    sell: () => seller.sell(sale),
    offline: () => seller.sellOffline(sale),
    upload: () => seller.upload(),
    count: () => seller.recount({ variationId, locationId, quantity: Math.max(0, Math.trunc(Number(quantity)) || 0) }),
  }
  const act = Object.hasOwn(acts, action ?? '') ? acts[action ?? ''] : undefined
  return act ? backTo(`/till/${locationId}`, act()) : notThere()
}

/** POST /orders/{merchant} with `order` and `do`: fulfil, cancel, return, keep (returned, not for sale) or refund. */
function atOrder(seller: Seller, { order = '', do: what = '' }: Visit['fields']): Response {
  if (!seller.orders().some(({ orderId }) => orderId === order)) return notThere()
  const acts: Record<string, () => unknown> = {
    fulfil: () => seller.fulfil(order),
    cancel: () => seller.cancel(order),
    return: () => seller.takeBack(order, { restock: true }),
    keep: () => seller.takeBack(order, { restock: false }),
    refund: () => seller.refundAmount(order, 500),
  }
  const act = Object.hasOwn(acts, what) ? acts[what] : undefined
  return act ? backTo(`/orders/${seller.merchantId}`, act()) : notThere()
}

function backTo(path: string, done: unknown): Response {
  const refusal = isRefusal(done) ? (done satisfies Refusal) : undefined
  return seeOther(refusal ? `${path}?${new URLSearchParams({ refused: refusal.sentence })}` : `${path}?done=yes`)
}
