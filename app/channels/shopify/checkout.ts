import { z } from 'zod'

/** What lies in a Shopify checkout, as its webhook tells it. `version`: when it changed last, ms. */
export type Checkout = { token: string; version: number; over: boolean; lines: { sku: string; quantity: number }[] }

const payload = z.object({
  token: z.string().min(1).max(200),
  updated_at: z.iso.datetime({ offset: true }),
  completed_at: z.string().nullish(),
  line_items: z
    .array(z.object({ sku: z.string().nullish(), quantity: z.int().min(1).max(10_000) }))
    .max(500)
    .default([]),
})

/** The checkout of a `checkouts/create` or `checkouts/update`; null when it says nothing that can be used. */
export function checkoutOf(told: unknown): Checkout | null {
  const read = payload.safeParse(told)
  if (!read.success) return null
  const { token, updated_at, completed_at, line_items } = read.data
  const lines = line_items.flatMap(({ sku, quantity }) => (sku ? [{ sku, quantity }] : []))
  return { token, version: Date.parse(updated_at), over: completed_at != null, lines }
}

const gone = z.object({ token: z.string().min(1).max(200) })

/** Which checkout a `checkouts/delete` speaks of; null where it names none. It runs out by itself then. */
export const checkoutGone = (told: unknown): string | null => gone.safeParse(told).data?.token ?? null
