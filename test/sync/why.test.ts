import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RULE_DECISIONS } from '#app/decide/rules.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { balancesAt, keepCheckpoints } from '#app/pool/balance-at.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import type { Move } from '#app/pool/movement.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import { runPreview } from '#app/sync/rule-preview.server.ts'
import { placesAt } from '#app/pool/places-at.server.ts'
import { archivePlace, editPlace } from '#app/sync/arrange-place.server.ts'
import { setCategory } from '#app/sync/category.server.ts'
import { type Derivation, recompute } from '#app/sync/derivation.ts'
import { whyNow, whyThen, type Why } from '#app/sync/why.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { decideBy, type Form } from '../support/deciding.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'
import { addItem, addListing, addStock, changeOf } from '../support/shop-rows.ts'

let database: FreshDatabase
let at: Publishing

beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => void (at = await openPublishing(database.pool)))

const now = (itemId: number) => whyNow(database.pool, at.shop.merchantId, { itemId, at: at.clock.now() })
const then = (itemId: number, moment: Date) => whyThen(database.pool, at.shop.merchantId, { itemId, at: moment })
const numbers = (why: Why[]) => why.map(({ should }) => should.quantity)
const sentences = ([why]: Why[]) => why?.should.steps.map(({ quantity, sentence }) => `${quantity} ${sentence}`)

const NO_MORE = {
  work: null,
  owner: 'ours' as const,
  partnerId: null,
  sellable: true,
  expectedHours: null,
  needsCheck: false,
}

let changes = 0
async function move(itemId: number, move: Omit<Move, 'itemId'>): Promise<void> {
  const moment = at.clock.now()
  const change = changeOf(at.shop, {
    key: `why/${(changes += 1)}`,
    reason: 'moved',
    occurredAt: moment,
    recordedAt: moment,
  })
  expect(await append(database.pool, change, [{ itemId, ...move }])).toBe('done')
}

async function rule(form: Form): Promise<number> {
  const who = { sync: at.sync, merchantId: at.shop.merchantId, actor: 'person/1', role: 'owner' as const }
  const asked = await decideBy(RULE_DECISIONS, { decision: 'rule-preview', change: 'save', ...form }, who)
  const { previewId } = asked.said as { previewId: number }
  await runPreview(at.sync, { merchantId: at.shop.merchantId, previewId })
  const done = await decideBy(RULE_DECISIONS, { decision: `rule-${form['change'] ?? 'save'}`, previewId }, who)
  return (done.said as { ruleId: number }).ruleId
}

describe('Why does Etsy show 2?', () => {
  it('is answered in sentences with links that add up, now', async () => {
    const { itemId, listingId } = await at.ring(5)
    const ruleId = await rule({ kind: 'safety_stock', quantity: 2, accountId: at.shop.etsy })
    await move(itemId, {
      quantity: 1,
      from: { locationId: at.shop.safe, state: 'available' },
      to: { locationId: at.shop.safe, state: 'held' },
    })
    const [why] = await now(itemId)
    expect(why).toMatchObject({ listingId, account: 'Etsy', told: null })
    expect(why?.should).toEqual({
      quantity: 2,
      steps: [
        { quantity: 4, sentence: '4 for sale in Safe', link: `location/${at.shop.safe}` },
        { quantity: 0, sentence: '1 in Safe on hold', link: `location/${at.shop.safe}` },
        { quantity: -2, sentence: 'safety stock of 2', link: `rule/${ruleId}@1` },
      ],
    })
  })

  it('is answered for a past second as it was answered then, whatever has happened since', async () => {
    const { itemId } = await at.ring(9)
    await at.settle()
    const said: { moment: Date; why: Why[] }[] = []
    const note = async () => {
      await at.settle()
      said.push({ moment: at.clock.now(), why: await now(itemId) })
      await at.pass(1_000)
    }
    await note()
    const ruleId = await rule({ kind: 'maximum', quantity: 4 })
    await note()
    await move(itemId, {
      quantity: 6,
      from: { locationId: at.shop.safe, state: 'available' },
      to: { locationId: at.shop.bench, state: 'in_work' },
    })
    await note()
    await rule({ ruleId, kind: 'maximum', quantity: 2 })
    await note()
    await rule({ change: 'end', ruleId })
    await note()
    expect(said.map(({ why }) => numbers(why))).toEqual([[9], [4], [3], [2], [3]])
    for (const { moment, why } of said) expect(await then(itemId, moment)).toEqual(why)
  })

  it('says the places as they were then: what they were called, and whether they sold', async () => {
    const { itemId } = await at.ring(9)
    await at.settle()
    const said: { moment: Date; why: Why[] }[] = []
    const note = async () => {
      await at.settle()
      said.push({ moment: at.clock.now(), why: await now(itemId) })
      await at.pass(1_000)
    }
    const who = { merchantId: at.shop.merchantId, actor: 'person/1' }
    const safe = { ...NO_MORE, locationId: at.shop.safe, name: 'Safe', kind: 'safe' as const }
    const become = async (words: object) =>
      expect(await editPlace(at.sync, who, { ...safe, ...words })).not.toHaveProperty('refused')
    await note()
    await become({ name: 'Vault' })
    await note()
    await become({ name: 'Vault', sellable: false })
    await note()
    await become({ name: 'Strongroom', sellable: true })
    await note()
    expect(said.map(({ why }) => sentences(why))).toEqual([
      ['9 9 for sale in Safe'],
      ['9 9 for sale in Vault'],
      ['0 9 in Vault, not a place that sells'],
      ['9 9 for sale in Strongroom'],
    ])
    for (const { moment, why } of said) expect(await then(itemId, moment)).toEqual(why)
  })

  it('says a place that was given up as it was while it was one', async () => {
    const { itemId } = await at.ring(2)
    await at.settle()
    const before = at.clock.now()
    await at.pass(1_000)
    await at.stock(itemId, -2)
    const who = { merchantId: at.shop.merchantId, actor: 'person/1' }
    expect(await archivePlace(at.sync, who, { locationId: at.shop.safe })).toEqual({ freed: [] })
    expect(numbers(await then(itemId, at.clock.now()))).toEqual([0])
    // The pieces of that test come and go at noon; the place was given up after it.
    expect((await placesAt(database.pool, at.shop.merchantId, before)).find(({ id }) => id === at.shop.safe)).toEqual({
      id: at.shop.safe,
      name: 'Safe',
      sellable: true,
    })
  })

  it('goes by the category the item had then', async () => {
    const { itemId } = await at.ring(9, 9, { category: 'Rings' })
    await rule({ kind: 'maximum', quantity: 4, category: 'Rings' })
    await at.settle()
    const moments = [at.clock.now()]
    const who = { merchantId: at.shop.merchantId, actor: 'person/1' }
    for (const category of ['Watches', 'Rings']) {
      await at.pass(1_000)
      expect(await setCategory(at.sync, who, { itemId, category })).toBeUndefined()
      await at.pass(1_000)
      moments.push(at.clock.now())
    }
    const shown = []
    for (const moment of moments) shown.push(...numbers(await then(itemId, moment)))
    expect(shown).toEqual([4, 9, 4])
  })

  it('says of every number ever sent what it was, from what was kept with it and from the books of that second', async () => {
    const { itemId } = await at.ring(9, 9, { category: 'Rings' })
    const who = { merchantId: at.shop.merchantId, actor: 'person/1' }
    const safe = { ...NO_MORE, locationId: at.shop.safe, name: 'Safe', kind: 'safe' as const }
    await rule({ kind: 'maximum', quantity: 5, category: 'Rings' })
    await at.settle()
    await setCategory(at.sync, who, { itemId, category: 'Watches' })
    await at.settle()
    await editPlace(at.sync, who, { ...safe, sellable: false })
    await at.settle()
    await editPlace(at.sync, who, { ...safe, name: 'Vault' })
    await at.settle()
    await setCategory(at.sync, who, { itemId, category: 'Rings' })
    await at.settle()
    const from = { locationId: at.shop.safe, state: 'available' as const }
    await move(itemId, { quantity: 6, from, to: { outside: 'lost' } })
    await at.settle()
    const text = 'SELECT quantity, sent_at AS at, derivation FROM publication WHERE merchant_id = $1 ORDER BY id'
    type Sent = { quantity: number; at: Date; derivation: Derivation }
    const { rows } = await database.pool.query<Sent>(text, [at.shop.merchantId])
    expect(rows.map(({ quantity }) => quantity)).toEqual([5, 9, 0, 9, 5, 3])
    for (const { quantity, at: moment, derivation } of rows) {
      expect(recompute(derivation)).toEqual({ quantity, steps: derivation.steps })
      expect((await then(itemId, moment))[0]?.should).toEqual({ quantity, steps: derivation.steps })
    }
  })

  it('says what the channel had been told by then, and what it did with it', async () => {
    const { itemId } = await at.ring(9)
    await at.settle()
    const before = at.clock.now()
    await at.pass(60_000)
    await at.stock(itemId, -2)
    await at.settle()
    expect(await then(itemId, before)).toMatchObject([{ told: null }])
    expect(await then(itemId, at.clock.now())).toMatchObject([{ told: { quantity: 7, outcome: 'accepted' } }])
  })

  it('has no step before the first piece came', async () => {
    const { itemId } = await at.ring(9)
    expect(sentences(await then(itemId, new Date('2020-01-01T00:00:00Z')))).toEqual([])
  })

  it('is no question of another shop’s', async () => {
    const { itemId } = await at.ring(9)
    const theirs = await openPublishing(database.pool)
    expect(await whyNow(database.pool, theirs.shop.merchantId, { itemId, at: at.clock.now() })).toEqual([])
    expect(await whyThen(database.pool, theirs.shop.merchantId, { itemId, at: at.clock.now() })).toEqual([])
  })

  it('has for Shopify what lies there, and no rule of another channel’s', async () => {
    const itemId = await addItem(database.pool, at.shop)
    await addStock(database.pool, at.shop, { itemId, place: at.shop.safe, available: 3 })
    await addListing(database.pool, at.shop, { account_id: at.shop.shopify, item_id: itemId })
    await rule({ kind: 'excluded', quantity: 1 })
    expect(numbers(await now(itemId))).toEqual([3])
    expect(numbers(await then(itemId, at.clock.now()))).toEqual([3])
  })
})

describe('Balances of a past second', () => {
  /** An item moved at random, a move a minute, with what there was after each. */
  async function history(moves: number) {
    const random = seeded(5)
    const itemId = await addItem(database.pool, at.shop)
    const seen: { moment: Date; stock: unknown }[] = []
    const states = ['available', 'held', 'in_work'] as const
    for (let i = 0; i < moves; i += 1) {
      const to = {
        locationId: random() < 0.5 ? at.shop.safe : at.shop.bench,
        state: states[Math.floor(random() * states.length)]!,
      }
      await move(itemId, { quantity: 1 + Math.floor(random() * 3), from: { outside: 'supplier' }, to })
      const { stock } = (await stockOf(database.pool, at.shop.merchantId, [itemId])).get(itemId)!
      seen.push({ moment: at.clock.now(), stock })
      await at.pass(60_000)
    }
    return { itemId, seen }
  }
  const balances = async (itemId: number, moment: Date) =>
    (await balancesAt(database.pool, { merchantId: at.shop.merchantId, itemId }, moment)).stock

  it('are what they were, from the beginning and from any checkpoint', async () => {
    const { itemId, seen } = await history(40)
    for (const { moment, stock } of seen) expect(await balances(itemId, moment)).toEqual(stock)
    const merchantId = at.shop.merchantId
    // As of ten minutes before: what is recorded late is in by then.
    expect(await keepCheckpoints(database.pool, merchantId, { now: at.clock.now(), many: 30 })).toBe(1)
    const { rows } = await database.pool.query<{ at: Date }>(
      'SELECT at FROM balance_checkpoint WHERE merchant_id = $1',
      [merchantId],
    )
    expect(rows.map((row) => row.at)).toEqual([new Date(at.clock.now().getTime() - 600_000)])
    for (const { moment, stock } of seen) expect(await balances(itemId, moment)).toEqual(stock)
    expect(await keepCheckpoints(database.pool, merchantId, { now: at.clock.now(), many: 30 })).toBe(0)
  })

  it('come from the checkpoint, and not from what is before it', async () => {
    const { itemId, seen } = await history(12)
    const merchantId = at.shop.merchantId
    await keepCheckpoints(database.pool, merchantId, { now: at.clock.now(), many: 1 })
    await database.pool.query(`UPDATE balance_checkpoint SET balances = '[]' WHERE merchant_id = $1`, [merchantId])
    expect(await balances(itemId, seen.at(-1)!.moment)).not.toEqual(seen.at(-1)!.stock)
  })
})
