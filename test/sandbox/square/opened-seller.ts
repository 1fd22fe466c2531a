import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { assert } from '#app/kernel/assert.ts'
import { type Refusal, isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createSquareSandbox, type SquareSandboxOptions } from '#sandbox/square/sandbox.ts'
import type { Violation } from '#sandbox/square/specification.ts'

/** Square's OpenAPI file, where the shared material lies beside the project; calls go unchecked where it does not. */
const FILE = resolve(import.meta.dirname, '../../../../shared/specs/square/square-api-2025-08-20.json')
export const SPECIFICATION = existsSync(FILE) ? FILE : undefined

export const APP = {
  name: 'Vitrine',
  applicationId: 'sq0idp-application',
  applicationSecret: 'sq0csp-secret',
  redirectUris: ['https://app.test/auth/square/callback'],
  webhook: { url: 'https://app.test/webhooks/square', signatureKey: 'signature-key' },
}

export const OPENED_AT = new Date('2026-03-01T10:00:00Z')

/** What an answer says; that it is what Square would say is the specification's to check. */
export type Reply = { status: number; headers: Headers; body: ReturnType<typeof JSON.parse> }

export type Opening = Partial<SquareSandboxOptions> & {
  /** Pieces of the ring at the first location. */
  rings?: number
  locations?: string[]
  /** Requests against the specification are meant: only the sandbox's answers are held to it. */
  badRequests?: boolean
}

/** A jeweler with a till whose owner has let the app in, on 1 March 2026 at ten; without limits unless the test asks. */
export function openedSeller({
  rings = 3,
  locations = ['Main Street', 'Harbour'],
  badRequests,
  ...options
}: Opening = {}) {
  const clock = new VirtualClock(OPENED_AT)
  const violations: Violation[] = []
  const delivered: { request: Request; at: Date }[] = []
  const sandbox = createSquareSandbox({
    clock,
    random: seeded(7),
    app: APP,
    limits: null,
    deliver: async (request) => (delivered.push({ request, at: clock.now() }), new Response()),
    ...(SPECIFICATION && { specification: SPECIFICATION, onViolation: (one) => void violations.push(one) }),
    ...options,
  })
  onTestFinished(() => {
    expect(badRequests ? violations.filter(({ side }) => side === 'answer') : violations).toEqual([])
  })
  const seller = sandbox.addSeller({ name: 'Moonstone Atelier', locations })
  const [main, harbour = main] = seller.locations().map(({ locationId }) => locationId)
  assert(main && harbour, 'There is a till')
  const ring = seller.addItem({
    name: 'Solitaire ring',
    variations: [{ name: '54', sku: 'R1-54', priceCents: 120_000, stock: { [main]: rings } }],
  }).variationIds[0]!
  const { accessToken, refreshToken } = seller.signIn()
  const call = async (
    method: string,
    path: string,
    json?: unknown,
    token: string | null = accessToken,
  ): Promise<Reply> => {
    const headers = new Headers({ 'square-version': '2025-08-20' })
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    if (json !== undefined) headers.set('content-type', 'application/json')
    const body = json === undefined ? null : JSON.stringify(json)
    const response = await sandbox.fetch(new Request(`https://square.test/${path}`, { method, headers, body }))
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const pass = (ms: number) => clock.runTo(new Date(clock.now().getTime() + ms))
  return { clock, pass, sandbox, seller, main, harbour, ring, call, accessToken, refreshToken, violations, delivered }
}

/** What a refusal's place in a test is never: the value that was given. */
export function given<T>(value: T | Refusal): T {
  assert(!isRefusal(value), isRefusal(value) ? value.sentence : '')
  return value
}
