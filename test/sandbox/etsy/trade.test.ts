import { expect, test } from 'vitest'
import { isRefusal } from '#app/kernel/refusal.ts'
import { happens, pick, seeded, whole } from '#sandbox/jeweler/chance.ts'
import type { ListingSeed } from '#sandbox/etsy/shop-manager.ts'
import { ENGRAVED, PENDANT, RING, given, openedShop, rewritten } from './opened-shop.ts'

const GOODS: ListingSeed[] = [RING, PENDANT, ENGRAVED]

/** The least a listing can be: pieces by what shares them, and whether it is on sale. */
type Model = { state: string; pieces: Map<string, number>; keyOf: Map<number, string> }

/** A thousand things that happen at random to a shop, each done to a plain model of it as well. */
async function trade(seed: number, steps: number) {
  const random = seeded(seed)
  const { shop, inventory, put, patch, receipts } = openedShop({ listings: GOODS })
  const models = new Map(shop.listings().map((listing, i) => [listing.listingId, modelOf(listing, GOODS[i]!)]))
  let sold = 0

  const buy = async (listingId: number, model: Model) => {
    const productId = pick(random, [...model.keyOf.keys()])
    const key = model.keyOf.get(productId)!
    const quantity = whole(random, 1, 3)
    const shown = model.state === 'active' ? model.pieces.get(key)! : 0
    const receipt = shop.buy({ lines: [{ listingId, productId, quantity }], paid: happens(random, 0.8) })
    expect(isRefusal(receipt)).toBe(quantity > shown)
    if (isRefusal(receipt)) return
    sold++
    model.pieces.set(key, shown - quantity)
    if (sum(model) === 0) model.state = 'sold_out'
  }
  const write = async (listingId: number, model: Model) => {
    const body = rewritten(await inventory(listingId))
    const ids = [...model.keyOf.keys()]
    const fresh = new Map([...model.pieces.keys()].map((key) => [key, whole(random, 0, 4)]))
    body.products.forEach((product, i) => (product.offerings[0]!.quantity = fresh.get(model.keyOf.get(ids[i]!)!)!))
    const { status } = await put(listingId, body)
    const nothing = [...fresh.values()].every((quantity) => quantity === 0)
    expect(status).toBe(nothing ? 400 : 200)
    if (!nothing) model.pieces = fresh
  }
  const turn = async (listingId: number, model: Model) => {
    const state = pick(random, ['active', 'inactive'])
    const { status } = await patch(listingId, { state })
    const empty = sum(model) === 0 && model.state !== 'sold_out'
    expect(status).toBe(state === 'active' && empty ? 400 : 200)
    if (status !== 200) return
    if (state === 'active' && model.state === 'sold_out') offerOne(model)
    model.state = state
  }
  const deeds = [buy, buy, buy, write, turn]

  for (let i = 0; i < steps; i++) {
    const [listingId, model] = pick(random, [...models])
    await pick(random, deeds)(listingId, model)
    const total = model.state === 'active' ? sum(model) : 0
    expect(shop.shown(listingId), `step ${i}`).toBe(total)
    expect(shop.listing(listingId)!.state, `step ${i}`).toBe(model.state)
    for (const [productId, key] of model.keyOf) {
      const shown = model.state === 'active' ? model.pieces.get(key) : 0
      expect(shop.shown(listingId, productId), `step ${i}`).toBe(shown)
    }
  }
  expect((await receipts('limit=1')).count).toBe(sold)
  return sold
}

function modelOf(
  listing: ReturnType<ReturnType<typeof openedShop>['shop']['listings']>[number],
  seed: ListingSeed,
): Model {
  const { products } = listing.inventory
  const key = (productId: number) => (seed.quantityOn ? 'all' : String(productId))
  return {
    state: listing.state,
    pieces: new Map(products.map((product) => [key(product.productId), product.quantity])),
    keyOf: new Map(products.map((product) => [product.productId, key(product.productId)])),
  }
}

const sum = ({ pieces }: Model) => [...pieces.values()].reduce((a, b) => a + b, 0)

function offerOne(model: Model) {
  const [first] = model.pieces.keys()
  model.pieces = new Map([...model.pieces.keys()].map((key) => [key, key === first ? 1 : 0]))
}

test.each([1, 2, 3])(
  'whatever happens, in whatever order, the shop shows what a plain model of it shows (seed %i)',
  async (seed) => {
    expect(await trade(seed, 400)).toBeGreaterThan(20)
  },
)

test('a listing that many buyers want at once sells each of its pieces once', () => {
  const { shop, first } = openedShop({ listings: [ENGRAVED] })
  const [one, other] = shop.listing(first)!.inventory.products
  const attempts = Array.from({ length: 20 }, (_, i) =>
    shop.buy({ lines: [{ listingId: first, productId: (i % 2 ? one : other)!.productId, quantity: 1 }] }),
  )
  expect(attempts.filter((attempt) => !isRefusal(attempt))).toHaveLength(4)
  expect(given(attempts[0]!).lines[0]!.title).toBe('Engraved band')
})
