import type { EbayDeps } from '#app/channels/ebay/call.server.ts'
import { variantIdOf } from '#app/channels/ebay/choices.ts'
import { openEbay } from '#app/channels/ebay/connector.server.ts'
import { memoryOfProcess, notesIn } from '#app/channels/ebay/notes.ts'
import type { SetQuantity, WriteOutcome } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import { type Opening, openedAccount } from '#test/sandbox/ebay/opened-account.ts'

/** What went over the wire: 'GET sell/inventory/v1/offer?sku=P1', or the name of a Trading call. */
export type Sent = { lane: string; call: string; body: string }

/** Stands between the connector and eBay: undefined lets the request through. */
export type Tamper = (request: Request) => Promise<Response | undefined> | Response | undefined

type Limiter = EbayDeps['limiters']['inventory']

/** An account of the sandbox with a connector to it that has no limits. */
export function connectedAccount(opening: Opening = {}) {
  const opened = openedAccount(opening)
  const { clock, sandbox, seller } = opened
  const sent: Sent[] = []
  const learned: unknown[] = []
  let lane = ''
  let tamper: Tamper = () => undefined
  let token = opened.accessToken
  const free: Limiter = {
    run: (call, send) => {
      lane = call.lane
      return send((lesson) => void learned.push(lesson))
    },
  }
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    const trading = request.headers.get('x-ebay-api-call-name')
    const call = trading ?? `${request.method} ${decodeURIComponent(pathname.slice(1) + search)}`
    sent.push({ lane, call, body: await request.clone().text() })
    return (await tamper(request)) ?? sandbox.fetch(request)
  }
  const tokens = { accessToken: async () => token, refused: async () => void (token = seller.signIn().accessToken) }
  const limiters = { inventory: free, fulfillment: free, trading: free, notification: free }
  const deps: EbayDeps = { fetch, limiters, clock, tokens, apiUrl: 'https://api.ebay.com' }
  const notes = notesIn(memoryOfProcess())
  const connector = openEbay({ deps, notes })
  /** The listing's n-th variation, in our words. */
  const refOf = (listing: number, variation = 0): ListingRef => {
    const { listingId, variations } = present(seller.listings()[listing], `Listing ${listing}`)
    return {
      externalId: listingId,
      variantId: variantIdOf(present(variations[variation], `Variation ${variation}`).choices),
    }
  }
  const shown = ({ externalId, variantId }: ListingRef): number => {
    const listing = present(seller.listing(externalId), `Listing ${externalId}`)
    const variation = listing.variations.find(({ choices }) => variantIdOf(choices) === variantId)
    return seller.shown(externalId, present(variation, `Variation ${variantId}`).variationId)
  }
  return {
    ...opened,
    deps,
    notes,
    connector,
    sent,
    learned,
    refOf,
    shown,
    tamper: (how: Tamper) => void (tamper = how),
    calls: () => sent.map(({ call }) => call),
    tell(told: { ref: ListingRef; quantity: number; expected?: number | null }[]): Promise<WriteOutcome[]> {
      const changes = told.map(({ ref, quantity, expected = null }, i): SetQuantity => ({
        listingId: i + 1,
        ref,
        quantity,
        expected,
      }))
      sent.length = 0
      return connector.apply(connector.planWrites(changes))
    },
  }
}
