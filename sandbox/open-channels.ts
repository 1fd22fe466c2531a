import { z } from 'zod'
import { CannotStart } from './cannot-start.ts'
import { createEtsySandbox, type EtsySandbox } from './etsy/sandbox.ts'
import { adlerFinch, northlight } from './jeweler/adler-finch.ts'
import { etsySeed, recordOpenReceipts } from './jeweler/open-etsy.ts'
import { placeOpenOrders, shopifySeed } from './jeweler/open-shopify.ts'
import { openTill } from './jeweler/open-square.ts'
import { createShopifySandbox, type SavedSandbox, type ShopifySandbox } from './shopify/sandbox.ts'
import { createSquareSandbox, type SquareSandbox } from './square/sandbox.ts'
import type { WorldOptions } from './world-options.ts'

export type Channels = {
  shopify: ShopifySandbox
  etsy: EtsySandbox
  square: SquareSandbox
  /** Everything, as plain JSON data. */
  save: () => SavedChannels
  firstStore: string
}

export type SavedChannels = {
  format: 1
  shopify: SavedSandbox
  etsy: ReturnType<EtsySandbox['save']>
  square: ReturnType<SquareSandbox['save']>
}

// The sandboxes check their own part; this says only whose file it is.
const savedChannels = z.object({
  format: z.literal(1),
  shopify: z.custom<SavedSandbox>(),
  etsy: z.unknown(),
  square: z.unknown().optional(),
})

export type Opening = {
  /** What `save` gave; undefined: the jeweler's shop as it is on the first day. */
  saved: unknown
  /** Told after anything that `save` would write differently. */
  onChange: () => void
}

/** Opens Shopify, Etsy and Square with the jeweler's shops in them. Throws CannotStart when what was saved is of another form. */
export function openChannels(options: WorldOptions, { saved, onChange }: Opening): Channels {
  const shopify = openShopify(options, onChange)
  const etsy = openEtsy(options, onChange)
  const square = openSquare(options, onChange)
  if (saved === undefined) firstDay(options, { shopify, etsy, square })
  else {
    const state = savedChannels.safeParse(saved).data
    if (!state)
      throw new CannotStart('The sandbox’s state is of another version; start afresh with: npm run demo -- --reset')
    shopify.load(state.shopify)
    etsy.load(state.etsy)
    // A world from before there were tills gets them as on its first day.
    if (state.square === undefined) tills(options, square)
    else square.load(state.square)
  }
  const firstStore = (shopify.shops()[0]?.domain ?? '').replace(/\.myshopify\.com$/, '')
  const save = () => ({ format: 1 as const, shopify: shopify.save(), etsy: etsy.save(), square: square.save() })
  return { shopify, etsy, square, firstStore, save }
}

/** Adler & Finch has the app, sells on Etsy and has a till; Northlight has none of them yet. */
function firstDay(options: WorldOptions, { shopify, etsy, square }: Omit<Channels, 'save' | 'firstStore'>): void {
  const { clock, seed } = options
  for (const jeweler of [adlerFinch(seed), northlight(seed)]) {
    const shop = shopify.addShop(shopifySeed(jeweler))
    placeOpenOrders(shop, jeweler, clock.now())
    if (jeweler.etsy.listings.length > 0) shop.installApp()
    recordOpenReceipts(etsy.addShop(etsySeed(jeweler.etsy)), jeweler.etsy, clock.now())
  }
  tills(options, square)
}

const tills = ({ seed }: WorldOptions, square: SquareSandbox) => openTill(square, adlerFinch(seed))

function openShopify({ clock, random, app, ports }: WorldOptions, onChange: () => void): ShopifySandbox {
  const { apiKey, apiSecret, url, scopes, webhooks, name } = app
  // Results of bulk operations are fetched from where this world listens. On any free port: from the shop's address.
  const publicUrl = ports.shopify === 0 ? {} : { publicUrl: `http://127.0.0.1:${ports.shopify}` }
  const registered = { apiKey, apiSecret, url, scopes, webhooks, name }
  return createShopifySandbox({ clock, random, app: registered, onChange, ...publicUrl })
}

/** Where the app has its pages for Etsy: registered there by hand, as Etsy has no API for it. */
const ETSY_CALLBACK = '/auth/etsy/callback'
const ETSY_WEBHOOK = '/webhooks/etsy'

function openEtsy({ clock, random, app, etsySpecification }: WorldOptions, onChange: () => void): EtsySandbox {
  const registered = {
    name: app.name,
    keystring: app.etsyKeystring,
    sharedSecret: app.etsySharedSecret,
    redirectUris: [app.url + ETSY_CALLBACK],
    webhook: { url: app.url + ETSY_WEBHOOK, secret: app.etsyWebhookSecret },
  }
  const checked = etsySpecification === undefined ? {} : { specification: etsySpecification }
  return createEtsySandbox({ clock, random, app: registered, onChange, ...checked })
}

const SQUARE_CALLBACK = '/auth/square/callback'
const SQUARE_WEBHOOK = '/webhooks/square'

function openSquare({ clock, random, app, squareSpecification }: WorldOptions, onChange: () => void): SquareSandbox {
  const registered = {
    name: app.name,
    applicationId: app.squareApplicationId,
    applicationSecret: app.squareApplicationSecret,
    redirectUris: [app.url + SQUARE_CALLBACK],
    webhook: { url: app.url + SQUARE_WEBHOOK, signatureKey: app.squareWebhookKey },
  }
  const checked = squareSpecification === undefined ? {} : { specification: squareSpecification }
  return createSquareSandbox({ clock, random, app: registered, onChange, ...checked })
}
