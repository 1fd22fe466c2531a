import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { assert } from '#app/kernel/assert.ts'
import { type Refusal, isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { type Element, readXml, tag, type Xml } from '#app/kernel/xml.ts'
import { type EbaySandboxOptions, createEbaySandbox } from '#sandbox/ebay/sandbox.ts'
import type { ListingSeed } from '#sandbox/ebay/selling.ts'
import type { Violation } from '#sandbox/ebay/specification.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'

/** eBay's OpenAPI files, where the shared material lies beside the project; calls go unchecked where they do not. */
const FOLDER = resolve(import.meta.dirname, '../../../../shared/specs/ebay')
export const SPECIFICATIONS = existsSync(FOLDER) ? FOLDER : undefined

export const APP = {
  name: 'Vitrine',
  clientId: 'Vitrine-app-PRD-1',
  clientSecret: 'PRD-secret',
  ruName: 'Vitrine-Vitrinea-Vitrin-abcdef',
  acceptUrl: 'https://app.test/auth/ebay/callback',
  declineUrl: 'https://app.test/auth/ebay/callback',
}

export const RING: ListingSeed = {
  title: 'Solitaire ring',
  variations: ['Ring size', 'Metal'],
  products: [
    { sku: 'R1-6-Y', choice: ['6', 'Yellow gold'], quantity: 2, priceCents: 12_000 },
    { sku: 'R1-7-Y', choice: ['7', 'Yellow gold'], quantity: 3, priceCents: 12_000 },
    { sku: 'R1-6-W', choice: ['6', 'White gold'], quantity: 1, priceCents: 14_000 },
  ],
}

export const PENDANT: ListingSeed = {
  title: 'Opal pendant',
  products: [{ sku: 'P1', quantity: 4, priceCents: 90_000 }],
}

/** Made on the website, by hand. */
export const BROOCH: ListingSeed = {
  title: 'Pearl brooch',
  via: 'trading',
  products: [{ sku: 'B1', quantity: 5, priceCents: 30_000 }],
}

export const AUCTION: ListingSeed = {
  title: 'Art Deco clip',
  via: 'trading',
  format: 'AUCTION',
  products: [{ sku: 'A1', quantity: 1, priceCents: 10_000 }],
}

export type Opening = Partial<EbaySandboxOptions> & {
  listings?: ListingSeed[]
  /** Requests against the specification are meant: only the sandbox's answers are held to it. */
  badRequests?: boolean
}

/** The body is taken at its word: that it is what eBay would send is the specification's to check. */
export type Reply<T> = { status: number; body: T; headers: Headers }

export type Errors = { errors: { errorId: number; message: string }[] }

type CallOptions = { json?: unknown; token?: string | null; headers?: Record<string, string> }

const START = '2026-03-01T10:00:00Z'

/** An account whose owner has let the app in, on 1 March 2026 at ten; without limits unless the test asks for them. */
export function openedAccount({ listings = [RING, PENDANT, BROOCH], badRequests = false, ...options }: Opening = {}) {
  const clock = new VirtualClock(new Date(START))
  const violations: Violation[] = []
  const delivered: { request: Request; at: Date }[] = []
  const sandbox = createEbaySandbox({
    clock,
    random: seeded(7),
    app: APP,
    limits: null,
    deliver: async (request) => {
      delivered.push({ request, at: clock.now() })
      return new Response(null, { status: 204 })
    },
    ...(SPECIFICATIONS && { specifications: SPECIFICATIONS }),
    onViolation: (violation) => void violations.push(violation),
    ...options,
  })
  onTestFinished(() => {
    expect(badRequests ? violations.filter(({ side }) => side === 'answer') : violations).toEqual([])
  })
  const seller = sandbox.addSeller({ username: 'moonstone-atelier', listings })
  const { accessToken, refreshToken } = seller.signIn()
  const call = async <T = Errors>(method: string, path: string, options: CallOptions = {}): Promise<Reply<T>> => {
    const { json, token = accessToken, headers: extra = {} } = options
    const headers = new Headers({ 'content-type': 'application/json', ...extra })
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const response = await sandbox.fetch(new Request(`https://api.ebay.test${path}`, { method, headers, ...body }))
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
  }
  const trading = async (name: string, content: Xml[], token = accessToken): Promise<Element> => {
    const headers = {
      'x-ebay-api-call-name': name,
      'x-ebay-api-iaf-token': token,
      'x-ebay-api-compatibility-level': '1193',
      'x-ebay-api-siteid': '0',
    }
    const { xml } = tag(`${name}Request`, content, { xmlns: 'urn:ebay:apis:eBLBaseComponents' })
    const response = await sandbox.fetch(
      new Request('https://api.ebay.test/ws/api.dll', { method: 'POST', headers, body: xml }),
    )
    const answer = readXml(await response.text())
    assert(answer, `The answer to ${name} is no XML`)
    return answer
  }
  const listingIds = seller.listings().map(({ listingId }) => listingId)
  return { clock, sandbox, seller, call, trading, accessToken, refreshToken, violations, delivered, listingIds }
}

/** What a refusal's place in a test is never: the value that was given. */
export function given<T>(value: T | Refusal): T {
  assert(!isRefusal(value), isRefusal(value) ? value.sentence : '')
  return value
}
