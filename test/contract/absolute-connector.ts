import { describe, expect, onTestFinished, test } from 'vitest'
import type { AbsoluteConnector, SetQuantity, WriteOutcome } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import type { ConnectorWorld } from './connector.ts'

export type AbsoluteWorld = ConnectorWorld<AbsoluteConnector> & {
  /** Things that are written together: variations of one listing, where the channel has such a thing. */
  listTogether(quantities: number[]): Promise<ListingRef[]>
  /** Its owner changes the number on the channel. */
  editByPerson(ref: ListingRef, quantity: number): Promise<void>
  /** The next write is done, and its answer lost. */
  loseAnswer(): void
}

/** What every channel that is told "show n" must do. Beside `connectorBattery`, in the same way. */
export function absoluteBattery(channel: string, open: () => Promise<AbsoluteWorld>): void {
  const opened = async () => {
    const world = await open()
    onTestFinished(() => world.close())
    return world
  }
  describe(`${channel}: a channel that is told its numbers`, () => {
    writeTests(opened)
    surpriseTests(opened)
    failureTests(opened)
    planTests(opened)
  })
}

type Opened = () => Promise<AbsoluteWorld>

type Told = { ref: ListingRef; quantity: number; expected?: number | null }

const change = ({ ref, quantity, expected = null }: Told, i: number): SetQuantity => ({
  listingId: i + 1,
  ref,
  quantity,
  expected,
})

function tell({ connector }: AbsoluteWorld, told: Told[]): Promise<WriteOutcome[]> {
  return connector.apply(connector.planWrites(told.map(change)))
}

const accepted = (shown: number): Partial<WriteOutcome> => ({ outcome: 'accepted', shown })

function writeTests(opened: Opened): void {
  test.each([
    ['lowered', 5, 2],
    ['raised', 2, 6],
    ['left as it is', 3, 3],
    ['taken to nothing', 4, 0],
  ])('a number is %s', async (_, from, to) => {
    const world = await opened()
    const ref = await world.list(from)
    expect(await tell(world, [{ ref, quantity: to, expected: from }])).toMatchObject([accepted(to)])
    expect(await world.shown(ref)).toBe(to)
    expect((await world.connector.show([ref]))[0]?.shown).toBe(to)
  })

  test('what was taken off sale comes back', async () => {
    const world = await opened()
    const ref = await world.list(4)
    await tell(world, [{ ref, quantity: 0, expected: 4 }])
    expect(await tell(world, [{ ref, quantity: 2, expected: 0 }])).toMatchObject([accepted(2)])
    expect(await world.shown(ref)).toBe(2)
  })

  test.each([1, 3])('what the channel itself sold out comes back with %i', async (quantity) => {
    const world = await opened()
    const ref = await world.list(2)
    await world.buy(ref, 2)
    expect(await tell(world, [{ ref, quantity, expected: 0 }])).toMatchObject([accepted(quantity)])
    expect(await world.shown(ref)).toBe(quantity)
  })

  test('a second write of the same number changes nothing', async () => {
    const world = await opened()
    const ref = await world.list(4)
    await tell(world, [{ ref, quantity: 2 }])
    expect(await tell(world, [{ ref, quantity: 2 }])).toMatchObject([accepted(2)])
    expect(await world.shown(ref)).toBe(2)
  })

  test('one variation goes to nothing, and the others stay as they are', async () => {
    const world = await opened()
    const [small, medium, large] = await world.listTogether([2, 3, 4])
    expect(await tell(world, [{ ref: medium!, quantity: 0, expected: 3 }])).toMatchObject([accepted(0)])
    expect([await world.shown(small!), await world.shown(medium!), await world.shown(large!)]).toEqual([2, 0, 4])
  })

  test('all variations go to nothing, and only the one that is told comes back', async () => {
    const world = await opened()
    const refs = await world.listTogether([2, 3])
    await tell(
      world,
      refs.map((ref) => ({ ref, quantity: 0 })),
    )
    expect(await Promise.all(refs.map(world.shown))).toEqual([0, 0])
    await tell(world, [{ ref: refs[1]!, quantity: 1, expected: 0 }])
    expect(await Promise.all(refs.map(world.shown))).toEqual([0, 1])
  })

  test('more than the channel can show is shown as its most', async () => {
    const world = await opened()
    const most = world.connector.capabilities.maximumShown
    if (most === null) return
    const ref = await world.list(1)
    expect(await tell(world, [{ ref, quantity: most + 500 }])).toMatchObject([accepted(most)])
    expect(await world.shown(ref)).toBe(most)
  })
}

function surpriseTests(opened: Opened): void {
  test('a sale we have not heard of is not written over', async () => {
    const world = await opened()
    const ref = await world.list(5)
    await world.buy(ref, 2)
    expect(await tell(world, [{ ref, quantity: 4, expected: 5 }])).toMatchObject([{ outcome: 'changed', shown: 3 }])
    expect(await world.shown(ref)).toBe(3)
  })

  test('a person’s edit is not written over', async () => {
    const world = await opened()
    const ref = await world.list(5)
    await world.editByPerson(ref, 9)
    expect(await tell(world, [{ ref, quantity: 4, expected: 5 }])).toMatchObject([{ outcome: 'changed', shown: 9 }])
    expect(await world.shown(ref)).toBe(9)
  })

  test('what was never seen is written without asking', async () => {
    const world = await opened()
    const ref = await world.list(5)
    expect(await tell(world, [{ ref, quantity: 4, expected: null }])).toMatchObject([accepted(4)])
  })

  test('variations written together are written or not as one', async () => {
    const world = await opened()
    const [small, large] = await world.listTogether([5, 5])
    await world.buy(large!, 1)
    const told = [small!, large!].map((ref) => ({ ref, quantity: 2, expected: 5 }))
    const outcomes = await tell(world, told)
    expect(outcomes.find(({ listingId }) => listingId === 2)).toMatchObject({ outcome: 'changed', shown: 4 })
    const together = world.connector.planWrites(told.map(change)).length === 1
    expect(outcomes.find(({ listingId }) => listingId === 1)?.outcome).toBe(together ? 'changed' : 'accepted')
    expect(await world.shown(small!)).toBe(together ? 5 : 2)
    expect(await world.shown(large!)).toBe(4)
  })
}

function failureTests(opened: Opened): void {
  test('what its owner has deleted is dead; the rest of the batch is written', async () => {
    const world = await opened()
    const refs = [await world.list(5), await world.list(5), await world.list(5)]
    await world.remove(refs[1]!)
    const outcomes = await tell(
      world,
      refs.map((ref) => ({ ref, quantity: 2, expected: 5 })),
    )
    expect(outcomes).toMatchObject([accepted(2), { outcome: 'rejected', reason: 'dead' }, accepted(2)])
  })

  test('a write whose answer is lost may have happened', async () => {
    const world = await opened()
    const ref = await world.list(5)
    world.loseAnswer()
    expect(await tell(world, [{ ref, quantity: 2, expected: 5 }])).toMatchObject([{ outcome: 'unknown' }])
    expect(await world.shown(ref)).toBe(2)
  })

  test.each(['throttled', 'down', 'unreachable'] as const)(
    'when the channel is %s nothing is written, and it is to be tried again',
    async (kind) => {
      const world = await opened()
      const ref = await world.list(5)
      await world.trouble(kind)
      await expect(tell(world, [{ ref, quantity: 2, expected: 5 }])).rejects.toBeInstanceOf(TryAgain)
      expect(await world.shown(ref)).toBe(5)
    },
  )

  test('it gives up when the shop’s owner has thrown the app out', async () => {
    const world = await opened()
    const ref = await world.list(5)
    await world.trouble('locked-out')
    await expect(tell(world, [{ ref, quantity: 2, expected: 5 }])).rejects.toBeInstanceOf(GiveUp)
    expect(await world.shown(ref)).toBe(5)
  })
}

function planTests(opened: Opened): void {
  test('every change is in one unit, and variations of one listing are in the same', async () => {
    const { connector, list, listTogether } = await opened()
    const refs = [await list(1), ...(await listTogether([1, 2, 3])), await list(1)]
    const units = connector.planWrites(refs.map((ref, i) => change({ ref, quantity: 1 }, i)))
    expect(
      units
        .flat()
        .map(({ listingId }) => listingId)
        .toSorted(),
    ).toEqual([1, 2, 3, 4, 5])
    for (const unit of units) expect(new Set(unit.map(({ ref }) => ref.externalId)).size).toBe(1)
    expect(new Set(units.map((unit) => present(unit[0], 'A change').ref.externalId)).size).toBe(units.length)
  })

  test('nothing to write takes no call', async () => {
    const { connector, trouble } = await opened()
    await trouble('down')
    expect(connector.callsFor([])).toBe(0)
    expect(await connector.apply([])).toEqual([])
  })
}
