import { describe, expect, test } from 'vitest'
import type { MirrorChange, MirrorMove } from '#app/channels/connector.ts'
import { planChanges, splitCall } from '#app/channels/square/plan-changes.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import { given, type Opening } from '#test/sandbox/square/opened-seller.ts'
import { connectedTill } from './connected-till.ts'

type Told = Partial<MirrorMove> & { key?: string; reason?: string; variation?: string }

function opened(opening: Opening = {}) {
  const world = connectedTill(opening)
  const { ref, main, connector } = world
  const change = ({ key = 'order/9/1042/sold/1', reason = 'sold', variation, ...move }: Told = {}): MirrorChange => ({
    key,
    reason,
    cause: 'order/9/1042',
    moves: [
      {
        ref: variation ? { externalId: variation, variantId: '' } : ref,
        externalLocationId: main,
        quantity: 1,
        from: 'available',
        to: 'reserved',
        ...move,
      },
    ],
  })
  const tell = (told: Told = {}) => connector.mirror(change(told))
  const written = () =>
    world.sent.filter(({ call }) => call === 'POST inventory/changes/batch-create').map(({ body }) => body)
  return { ...world, change, tell, written }
}

const ACCEPTED = { outcome: 'accepted', reason: null }

describe('what moved in our pool is said as what leaves or enters what is for sale', () => {
  test.each([
    ['available', 'reserved', 'sold', 'IN_STOCK>SOLD', -1],
    ['available', 'held', 'held', 'IN_STOCK>SOLD', -1],
    ['available', 'in_work', 'moved', 'IN_STOCK>SOLD', -1],
    ['available', 'damaged', 'damaged', 'IN_STOCK>WASTE', -1],
    ['available', null, 'lost', 'IN_STOCK>WASTE', -1],
    ['available', null, 'moved', 'IN_STOCK>SOLD', -1],
    ['reserved', 'available', 'cancelled', 'NONE>IN_STOCK', 1],
    [null, 'available', 'received', 'NONE>IN_STOCK', 1],
    [null, 'available', 'came back', 'UNLINKED_RETURN>IN_STOCK', 1],
  ] as const)('%s to %s, for it was %s: %s', async (from, to, reason, states, more) => {
    const { tell, written, has } = opened()
    expect(await tell({ from, to, reason })).toEqual(ACCEPTED)
    const { adjustment } = written()[0].changes[0]
    expect(`${adjustment.from_state}>${adjustment.to_state}`).toBe(states)
    expect(has()).toBe(3 + more)
  })

  test.each([
    ['reserved', null],
    ['held', 'reserved'],
    [null, 'incoming'],
    ['in_work', 'damaged'],
  ] as const)('%s to %s is nothing that Square has, and takes no call', async (from, to) => {
    const { tell, sent } = opened()
    expect(await tell({ from, to })).toEqual(ACCEPTED)
    expect(sent).toEqual([])
  })

  test('never as a count: a sale of the till a second before is not written over', async () => {
    const { tell, seller, main, lines, has, written } = opened({ rings: 5 })
    given(seller.sell({ locationId: main, lines: lines(2) }))
    await tell({ quantity: 1 })
    expect(has()).toBe(2)
    expect(written().flatMap(({ changes }) => changes.map(({ type }: { type: string }) => type))).toEqual([
      'ADJUSTMENT',
    ])
  })

  test('and commutes with a sale that a till without network tells of an hour later', async () => {
    const { tell, seller, main, lines, has, pass } = opened({ rings: 5 })
    seller.sellOffline({ locationId: main, lines: lines(1) })
    await pass(1_000)
    await tell({ quantity: 2 })
    await pass(3_600_000)
    seller.upload()
    expect(has()).toBe(2)
  })
})

describe('a call of many changes', () => {
  const many = (count: number, move: MirrorMove): MirrorChange => ({
    key: 'k',
    reason: 'sold',
    cause: 'order/9/1',
    moves: Array.from({ length: count }, (_, n) => ({ ...move, ref: { externalId: `V${n}`, variantId: '' } })),
  })
  const move: MirrorMove = {
    ref: { externalId: 'V', variantId: '' },
    externalLocationId: 'L',
    quantity: 1,
    from: 'available',
    to: 'reserved',
  }

  test('has a hundred at most, each in one call, and the same however it is planned', () => {
    const change = many(250, move)
    const calls = planChanges(change)
    expect(calls.map(({ adjustments }) => adjustments.length)).toEqual([100, 100, 50])
    expect(new Set(calls.flatMap(({ adjustments }) => adjustments.map(({ variationId }) => variationId))).size).toBe(
      250,
    )
    expect(planChanges({ ...change, moves: change.moves.toReversed() })).toEqual(calls)
    expect(new Set(calls.map(({ label }) => label)).size).toBe(3)
  })

  test('sums what is the same', () => {
    const twice = { ...many(1, move), moves: [move, { ...move, quantity: 2 }] }
    expect(planChanges(twice)).toMatchObject([{ adjustments: [{ quantity: 3 }] }])
  })

  test('is taken apart by the one that is named, or in halves', () => {
    const [call] = planChanges(many(5, move))
    const sizes = (field: string | null) => splitCall(call!, field)?.map(({ adjustments }) => adjustments.length)
    expect([sizes('changes[1].adjustment.quantity'), sizes(null), sizes('changes[77]')]).toEqual([
      [4, 1],
      [3, 2],
      [3, 2],
    ])
    expect(splitCall({ label: 'one', adjustments: call!.adjustments.slice(0, 1) }, null)).toBeNull()
  })

  test.each([true, false])('of which one is refused does the others; it says which: %s', async (namesBadChange) => {
    const { connector, change, seller, main, has, ref } = opened({ switches: { namesBadChange } })
    const others = Array.from({ length: 6 }, (_, n) => {
      const variations = [{ sku: `B${n}`, priceCents: 100, stock: { [main]: 4 } }]
      return seller.addItem({ name: `Bead ${n}`, variations })
    })
    seller.removeItem(others[3]!.itemId)
    const refs = [ref, ...others.map(({ variationIds }) => ({ externalId: variationIds[0]!, variantId: '' }))]
    const [first] = change().moves
    const whole = { ...change(), moves: refs.map((one) => ({ ...first!, ref: one })) }
    const outcome = await connector.mirror(whole)
    expect(outcome).toMatchObject({ outcome: 'rejected' })
    expect(outcome.reason).toContain('was not found')
    const left = [has(), ...others.map(({ variationIds }) => has(variationIds[0]!))]
    expect(left).toEqual([2, 3, 3, 3, 4, 3, 3])
    // Told again, what was done is not done twice.
    await connector.mirror(whole)
    expect([has(), ...others.map(({ variationIds }) => has(variationIds[0]!))]).toEqual(left)
  })
})

describe('happens once', () => {
  test('though its answer is lost and it is told again an hour later', async () => {
    const { sandbox, tell, has, pass } = opened()
    sandbox.configure({ faults: { calls: { lostAnswer: 1 } } })
    expect(await tell()).toMatchObject({ outcome: 'unknown' })
    await pass(3_600_000)
    sandbox.configure({ faults: null })
    expect(await tell()).toEqual(ACCEPTED)
    expect(has()).toBe(2)
  })

  test('though another process tells it again, with a time of its own', async () => {
    const { sandbox, change, connector, another, has, pass, calls } = opened()
    sandbox.configure({ faults: { calls: { lostAnswer: 1 } } })
    expect(await connector.mirror(change())).toMatchObject({ outcome: 'unknown' })
    sandbox.configure({ faults: null })
    await pass(5_000)
    expect(await another().mirror(change())).toEqual(ACCEPTED)
    expect(has()).toBe(2)
    expect(calls()).toContain('POST inventory/changes/batch-retrieve')
  })

  test('and the same of another key happens too', async () => {
    const { tell, has } = opened()
    await tell({ key: 'one' })
    await tell({ key: 'two' })
    expect(has()).toBe(1)
  })
})

describe('the time of a change', () => {
  test.each([-90_000, 0, 90_000])('is never of the future by Square’s clock, %i ms from ours', async (clockSkewMs) => {
    const { connector, tell, has, written, clock } = opened({ switches: { clockSkewMs } })
    await connector.places()
    expect(await tell()).toEqual(ACCEPTED)
    expect(has()).toBe(2)
    const at = Date.parse(written()[0].changes[0].adjustment.occurred_at)
    const theirs = clock.now().getTime() + clockSkewMs
    expect(theirs - at).toBeGreaterThanOrEqual(0)
    expect(theirs - at).toBeLessThan(1_000)
  })

  test('is of the telling: a count made before it does not swallow it', async () => {
    const { connector, tell, seller, ring, main, pass, has } = opened()
    await connector.places()
    await pass(60_000)
    seller.recount({ variationId: ring, locationId: main, quantity: 3 })
    await pass(1_500)
    await tell()
    expect(has()).toBe(2)
  })

  test('learnt too late is learnt from the first refusal', async () => {
    const { tell, has } = opened({ switches: { clockSkewMs: -3_600_000 } })
    expect(await tell()).toMatchObject({ outcome: 'rejected' })
    expect(await tell()).toEqual(ACCEPTED)
    expect(has()).toBe(2)
  })
})

describe('when Square says later', () => {
  test('nothing is told, and it is to be tried again', async () => {
    const { tell, seller, pass, has } = opened()
    seller.importLibrary(5_000)
    await expect(tell()).rejects.toBeInstanceOf(TryAgain)
    await pass(5_000)
    expect(await tell()).toEqual(ACCEPTED)
    expect(has()).toBe(2)
  })

  test('each time we stay away for longer, with chance in it, and go slower', async () => {
    const { tell, tamper, learned } = opened()
    tamper(() => Response.json({ errors: [{ category: 'RATE_LIMIT_ERROR', code: 'RATE_LIMITED' }] }, { status: 429 }))
    const waits: number[] = []
    for (let i = 0; i < 4; i++) {
      const outage: unknown = await tell().catch((error: unknown) => error)
      if (outage instanceof TryAgain) waits.push(outage.afterMs)
    }
    for (const [n, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(500 * 2 ** n)
      expect(wait).toBeLessThanOrEqual(1_000 * 2 ** n)
    }
    expect(waits).toHaveLength(4)
    expect(learned.at(-1)).toMatchObject({ limits: { second: { limit: expect.closeTo(5 * 0.7 ** 4) } } })
    tamper(() => undefined)
    await tell()
    expect(learned.at(-1)).toMatchObject({ limits: { second: { limit: 5 } } })
  })

  test('and says for how long, that is believed', async () => {
    const { tell, tamper } = opened()
    const headers = { 'retry-after': '30' }
    tamper(() => Response.json({ errors: [{ code: 'RATE_LIMITED' }] }, { status: 429, headers }))
    await expect(tell()).rejects.toMatchObject({ afterMs: 30_000 })
  })
})

describe('a count, for repair', () => {
  const repair = { key: 'repair/1', quantity: 7 }

  test('sets the number, though it is that of the last count', async () => {
    const { connector, seller, ring, main, lines, has } = opened({ rings: 7 })
    given(seller.sell({ locationId: main, lines: lines(2) }))
    const given7 = { ...repair, variationId: ring, locationId: main, expected: 5 }
    expect(await connector.recount(given7)).toEqual(ACCEPTED)
    expect(has()).toBe(7)
  })

  test('leaves alone what is not as it was looked at', async () => {
    const { connector, seller, ring, main, lines, has } = opened()
    given(seller.sell({ locationId: main, lines: lines(1) }))
    const outcome = await connector.recount({ ...repair, variationId: ring, locationId: main, expected: 3 })
    expect(outcome).toMatchObject({ outcome: 'changed', shown: 2 })
    expect(has()).toBe(2)
  })

  test('is refused, unknown or put off like any write', async () => {
    const { connector, sandbox, ring, main, harbour, seller } = opened()
    const given = { ...repair, variationId: ring, locationId: main, expected: 3 }
    sandbox.configure({ faults: { calls: { lostAnswer: 1 } } })
    expect(await connector.recount(given)).toMatchObject({ outcome: 'unknown' })
    sandbox.configure({ faults: null })
    seller.importLibrary(1_000)
    await expect(connector.recount({ ...given, key: 'b', expected: 7 })).rejects.toBeInstanceOf(TryAgain)
    const bad = { ...given, key: 'c', variationId: 'VARIATION0', locationId: harbour, expected: 0 }
    await expect(connector.recount(bad)).rejects.toBeInstanceOf(TryAgain)
  })
})
