import { createProduct } from './catalog.ts'
import { gid } from './gid.ts'
import { createLocation } from './locations.ts'
import type { News } from './news.ts'
import type { ShopSeed, StaffSeed } from './seed.ts'
import type { Env } from './settings.ts'
import { emptyStore, newId, type Store } from './store.ts'

// Each shop numbers from a start of its own, so that an id of one never means something in another.
const NUMBERS_PER_SHOP = 100_000_000_000

const OWNER: StaffSeed = { firstName: 'Ada', lastName: 'Finch', email: 'owner@example.com', isShopOwner: true }

/** A shop with its locations, products and stock. What it was opened with is not news. */
export function openStore(env: Env, seed: ShopSeed, index: number): Store {
  const start = (index + 1) * NUMBERS_PER_SHOP
  const store = emptyStore(env, {
    id: gid('Shop', start),
    domain: seed.domain,
    name: seed.name,
    email: seed.email ?? OWNER.email,
    currency: seed.currency ?? 'USD',
    timeZone: seed.timeZone ?? 'America/New_York',
    createdAt: env.clock.now().getTime(),
    lastNumber: start,
    // Shopify's first order is #1001.
    lastOrderNumber: 1_000,
  })
  for (const person of seed.staff ?? [OWNER]) {
    const { isShopOwner = false, locale = 'en', ...names } = person
    store.staff.push({ id: newId(store, 'StaffMember'), ...names, isShopOwner, locale })
  }
  const quiet: News = { add: () => {} }
  for (const location of seed.locations) createLocation(store, location, quiet)
  for (const product of seed.products ?? []) createProduct(store, product, quiet)
  if (seed.installed ?? true) Object.assign(store.installation, { installed: true, scopes: [...env.app.scopes] })
  return store
}
