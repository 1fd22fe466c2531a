import type { SquareDeps } from '#app/channels/square/call.server.ts'
import { openSquare } from '#app/channels/square/connector.server.ts'
import type { StockedThing } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { type Opening, openedSeller } from '#test/sandbox/square/opened-seller.ts'

/** What went over the wire: 'POST inventory/changes/batch-create'. */
export type Sent = { lane: string; call: string; body: ReturnType<typeof JSON.parse> }

/** Stands between the connector and Square: undefined lets the request through. */
export type Tamper = (request: Request) => Promise<Response | undefined> | Response | undefined

/** A jeweler's tills of the sandbox with a connector to them that has no limits, unless the test gives a limiter. */
export function connectedTill({ limiter, ...opening }: Opening & { limiter?: SquareDeps['limiter'] } = {}) {
  const opened = openedSeller(opening)
  const { clock, sandbox, seller, main } = opened
  const sent: Sent[] = []
  const learned: unknown[] = []
  let lane = ''
  let tamper: Tamper = () => undefined
  let token = opened.accessToken
  const free: SquareDeps['limiter'] = {
    run: (call, send) => {
      lane = call.lane
      return send((lesson) => void learned.push(lesson))
    },
  }
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    const text = await request.clone().text()
    const call = `${request.method} ${decodeURIComponent(pathname.replace('/v2/', '') + search)}`
    sent.push({ lane, call, body: text === '' ? null : JSON.parse(text) })
    return (await tamper(request)) ?? sandbox.fetch(request)
  }
  const tokens = { accessToken: async () => token, refused: async () => void (token = seller.signIn().accessToken) }
  const deps: SquareDeps = {
    fetch,
    limiter: limiter ?? free,
    clock,
    random: seeded(3),
    tokens,
    url: 'https://connect.square.test',
  }
  const connector = openSquare(deps)
  const lines = (quantity = 1) => [{ variationId: opened.ring, quantity }]
  const thing = async (variationId = opened.ring): Promise<StockedThing> =>
    present((await connector.thingsOf([{ externalId: variationId, variantId: '' }]))[0], `The thing ${variationId}`)
  return {
    ...opened,
    deps,
    connector,
    /** As another process has it: it remembers nothing of this one. */
    another: () => openSquare(deps),
    sent,
    /** Only the calls, of those that went out since `sent` was last emptied. */
    calls: () => sent.map(({ call }) => call),
    learned,
    tamper: (how: Tamper) => void (tamper = how),
    lines,
    thing,
    ref: { externalId: opened.ring, variantId: '' },
    has: (variationId = opened.ring, locationId = main) => seller.inStock(variationId, locationId),
  }
}
