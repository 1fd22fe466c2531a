import { describe, expect, onTestFinished, test } from 'vitest'
import type { Connector } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import type { ChannelOrder, ListingRef } from '#app/kernel/channel-order.ts'
import type { ListingSnapshot } from '#app/kernel/listing-snapshot.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import type { VirtualClock } from '#app/kernel/virtual-clock.ts'

/** throttled, down, unreachable: outages that pass; locked-out: the shop's owner has thrown the app out. */
export type Trouble = 'throttled' | 'down' | 'unreachable' | 'locked-out'

/** A shop on a channel's sandbox, seen from all sides: through the connector, by a buyer, by its owner. */
export type ConnectorWorld<C extends Connector = Connector> = {
  connector: C
  /** The channel's clock and the connector's; the battery moves it. */
  clock: VirtualClock
  /** So many orders make a page of `ordersSince`. */
  ordersPerPage: number
  /** Puts up one thing without variations. */
  list(quantity: number): Promise<ListingRef>
  /** Its owner deletes it. */
  remove(ref: ListingRef): Promise<void>
  /** The order's external id. */
  buy(ref: ListingRef, quantity: number): Promise<string>
  cancel(orderId: string): Promise<void>
  ship(orderId: string): Promise<void>
  /** What a buyer can buy now, not seen through the connector. */
  shown(ref: ListingRef): Promise<number>
  /** From now on, every call. */
  trouble(kind: Trouble): Promise<void>
  close(): Promise<void>
}

const MINUTE_MS = 60_000

export const pass = (clock: VirtualClock, ms: number): Promise<void> =>
  clock.runTo(new Date(clock.now().getTime() + ms))

/** Every page of something, in their order. `between` happens after each page that another follows. */
export async function allPages<T, P extends { rows: T[]; next: string | null }>(
  ask: (cursor: string | null) => Promise<P & { rows: T[] }>,
  between: (page: number) => Promise<void> = async () => {},
): Promise<{ rows: T[]; pages: P[] }> {
  const pages: P[] = []
  const rows: T[] = []
  for (let cursor: string | null = null, page = 1; ; page++) {
    const answer: P & { rows: T[] } = await ask(cursor)
    pages.push(answer)
    rows.push(...answer.rows)
    cursor = answer.next
    if (cursor === null) return { rows, pages }
    expect(page, 'pages without an end').toBeLessThan(50)
    await between(page)
  }
}

/**
 * What every connector must do, whatever it speaks to. Call it once at the top of a test file of the channel; `open`
 * makes a fresh world for every test.
 */
export function connectorBattery(channel: string, open: () => Promise<ConnectorWorld>): void {
  const opened = async () => {
    const world = await open()
    onTestFinished(() => world.close())
    return world
  }
  describe(`${channel}: every connector`, () => {
    listingTests(opened)
    orderTests(opened)
    pollTests(opened)
    outageTests(opened)
  })
}

type Opened = () => Promise<ConnectorWorld>

const of = (snapshots: ListingSnapshot[], ref: ListingRef) =>
  snapshots.find((one) => one.ref.externalId === ref.externalId && one.ref.variantId === ref.variantId)

function listingTests(opened: Opened): void {
  test('finds everything that is for sale, with what a buyer can buy of it', async () => {
    const { connector, list } = await opened()
    const refs = [await list(3), await list(1), await list(7)]
    const { rows } = await allPages((cursor) => connector.listings(cursor))
    expect(refs.map((ref) => of(rows, ref)?.shown)).toEqual([3, 1, 7])
    expect(refs.map((ref) => of(rows, ref)?.status)).toEqual(['active', 'active', 'active'])
  })

  test('shows what is left after a buyer has been there', async () => {
    const { connector, list, buy, shown } = await opened()
    const ref = await list(3)
    await buy(ref, 2)
    expect((await connector.show([ref])).map((one) => one.shown)).toEqual([1])
    expect(await shown(ref)).toBe(1)
  })

  test('leaves out what its owner has deleted, and still answers for the rest', async () => {
    const { connector, list, remove } = await opened()
    const refs = [await list(1), await list(2), await list(3), await list(4)]
    await remove(refs[1]!)
    const snapshots = await connector.show(refs)
    expect(refs.map((ref) => of(snapshots, ref)?.shown)).toEqual([1, undefined, 3, 4])
  })

  test('asks nothing when it is asked for nothing', async () => {
    const { connector, trouble } = await opened()
    await trouble('down')
    expect(await connector.show([])).toEqual([])
  })
}

const piecesOf = ({ lines }: ChannelOrder) => lines.map((line) => [line.quantity, line.currentQuantity, line.shipped])

function orderTests(opened: Opened): void {
  test('does not know an order that was never placed', async () => {
    const { connector, list, buy } = await opened()
    const orderId = await buy(await list(1), 1)
    expect(await connector.order(orderId)).not.toBeNull()
    expect(await connector.order(orderId.replace(/\d$/, (digit) => String((Number(digit) + 5) % 10)))).toBeNull()
  })

  test('tells an order with its lines, and which listing each is of', async () => {
    const { clock, connector, list, buy } = await opened()
    const ref = await list(5)
    const order = present(await connector.order(await buy(ref, 2)), 'The order')
    expect(order.lines).toMatchObject([{ listing: ref, quantity: 2, currentQuantity: 2, shipped: 0, takesStock: true }])
    expect(order).toMatchObject({ cancelledAt: null, unclear: null })
    expect(Math.abs(order.placedAt.getTime() - clock.now().getTime())).toBeLessThan(MINUTE_MS)
    expect(order.lines[0]!.unitPriceMinor).toBeGreaterThan(0)
  })

  test('says of a cancelled order that nothing of it is wanted any more', async () => {
    const { connector, list, buy, cancel } = await opened()
    const orderId = await buy(await list(5), 2)
    await cancel(orderId)
    const order = present(await connector.order(orderId), 'The order')
    expect(piecesOf(order)).toEqual([[2, 0, 0]])
    expect(order.cancelledAt).not.toBeNull()
  })

  test('says of a shipped order that its pieces have left', async () => {
    const { connector, list, buy, ship } = await opened()
    const orderId = await buy(await list(5), 2)
    await ship(orderId)
    expect(piecesOf(present(await connector.order(orderId), 'The order'))).toEqual([[2, 2, 2]])
  })

  test('lists as unshipped what has neither been shipped nor cancelled', async () => {
    const { connector, list, buy, ship, cancel } = await opened()
    const ref = await list(9)
    const [waiting, shipped, cancelled] = [await buy(ref, 1), await buy(ref, 1), await buy(ref, 1)]
    await ship(shipped)
    await cancel(cancelled)
    const { rows } = await allPages((cursor) => connector.unshipped(cursor))
    expect(rows.map((order) => order.externalId)).toEqual([waiting])
  })
}

function pollTests(opened: Opened): void {
  test('tells which orders changed since a moment, oldest change first', async () => {
    const { clock, connector, list, buy, ship } = await opened()
    const ref = await list(9)
    const placed: string[] = []
    for (let i = 0; i < 4; i++) {
      placed.push(await buy(ref, 1))
      await pass(clock, MINUTE_MS)
    }
    const [first, second, third, fourth] = placed
    await ship(second!)
    const all = await connector.ordersSince(new Date(clock.now().getTime() - 10 * MINUTE_MS), null)
    expect(all.rows.map((order) => order.externalId)).toEqual([first, third, fourth, second])
    const late = await connector.ordersSince(new Date(clock.now().getTime() - 2.5 * MINUTE_MS), null)
    expect(late.rows.map((order) => order.externalId)).toEqual([third, fourth, second])
  })

  test('answers up to a moment that is not after the channel’s present, and not long before it', async () => {
    const { clock, connector, list, buy } = await opened()
    await buy(await list(1), 1)
    await pass(clock, MINUTE_MS)
    const { asOf } = await connector.ordersSince(new Date(clock.now().getTime() - 10 * MINUTE_MS), null)
    const age = clock.now().getTime() - asOf.getTime()
    expect(age).toBeGreaterThanOrEqual(0)
    expect(age).toBeLessThan(5_000)
  })

  test('misses no order over several pages, though orders change while they are read', async () => {
    const { clock, connector, list, buy, ship, ordersPerPage } = await opened()
    const ref = await list(2 * ordersPerPage + 10)
    const begin = clock.now()
    const placed: string[] = []
    for (let i = 0; i < 2 * ordersPerPage + 5; i++) {
      placed.push(await buy(ref, 1))
      await pass(clock, 7_000)
    }
    const asked = clock.now()
    const { rows, pages } = await allPages(
      (cursor) => connector.ordersSince(begin, cursor),
      async (page) => {
        // Those just read move to the end of the list, and all that is unread moves up.
        for (const orderId of placed.slice((page - 1) * 3, page * 3)) await ship(orderId)
        await pass(clock, 1_000)
      },
    )
    expect(pages.length).toBeGreaterThan(2)
    expect(new Set(rows.map((order) => order.externalId))).toEqual(new Set(placed))
    for (const { asOf } of pages) expect(asOf.getTime()).toBeLessThanOrEqual(asked.getTime())
    const changes = rows.map((order) => order.updatedAt.getTime())
    expect(changes).toEqual(changes.toSorted((a, b) => a - b))
  })
}

function outageTests(opened: Opened): void {
  const asks: [string, (world: ConnectorWorld, ref: ListingRef) => Promise<unknown>][] = [
    ['listings', ({ connector }) => connector.listings(null)],
    ['what is shown', ({ connector }, ref) => connector.show([ref])],
    ['one order', ({ connector }) => connector.order('1')],
    ['changed orders', ({ connector, clock }) => connector.ordersSince(clock.now(), null)],
    ['unshipped orders', ({ connector }) => connector.unshipped(null)],
  ]
  describe.each(['throttled', 'down', 'unreachable'] as const)('when the channel is %s', (kind) => {
    test.each(asks)('asking for %s is to be tried again later', async (_, ask) => {
      const world = await opened()
      const ref = await world.list(1)
      await world.trouble(kind)
      const outage: unknown = await ask(world, ref).catch((error: unknown) => error)
      expect(outage).toBeInstanceOf(TryAgain)
      if (outage instanceof TryAgain) expect(outage.afterMs).toBeGreaterThan(0)
    })
  })

  test('gives up when the shop’s owner has thrown the app out', async () => {
    const { clock, connector, list, trouble } = await opened()
    const ref = await list(1)
    await trouble('locked-out')
    await expect(connector.show([ref])).rejects.toBeInstanceOf(GiveUp)
    await expect(connector.ordersSince(clock.now(), null)).rejects.toBeInstanceOf(GiveUp)
  })
}
