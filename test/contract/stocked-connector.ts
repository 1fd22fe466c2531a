import { describe, expect, onTestFinished, test } from 'vitest'
import type { MirrorChange, MirrorMove, StockedConnector } from '#app/channels/connector.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import type { StockState } from '#app/kernel/stock-state.ts'
import { allPages, type ConnectorWorld } from './connector.ts'

/** A shop on a channel that keeps a ledger of its own. Things are listed at the one `place`. */
export type StockedWorld = ConnectorWorld<StockedConnector> & {
  place(): Promise<string>
  /** Pieces that lie at the place, whatever for, not seen through the connector. */
  onHand(ref: ListingRef): Promise<number>
  /** From now on every call is done, and its answer lost, until `well`. */
  loseAnswers(): void
  well(): void
}

type Opened = () => Promise<StockedWorld>

/** What every connector must do whose channel keeps a ledger: told what moved in ours, it moves it there, once. */
export function stockedBattery(channel: string, open: Opened): void {
  const opened = async () => {
    const world = await open()
    onTestFinished(() => world.close())
    return world
  }
  describe(`${channel}: every connector of a channel that keeps stock`, () => {
    thingTests(opened)
    mirrorTests(opened)
  })
}

async function levelOf({ connector, place }: StockedWorld, ref: ListingRef) {
  const here = await place()
  const [thing] = await connector.thingsOf([ref])
  return thing?.levels.find(({ externalLocationId }) => externalLocationId === here)
}

function thingTests(opened: Opened): void {
  test('knows its places, and where everything lies', async () => {
    const world = await opened()
    const ref = await world.list(3)
    const here = await world.place()
    expect((await world.connector.places()).map(({ externalId }) => externalId)).toContain(here)
    const { rows } = await allPages((cursor) => world.connector.things(cursor))
    const thing = rows.find((one) => one.ref.externalId === ref.externalId)
    expect(thing).toMatchObject({ tracked: true, continueSelling: false, bundleParent: false, archived: false })
    expect(await levelOf(world, ref)).toMatchObject({ quantities: { available: 3 } })
    expect(await world.connector.thingsOf([ref])).toEqual([thing])
  })

  test('tells what its own orders have taken as reserved, and when that changed', async () => {
    const world = await opened()
    const ref = await world.list(3)
    const before = await levelOf(world, ref)
    await world.clock.runTo(new Date(world.clock.now().getTime() + 60_000))
    await world.buy(ref, 2)
    const level = await levelOf(world, ref)
    expect(level).toMatchObject({ quantities: { available: 1, ...kept(world, { reserved: 2 }) } })
    expect(level!.updatedAt.getTime()).toBeGreaterThan(before!.updatedAt.getTime())
  })
}

/** What it shows beside what is for sale, as far as it has such states. */
const kept = ({ connector }: StockedWorld, others: Partial<Record<StockState, number>>) =>
  connector.capabilities.keeps ? {} : others

async function changeIn(
  world: StockedWorld,
  move: Pick<MirrorMove, 'ref' | 'quantity' | 'from' | 'to'>,
): Promise<MirrorChange> {
  const moves = [{ ...move, externalLocationId: await world.place() }]
  return { key: `order/9/1/${move.from}-${move.to}/1`, reason: 'sold', cause: 'order/9/1', moves }
}

function mirrorTests(opened: Opened): void {
  test('sets aside what was sold elsewhere: no buyer there can have it, and it has not left', async () => {
    const world = await opened()
    const ref = await world.list(3)
    const sold = await changeIn(world, { ref, quantity: 2, from: 'available', to: 'reserved' })
    expect(await world.connector.mirror(sold)).toEqual({ outcome: 'accepted', reason: null })
    expect(await world.shown(ref)).toBe(1)
    // One that only knows what is for sale has nowhere to set it aside.
    expect(await world.onHand(ref)).toBe(world.connector.capabilities.keeps ? 1 : 3)
  })

  test('does not move twice what it is told twice', async () => {
    const world = await opened()
    const ref = await world.list(5)
    const sold = await changeIn(world, { ref, quantity: 2, from: 'available', to: 'reserved' })
    await world.connector.mirror(sold)
    expect(await world.connector.mirror(sold)).toEqual({ outcome: 'accepted', reason: null })
    expect(await world.shown(ref)).toBe(3)
  })

  test('does not know whether an unanswered move was made, and makes it once when told again', async () => {
    const world = await opened()
    const ref = await world.list(5)
    const sold = await changeIn(world, { ref, quantity: 2, from: 'available', to: 'reserved' })
    world.loseAnswers()
    expect(await world.connector.mirror(sold)).toMatchObject({ outcome: 'unknown' })
    world.well()
    expect(await world.connector.mirror(sold)).toEqual({ outcome: 'accepted', reason: null })
    expect(await world.shown(ref)).toBe(3)
  })

  test('gives back what was cancelled elsewhere, and lets go what was shipped', async () => {
    const world = await opened()
    const ref = await world.list(5)
    for (const [quantity, from, to] of [
      [3, 'available', 'reserved'],
      [1, 'reserved', 'available'],
      [2, 'reserved', null],
    ] as const) {
      const change = await changeIn(world, { ref, quantity, from, to })
      expect(await world.connector.mirror(change)).toEqual({ outcome: 'accepted', reason: null })
    }
    expect(await world.shown(ref)).toBe(3)
    expect(await world.onHand(ref)).toBe(3)
  })

  test('leaves alone what a buyer there bought meanwhile', async () => {
    const world = await opened()
    const ref = await world.list(5)
    const sold = await changeIn(world, { ref, quantity: 2, from: 'available', to: 'reserved' })
    await world.buy(ref, 3)
    expect(await world.connector.mirror(sold)).toEqual({ outcome: 'accepted', reason: null })
    expect(await world.shown(ref)).toBe(0)
    expect(await levelOf(world, ref)).toMatchObject({
      quantities: { available: 0, ...kept(world, { reserved: 3, held: 2 }) },
    })
  })
}
