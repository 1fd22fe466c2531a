import { z } from 'zod'

// The real-time inventory check, which eBay makes before a buyer pays:
// https://developer.ebay.com/api-docs/sell/static/inventory/realtime-inventory-check.html. Its sample asks for one SKU, its
// text says that one call must take several: both are understood, and answered in the form they came in.

const MOST = 100

const one = z.object({
  locationID: z.string().max(200).optional(),
  merchantLocationKey: z.string().max(200).optional(),
  SKU: z.string().min(1).max(200),
  fulfillmentType: z.string().max(40).optional(),
  requestedQuantity: z.int().min(1).max(100_000),
})

export type CheckLine = z.infer<typeof one>

/** `several`: it came as a list, and is answered as one. */
export type Check = { lines: CheckLine[]; several: boolean }

/** What eBay asks; null when it is nothing that we understand, which lets the sale through. */
export function checkIn(body: unknown): Check | null {
  const many = z.array(one).min(1).max(MOST).safeParse(body)
  if (many.success) return { lines: many.data, several: true }
  const single = one.safeParse(body)
  return single.success ? { lines: [single.data], several: false } : null
}

/** What is wanted of each SKU in all: two lines of one order want its pieces together. */
export function wantedIn({ lines }: Check): Map<string, number> {
  const wanted = new Map<string, number>()
  for (const { SKU, requestedQuantity } of lines) wanted.set(SKU, (wanted.get(SKU) ?? 0) + requestedQuantity)
  return wanted
}

/** `left`: pieces for sale by SKU; a SKU that is not in it is none of ours to refuse. `at`: when they were looked at. */
export function checkAnswer(check: Check, left: ReadonlyMap<string, number>, at: Date): unknown {
  const wanted = wantedIn(check)
  const rows = check.lines.map(({ SKU, locationID, merchantLocationKey, requestedQuantity }) => {
    const there = left.get(SKU)
    return {
      ...(locationID !== undefined && { locationID }),
      ...(merchantLocationKey !== undefined && { merchantLocationKey }),
      SKU,
      isAvailable: there === undefined || there >= (wanted.get(SKU) ?? requestedQuantity),
      totalAvailableQuantity: there ?? requestedQuantity,
      lastUpdated: at.getTime(),
    }
  })
  return check.several ? rows : rows[0]
}
