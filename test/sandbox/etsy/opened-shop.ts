import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { assert } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { type Refusal, isRefusal } from '#app/kernel/refusal.ts'
import { type EtsySandboxOptions, createEtsySandbox } from '#sandbox/etsy/sandbox.ts'
import type { ListingSeed } from '#sandbox/etsy/shop-manager.ts'
import type { Violation } from '#sandbox/etsy/specification.ts'
import type { wireInventory, wireListingWith } from '#sandbox/etsy/wire-listing.ts'
import type { wireReceipt } from '#sandbox/etsy/wire-receipt.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'

/** Etsy's OpenAPI file, where the shared material lies beside the project; calls go unchecked where it does not. */
const FILE = resolve(import.meta.dirname, '../../../../shared/specs/etsy/etsy-oas-3.0.0.json')
export const SPECIFICATION = existsSync(FILE) ? FILE : undefined

export const SECRET = `whsec_${Buffer.from('the sandbox and the app share it').toString('base64')}`

export const APP = {
  name: 'Vitrine',
  keystring: 'keystring',
  sharedSecret: 'shared',
  redirectUris: ['https://app.test/etsy/callback'],
  webhook: { url: 'https://app.test/webhooks/etsy', secret: SECRET },
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
  products: [{ sku: 'P1', quantity: 1, priceCents: 90_000 }],
}

/** One size and no choice of metal for the quantity: `quantity_on_property` is empty, the pieces are shared. */
export const ENGRAVED: ListingSeed = {
  title: 'Engraved band',
  variations: ['Font'],
  quantityOn: [],
  products: [
    { sku: 'B1', choice: ['Script'], quantity: 4, priceCents: 5_000 },
    { sku: 'B1', choice: ['Block'], quantity: 4, priceCents: 5_000 },
  ],
}

export type Inventory = ReturnType<typeof wireInventory>
export type WireListing = ReturnType<typeof wireListingWith>
export type WireReceipt = ReturnType<typeof wireReceipt>
export type Page<T> = { count: number; results: T[] }

/** The body is taken at its word: that it is what Etsy would send is the specification's to check. */
export type Reply<T> = { status: number; body: T; headers: Headers }

type CallOptions = { json?: unknown; form?: Record<string, string>; token?: string | null; key?: string | null }

export type Opening = Partial<EtsySandboxOptions> & {
  listings?: ListingSeed[]
  /** Requests against the specification are meant: only the sandbox's answers are held to it. */
  badRequests?: boolean
}

/** A shop whose seller has let the app in, on 1 March 2026 at ten; without limits unless the test asks for them. */
export function openedShop({ listings = [RING, PENDANT], badRequests = false, ...options }: Opening = {}) {
  const clock = new VirtualClock(new Date('2026-03-01T10:00:00Z'))
  const violations: Violation[] = []
  const delivered: { request: Request; at: Date }[] = []
  const onViolation = (violation: Violation) => void violations.push(violation)
  const sandbox = createEtsySandbox({
    clock,
    random: seeded(7),
    app: APP,
    limits: null,
    deliver: async (request) => (delivered.push({ request, at: clock.now() }), new Response()),
    ...(SPECIFICATION && { specification: SPECIFICATION, onViolation }),
    ...options,
  })
  onTestFinished(() => {
    expect(badRequests ? violations.filter(({ side }) => side === 'answer') : violations).toEqual([])
  })
  const shop = sandbox.addShop({ name: 'Moonstone Atelier', listings })
  const { accessToken, refreshToken } = shop.signIn()
  const call = async <T = Record<string, unknown>>(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Reply<T>> => {
    const { json, form, token = accessToken, key } = options
    const headers = new Headers()
    if (key !== null) headers.set('x-api-key', key ?? 'keystring:shared')
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    if (json !== undefined) headers.set('content-type', 'application/json')
    const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json)
    const request = new Request(`https://etsy.test/v3/application/${path}`, { method, headers, ...(body && { body }) })
    const response = await sandbox.fetch(request)
    return { status: response.status, body: await response.json(), headers: response.headers }
  }
  const listingIds = shop.listings().map((listing) => listing.listingId)
  const inventory = async (listingId: number) => (await call<Inventory>('GET', `listings/${listingId}/inventory`)).body
  const put = <T = Inventory>(listingId: number, json: unknown) =>
    call<T>('PUT', `listings/${listingId}/inventory`, { json })
  const patch = (listingId: number, form: Record<string, string>) =>
    call<WireListing>('PATCH', `shops/${shop.shopId}/listings/${listingId}`, { form })
  const receipts = async (query = '') =>
    (await call<Page<WireReceipt>>('GET', `shops/${shop.shopId}/receipts?${query}`)).body
  const api = { call, inventory, put, patch, receipts }
  return {
    clock,
    sandbox,
    shop,
    ...api,
    accessToken,
    refreshToken,
    violations,
    delivered,
    listingIds,
    first: listingIds[0]!,
  }
}

/** What a refusal's place in a test is never: the value that was given. */
export function given<T>(value: T | Refusal): T {
  assert(!isRefusal(value), isRefusal(value) ? value.sentence : '')
  return value
}

/** An inventory as it was read, in the form a write needs, with some quantities changed by SKU. */
export function rewritten(read: Inventory, quantities: Record<string, number> = {}) {
  return {
    products: read.products.map((product) => ({
      sku: product.sku,
      property_values: product.property_values.map(({ scale_name: _, ...value }) => value),
      offerings: product.offerings.map((offering) => ({
        price: offering.price.amount / offering.price.divisor,
        quantity: quantities[product.sku] ?? offering.quantity,
        is_enabled: offering.is_enabled,
        readiness_state_id: offering.readiness_state_id,
      })),
    })),
    price_on_property: read.price_on_property,
    quantity_on_property: read.quantity_on_property,
    sku_on_property: read.sku_on_property,
    readiness_state_on_property: read.readiness_state_on_property,
  }
}
