import { controlAnswer } from './control.ts'
import { frontPage } from './front-page.ts'
import type { Fetch } from './http.ts'
import { adminAnswer } from './shopify/admin/admin.ts'
import { asset } from './shopify/admin/assets.ts'
import type { Desk } from './shopify/admin/desk.ts'
import { deskOf } from './shopify/desk-of-shop.ts'
import { storefrontAnswer } from './shopify/storefront/storefront.ts'
import type { Town } from './town.ts'

/** Everything behind Shopify's port: its API, its pages for people, and what belongs to the sandbox itself. */
export function shopifySide(town: Town): Fetch {
  return async (request) => {
    const url = new URL(request.url)
    if (request.headers.has('x-forwarded-host')) return town.shopify.fetch(request)
    // The app lets one origin frame it; pages at another name of this machine would stay empty.
    if (url.hostname === 'localhost') return elsewhere(url)
    return (await pages(town, request, url)) ?? town.shopify.fetch(request)
  }
}

function elsewhere(url: URL): Response {
  const there = new URL(url)
  there.hostname = '127.0.0.1'
  return new Response(null, { status: 307, headers: { location: String(there) } })
}

async function pages(town: Town, request: Request, { pathname }: URL): Promise<Response | undefined> {
  const desks = desksOf(town)
  if (pathname === '/') return frontPage(town, desks)
  if (pathname.startsWith('/__sandbox')) return controlAnswer(town, request)
  const file = request.method === 'GET' ? await asset(pathname) : undefined
  if (file) return file
  return (await adminAnswer({ desks, app: town.app }, request)) ?? storefrontAnswer(desks, request)
}

function desksOf({ shopify, knobs }: Town): Desk[] {
  return shopify.shops().map((shop) =>
    deskOf({
      shop,
      signIn(userId) {
        const stale = knobs.staleTokens > 0
        if (stale) knobs.staleTokens -= 1
        return shopify.sessionToken({ shop: shop.domain, userId, seconds: stale ? LONG_AGO : knobs.tokenSeconds })
      },
    }),
  )
}

/** Seconds: the library still takes a token ten seconds after its end. */
const LONG_AGO = -3_600
