import { type Refusal, isRefusal, refuse } from '#app/kernel/refusal.ts'
import { seeOther } from '../markup.ts'
import { askConsent, consentGiven } from './consent.ts'
import { type Ebay, sellerOf } from './ebay.ts'
import { listingPage, ordersPage, sellerPage, sellersPage } from './pages.ts'
import { notThere, page } from './page.ts'
import { sellerHandle } from './seller.ts'
import type { Listing, Order } from './world.ts'

type Fields = Record<string, string>
type Visit = { request: Request; body: string }

/** Everything at eBay that is not an API: pages for people, and their buttons. */
export async function storefront(ebay: Ebay, { request, body }: Visit): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const query = Object.fromEntries(searchParams)
  const fields = Object.fromEntries(new URLSearchParams(body))
  const posts = request.method === 'POST'
  if (pathname === '/oauth2/authorize') return posts ? consentGiven(ebay, fields) : askConsent(ebay, query)
  if (pathname === '/') return page('Sellers', sellersPage(ebay))
  const [, place, id = '', section, second = '', action = ''] = pathname.split('/')
  const listing = place === 'itm' ? ebay.world.listings.get(id) : undefined
  if (listing)
    return posts
      ? atListing(ebay, listing, { section, fields })
      : page(listing.title, listingPage(ebay, listing, query))
  if (place !== 'usr' || !ebay.world.sellers.has(id)) return notThere()
  if (posts && section === 'orders') return atOrder(ebay, { userId: id, orderId: second, action, fields })
  if (section === 'orders') return page('Orders', ordersPage(ebay, sellerOf(ebay, id), query))
  return page(sellerOf(ebay, id).username, sellerPage(ebay, sellerOf(ebay, id)))
}

/** POST /itm/{id}/buy, by a buyer; /edit, /end and /bid with `variation_id` and `quantity` where they say something. */
async function atListing(
  ebay: Ebay,
  listing: Listing,
  { section = '', fields }: { section: string | undefined; fields: Fields },
) {
  const { listingId, userId } = listing
  const seller = sellerHandle(ebay, userId)
  const variationId = fields.variation_id ?? listing.variations[0]?.variationId ?? ''
  const quantity = Number(fields.quantity ?? 1)
  const wrong = () => refuse('invalid', 'That is no number of pieces.')
  const acts: Record<string, () => Listing | Readonly<Order> | Refusal | Promise<Readonly<Order> | Refusal>> = {
    buy: () => seller.buy({ lines: [{ listingId, variationId, quantity }], paid: fields.paid !== 'false' }),
    edit: () =>
      Number.isInteger(quantity) && quantity >= 0
        ? seller.editBySeller(listingId, { quantities: { [variationId]: quantity } })
        : wrong(),
    end: () => seller.end(listingId),
    bid: () => seller.bid(listingId),
  }
  const act = Object.hasOwn(acts, section) ? acts[section] : undefined
  if (!act) return notThere()
  const done = await act()
  if (isRefusal(done)) return seeOther(`/itm/${listingId}?${new URLSearchParams({ refused: done.sentence })}`)
  return seeOther(
    `/itm/${listingId}?${new URLSearchParams({ done: 'orderId' in done ? `Order ${done.orderId} is placed.` : 'Saved.' })}`,
  )
}

type AtOrder = { userId: string; orderId: string; action: string; fields: Fields }

/** POST /usr/{id}/orders/{id}/cancel, request, ship, pay, or refund with `amount` in minor units. */
function atOrder(ebay: Ebay, { userId, orderId, action, fields }: AtOrder): Response {
  const seller = sellerHandle(ebay, userId)
  const acts: Record<string, () => Readonly<Order> | Refusal> = {
    cancel: () => seller.cancel(orderId),
    request: () => seller.requestCancel(orderId),
    ship: () => seller.ship(orderId),
    pay: () => seller.pay(orderId),
    refund: () => seller.refund(orderId, { amount: Number(fields.amount) }),
  }
  const act = Object.hasOwn(acts, action) ? acts[action] : undefined
  if (!act) return notThere()
  const done = act()
  const news: Fields = isRefusal(done) ? { refused: done.sentence } : { done: `Order ${orderId} is changed.` }
  return seeOther(`/usr/${userId}/orders?${new URLSearchParams(news)}`)
}
