import { z } from 'zod'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { Shop as EtsyShop } from './etsy/shop.ts'
import { seeOther } from './markup.ts'
import type { Shop } from './shopify/shop.ts'
import type { Town } from './town.ts'

const store = z.string().default('adler-finch')
const pieces = z.int().min(1).default(1)
const share = z.number().min(0).max(1)

/** One thing a test may do from outside: what it has to say, and what it gets back. */
type Act<T> = { says: z.ZodType<T>; does: (town: Town, said: T) => unknown }
const act =
  <T>(says: z.ZodType<T>, does: Act<T>['does']) =>
  (town: Town, body: unknown) =>
    does(town, says.parse(body))

/** `POST /__sandbox/<name>` with these fields as JSON. */
const ACTS: Record<string, (town: Town, body: unknown) => unknown> = {
  'stale-session-tokens': act(z.object({ count: pieces }), ({ knobs }, { count }) => {
    knobs.staleTokens = count
  }),
  'session-token-seconds': act(z.object({ seconds: z.int() }), ({ knobs }, { seconds }) => {
    knobs.tokenSeconds = seconds
  }),
  latency: act(z.object({ ms: z.number().min(0) }), ({ knobs }, { ms }) => {
    knobs.latencyMs = ms
  }),
  buyers: act(z.object({ on: z.boolean() }), ({ buyers }, { on }) => (on ? buyers.come() : buyers.stay())),
  revoke: act(z.object({ store, refreshToo: z.boolean().default(false) }), (town, { store, refreshToo }) => {
    shopOf(town, store).revokeTokens({ refreshToo })
  }),
  install: act(z.object({ store }), (town, { store }) => shopOf(town, store).installApp()),
  uninstall: act(z.object({ store }), (town, { store }) => shopOf(town, store).uninstallApp()),
  scopes: act(z.object({ store, scopes: z.array(z.string()) }), (town, { store, scopes }) =>
    shopOf(town, store).changeScopes(scopes),
  ),
  'shopify-limits': act(
    z.object({ maximumAvailable: z.number(), restoreRate: z.number(), singleQueryMax: z.number() }).partial(),
    ({ shopify }, limits) => shopify.setLimits(limits),
  ),
  'shopify-faults': act(
    z.object({ drop: share, repeat: share, delayMs: z.number(), loseAnswer: share }).partial(),
    ({ shopify }, faults) => shopify.setFaults(faults),
  ),
  // The Etsy sandbox's own words: { limits, faults, switches }.
  etsy: act(z.looseObject({}), ({ etsy }, change) => etsy.configure(change)),
  // The Square sandbox's own words.
  square: act(z.looseObject({}), ({ square }, change) => square.configure(change)),
  'disconnect-square': act(z.object({}), ({ square }) => square.sellers().forEach((one) => one.disconnectApp())),
  'disconnect-etsy': act(z.object({}), ({ etsy }) => etsy.shops().forEach((shop) => shop.disconnectApp())),
  buy: act(
    z.object({
      channel: z.enum(['shopify', 'till', 'etsy', 'square']),
      store,
      sku: z.string(),
      quantity: pieces,
      location: z.string().default('Shop window'),
    }),
    buy,
  ),
  cancel: act(
    z.object({ channel: z.enum(['shopify', 'etsy']), store, order: z.union([z.string(), z.number()]) }),
    cancel,
  ),
  'set-stock': act(
    z.object({ store, sku: z.string(), location: z.string(), available: z.int() }),
    (town, { store, sku, location, available }) => {
      const shop = shopOf(town, store)
      const where = { idOrSku: sku, locationId: shop.location(location).id }
      return orRefusal(shop.editByStaff({ ...where, kind: 'set', name: 'available', quantity: available }))
    },
  ),
  'set-etsy-quantity': act(z.object({ sku: z.string(), quantity: z.int().min(0) }), ({ etsy }, { sku, quantity }) => {
    const { shop, listingId, productId } = listed(etsy.shops(), sku)
    return orRefusal(shop.editBySeller(listingId, { quantities: { [productId]: quantity } }))
  }),
}

const shopOf = ({ shopify }: Town, store: string): Shop => shopify.shop(`${store}.myshopify.com`)

const orRefusal = (result: unknown): Refusal | undefined => (isRefusal(result) ? result : undefined)

type Buy = {
  channel: 'shopify' | 'till' | 'etsy' | 'square'
  store: string
  sku: string
  quantity: number
  location: string
}

function buy(town: Town, { channel, store, sku, quantity, location }: Buy): { order: string | number } | Refusal {
  if (channel === 'etsy') {
    const { shop, listingId, productId } = listed(town.etsy.shops(), sku)
    const receipt = shop.buy({ lines: [{ listingId, productId, quantity }] })
    return isRefusal(receipt) ? receipt : { order: receipt.receiptId }
  }
  if (channel === 'square') return buyAtSquare(town, { sku, quantity })
  const shop = shopOf(town, store)
  const where =
    channel === 'till' ? { source: 'pos' as const, locationId: shop.location(location).id } : { source: 'web' as const }
  const order = shop.placeOrder({ ...where, lines: [{ sku, quantity }] })
  return isRefusal(order) ? order : { order: order.id }
}

/** At the first till of the business that sells it. */
function buyAtSquare({ square }: Town, line: { sku: string; quantity: number }): { order: string } | Refusal {
  const seller = square.sellers().find((one) => one.variations().some(({ sku }) => sku === line.sku))
  const till = seller?.locations()[0]
  if (!seller || !till) throw new Error(`No till sells the SKU "${line.sku}"`)
  const order = seller.sell({ locationId: till.locationId, lines: [line] })
  return isRefusal(order) ? order : { order: order.orderId }
}

type Cancel = { channel: 'shopify' | 'etsy'; store: string; order: string | number }

function cancel(town: Town, { channel, store, order }: Cancel): Refusal | undefined {
  if (channel === 'shopify') return orRefusal(shopOf(town, store).cancelOrder(String(order), { restock: true }))
  const shop = town.etsy.shops().find((s) => s.receipt(Number(order)))
  if (!shop) throw new Error(`Etsy has no order ${order}`)
  return orRefusal(shop.cancel(Number(order)))
}

/** The one variation on Etsy with this SKU. */
function listed(shops: EtsyShop[], sku: string) {
  const found = shops.flatMap((shop) =>
    shop
      .listings()
      .flatMap(({ listingId, inventory }) =>
        inventory.products.filter((p) => p.sku === sku).map(({ productId }) => ({ shop, listingId, productId })),
      ),
  )
  const [only, other] = found
  if (!only || other) throw new Error(`Etsy has ${found.length} variations with the SKU "${sku}"`)
  return only
}

/** What each channel shows and has of a SKU: `GET /__sandbox/stock?sku=…&store=…`. */
function stock(town: Town, query: URLSearchParams) {
  const sku = query.get('sku') ?? ''
  const shop = shopOf(town, query.get('store') ?? 'adler-finch')
  const places = shop.locations().map(({ id, name }) => [name, shop.available(sku, id)])
  const products = town.etsy
    .shops()
    .flatMap((etsyShop) =>
      etsyShop
        .listings()
        .flatMap(({ listingId, inventory }) =>
          inventory.products.filter((p) => p.sku === sku).map((p) => etsyShop.shown(listingId, p.productId)),
        ),
    )
  const tills = town.square.sellers().flatMap((seller) => {
    const variations = seller.variations().filter((one) => one.sku === sku)
    return variations.map(({ variationId }) =>
      Object.fromEntries(
        seller.locations().map(({ locationId, name }) => [name, seller.inStock(variationId, locationId)]),
      ),
    )
  })
  return { shopify: shop.shown(sku), available: Object.fromEntries(places), etsy: products, square: tills }
}

/**
 * What tests ask of the world from outside. A POST must be JSON: a page of the open web cannot send that here. A
 * refusal answers 409, what cannot be understood 400.
 */
export async function controlAnswer(town: Town, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const name = pathname.slice('/__sandbox/'.length)
  if (request.method === 'GET') {
    return name === 'stock' ? Response.json(stock(town, searchParams)) : Response.json({ acts: Object.keys(ACTS) })
  }
  if (name === 'buyers' && !isJson(request)) return buyersButton(town, await request.formData())
  const does = ACTS[name]
  if (!does || !isJson(request)) return Response.json({ error: `There is no act "${name}" in JSON.` }, { status: 404 })
  try {
    const result = does(town, await request.json())
    return Response.json(result ?? {}, { status: isRefusal(result) ? 409 : 200 })
  } catch (error) {
    return Response.json({ error: error instanceof Error ? error.message : String(error) }, { status: 400 })
  }
}

const isJson = (request: Request) => request.headers.get('content-type')?.startsWith('application/json') ?? false

function buyersButton({ buyers }: Town, form: FormData): Response {
  if (form.get('on') === 'true') buyers.come()
  else buyers.stay()
  return seeOther('/')
}
