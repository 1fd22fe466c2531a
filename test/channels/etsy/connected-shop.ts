import { openEtsy } from '#app/channels/etsy/connector.server.ts'
import type { EtsyDeps } from '#app/channels/etsy/call.server.ts'
import type { SetQuantity, WriteOutcome } from '#app/channels/connector.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import type { ListingSnapshot } from '#app/kernel/listing-snapshot.ts'
import { present } from '#app/kernel/assert.ts'
import { type Opening, openedShop } from '#test/sandbox/etsy/opened-shop.ts'

/** What went over the wire: 'GET shops/1/receipts?limit=100'. */
export type Sent = { lane: string; call: string; body: string }

/** Stands between the connector and Etsy: undefined lets the request through. */
export type Tamper = (request: Request) => Promise<Response | undefined> | Response | undefined

type Limiter = EtsyDeps['limiter']

/** A shop of the sandbox with a connector to it that has no limits, unless the test gives a limiter. */
export function connectedShop({ limiter, ...opening }: Opening & { limiter?: Limiter } = {}) {
  const opened = openedShop(opening)
  const { clock, sandbox, shop } = opened
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
    const call = `${request.method} ${decodeURIComponent(pathname.replace('/v3/application/', '') + search)}`
    sent.push({ lane, call, body: await request.clone().text() })
    return (await tamper(request)) ?? sandbox.fetch(request)
  }
  const tokens = { accessToken: async () => token, refused: async () => void (token = shop.signIn().accessToken) }
  const keys = { apiUrl: 'https://openapi.etsy.com', keystring: 'keystring', sharedSecret: 'shared' }
  const deps: EtsyDeps = { fetch, limiter: limiter ?? free, clock, tokens, ...keys }
  const connector = openEtsy({ shopId: String(shop.shopId), deps })
  const snapshots = async (): Promise<ListingSnapshot[]> => {
    const rows: ListingSnapshot[] = []
    for (let cursor: string | null = null; ;) {
      const page = await connector.listings(cursor)
      rows.push(...page.rows)
      cursor = page.next
      if (cursor === null) return rows
    }
  }
  const refOf = async (sku: string): Promise<ListingRef> =>
    present(
      (await snapshots()).find((one) => one.sku === sku),
      `A listing with SKU ${sku}`,
    ).ref
  return {
    ...opened,
    deps,
    connector,
    sent,
    learned,
    tamper: (how: Tamper) => void (tamper = how),
    snapshots,
    refOf,
    /** Tells it numbers by SKU, as far as those are unlike; what it expects is left open unless it is said. */
    async tell(told: Record<string, number | [quantity: number, expected: number]>): Promise<WriteOutcome[]> {
      const changes: SetQuantity[] = []
      for (const [sku, what] of Object.entries(told)) {
        const [quantity, expected] = typeof what === 'number' ? [what, null] : what
        changes.push({ listingId: changes.length + 1, ref: await refOf(sku), quantity, expected })
      }
      sent.length = 0
      return connector.apply(connector.planWrites(changes))
    },
  }
}
