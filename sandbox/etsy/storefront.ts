import { z } from 'zod'
import { type Refusal, isRefusal, refuse } from '#app/kernel/refusal.ts'
import { askConsent, consentGiven } from './consent.ts'
import { type Etsy, shopOf } from './etsy.ts'
import { notThere, page } from './html.ts'
import { listingPage } from './listing-page.ts'
import { receiptsPage } from './receipts-page.ts'
import { shopHandle } from './shop.ts'
import { shopPage, shopsPage } from './shop-page.ts'
import { wireListingWith } from './wire-listing.ts'
import { wireReceipt } from './wire-receipt.ts'
import type { Listing, Receipt } from './world.ts'

export type Visit = {
  method: string
  path: string
  query: Record<string, string>
  /** What was filled in: a form, or flat JSON. */
  fields: Record<string, string>
  /** The visitor is a program that asks for JSON; a person's browser is sent on to a page instead. */
  json: boolean
}

/** Everything at Etsy that is not the API: pages for people, and their buttons, which programs may press as well. */
export function storefront(etsy: Etsy, visit: Visit): Response {
  const { method, path } = visit
  if (path === '/oauth/connect') {
    return method === 'POST' ? consentGiven(etsy, visit.fields) : askConsent(etsy, visit.query)
  }
  if (path === '/') return page('Shops', shopsPage(etsy))
  const [, place, number, section, second, action] = path.split('/')
  const id = Number(number)
  if (place === 'listing' && etsy.world.listings.has(id)) return atListing(etsy, visit, { listingId: id, section })
  if (place !== 'shop' || !etsy.world.shops.has(id)) return notThere()
  if (method === 'GET' && section === undefined) return page(shopOf(etsy, id).name, shopPage(etsy, id))
  if (method === 'GET' && section === 'receipts' && !second) return page('Orders', receiptsPage(etsy, id, visit.query))
  if (method === 'POST' && section === 'receipts') {
    return atReceipt(etsy, visit, { shopId: id, receiptId: Number(second), action })
  }
  return notThere()
}

type AtListing = { listingId: number; section: string | undefined }

/**
 * The listing's page, and two ways to change it: POST /listing/{id}/buy with `product_id`, `quantity` and, for a payment
 * that hangs, `paid=false`; POST /listing/{id}/edit, by its seller, with `product_id` and `quantity`, or with `state`.
 */
function atListing(etsy: Etsy, visit: Visit, { listingId, section }: AtListing): Response {
  const listing = etsy.world.listings.get(listingId)!
  const show = (refusal?: Refusal) =>
    page(listing.title, listingPage(etsy, listing, { ...visit.query, refusal }), refusal ? 409 : 200)
  if (visit.method === 'GET' && section === undefined) return show()
  if (visit.method !== 'POST' || (section !== 'buy' && section !== 'edit')) return notThere()
  const done = section === 'buy' ? buyNow(etsy, listing, visit.fields) : editNow(etsy, listing, visit.fields)
  if (visit.json) return asJson(etsy, done)
  if (isRefusal(done)) return show(done)
  return seeOther(`/listing/${listingId}?${'receiptId' in done ? `ordered=${done.receiptId}` : 'saved=yes'}`)
}

function buyNow(etsy: Etsy, { listingId, shopId }: Listing, { product_id, quantity = '1', paid }: Visit['fields']) {
  const line = { listingId, quantity: Number(quantity), ...(product_id && { productId: Number(product_id) }) }
  return shopHandle(etsy, shopId).buy({ lines: [line], paid: paid !== 'false' })
}

const edited = z.object({
  product_id: z.coerce.number().int().optional(),
  quantity: z.coerce.number().int().min(0).optional(),
  state: z.enum(['active', 'inactive']).optional(),
})

function editNow(etsy: Etsy, { listingId, shopId, inventory }: Listing, fields: Visit['fields']) {
  const edit = edited.safeParse(fields)
  if (!edit.success) return refuse('invalid', 'That is no quantity and no state of a listing.')
  const { product_id: productId = inventory.products[0]!.productId, quantity, state } = edit.data
  const quantities = quantity === undefined ? undefined : { [productId]: quantity }
  return shopHandle(etsy, shopId).editBySeller(listingId, {
    ...(quantities && { quantities }),
    ...(state && { state }),
  })
}

const DONE: Record<string, string> = {
  cancel: 'Order # is canceled.',
  ship: 'Order # is shipped.',
  pay: 'Order # is paid.',
  refund: 'Part of order # is refunded.',
}

type AtReceipt = { shopId: number; receiptId: number; action: string | undefined }

/** POST /shop/{id}/receipts/{id}/cancel, ship, pay, or refund with `amount` in minor units. */
function atReceipt(etsy: Etsy, visit: Visit, { shopId, receiptId, action }: AtReceipt): Response {
  const shop = shopHandle(etsy, shopId)
  const actions: Record<string, () => Readonly<Receipt> | Refusal> = {
    cancel: () => shop.cancel(receiptId),
    ship: () => shop.ship(receiptId),
    pay: () => shop.pay(receiptId),
    refund: () => shop.refundPartially(receiptId, { amount: Number(visit.fields.amount) }),
  }
  const act = Object.hasOwn(actions, action ?? '') ? actions[action!] : undefined
  if (!act) return notThere()
  const done = act()
  if (visit.json) return asJson(etsy, done)
  const news = isRefusal(done) ? ['refused', done.sentence] : ['done', DONE[action!]!.replace('#', String(receiptId))]
  return seeOther(`/shop/${shopId}/receipts?${new URLSearchParams([news])}`)
}

function asJson(etsy: Etsy, result: Readonly<Receipt> | Readonly<Listing> | Refusal): Response {
  if (isRefusal(result)) return Response.json(result, { status: 409 })
  const shop = shopOf(etsy, result.shopId)
  return Response.json(
    'receiptId' in result ? wireReceipt(result, shop) : wireListingWith(result, { shop, owner: true }, true),
  )
}

const seeOther = (location: string): Response => new Response(null, { status: 303, headers: { location } })
