import type { Etsy } from './etsy.ts'

export type Visit = { request: Request; body: string }

export async function storefront(_etsy: Etsy, _visit: Visit): Promise<Response> {
  return new Response('Not found', { status: 404 })
}
