import { describe, expect, it } from 'vitest'
import type { ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { type LineBooked, lineEffects, NOTHING_BOOKED, nothingToDo } from '#app/orders/line-effects.ts'

/** What a channel says of a line: pieces still wanted or had, of them sent, and pieces that came back and are on sale again. */
type Told = { current: number; shipped: number; back: number }

const line = ({ current, shipped, back }: Told): ChannelOrderLine => ({
  externalId: '1',
  listing: null,
  sku: 'SIG-54',
  title: 'Signet ring',
  quantity: 3,
  currentQuantity: current,
  shipped,
  restocked: back > 0 ? [{ externalLocationId: 'safe', quantity: back }] : [],
  takesStock: true,
  backorder: false,
  unitPriceMinor: 100,
  sources: [],
})

const upTo = (most: number) => Array.from({ length: most + 1 }, (_, n) => n)
const STATES: Told[] = upTo(3).flatMap((current) =>
  upTo(current).flatMap((shipped) => upTo(3 - current).map((back) => ({ current, shipped, back }))),
)

/** Pieces by where they are; `free` is what is on sale. */
type Pool = { free: number; booked: LineBooked }

/** Books the news as `bookOrder` does: what stock lacks becomes short, and what is short ships from nowhere. */
function book({ free, booked }: Pool, told: Told): Pool {
  const does = lineEffects(line(told), booked)
  const reserved = Math.min(does.reserve, free)
  const held = booked.reserved + reserved - does.release
  const sent = Math.min(does.ship, held)
  return {
    free: free - reserved + does.release + does.restock,
    booked: {
      reserved: held - sent,
      short: booked.short + does.reserve - reserved - does.forget - (does.ship - sent),
      shipped: booked.shipped + does.ship,
      returned: booked.returned + does.back,
    },
  }
}

const isAsTold = ({ reserved, short, shipped, returned }: LineBooked, told: Told) =>
  reserved + short === told.current - told.shipped && shipped - returned === told.shipped

/** What can follow: pieces are sent, come back or are given up; nobody un-sends one. */
const follows = (before: Told, after: Told) =>
  after.back >= before.back && after.shipped + after.back >= before.shipped + before.back

const free = (stock: number): Pool => ({ free: stock, booked: NOTHING_BOOKED })

describe('what is booked for a line', () => {
  it('is what the channel says, from every state to every other, with stock and without', () => {
    for (const stock of upTo(4)) {
      for (const before of STATES) {
        for (const after of STATES) {
          const { booked } = book(book(free(stock), before), after)
          expect({ before, after, asTold: isAsTold(booked, after) }).toEqual({ before, after, asTold: true })
          expect(Math.min(...Object.values(booked))).toBeGreaterThanOrEqual(0)
        }
      }
    }
  })
  it('is nothing more when the same is said again', () => {
    for (const before of STATES) {
      for (const after of STATES) {
        const pool = book(book(free(3), before), after)
        expect(nothingToDo(lineEffects(line(after), pool.booked))).toBe(true)
        expect(book(pool, after)).toEqual(pool)
      }
    }
  })
  it('depends on what was said last, not on what was heard on the way', () => {
    for (const first of STATES) {
      for (const second of STATES.filter((told) => follows(first, told))) {
        for (const last of STATES.filter((told) => follows(second, told))) {
          const straight = book(free(6), last)
          expect(book(book(book(free(6), first), second), last)).toEqual(straight)
          expect(straight.free).toBe(6 - last.current)
        }
      }
    }
  })
  it('neither makes nor loses a piece', () => {
    for (const before of STATES) {
      for (const after of STATES.filter((told) => follows(before, told))) {
        const { free: left, booked } = book(book(free(6), before), after)
        expect(left + booked.reserved + booked.shipped - booked.returned).toBe(6)
        expect(booked.short).toBe(0)
      }
    }
  })
})

describe('a line, in the trade’s words', () => {
  const sold = { reserved: 2, short: 0, shipped: 0, returned: 0 }
  const none = { reserve: 0, forget: 0, release: 0, ship: 0, back: 0, restock: 0 }
  it.each<[string, LineBooked, Told, Partial<typeof none>]>([
    ['is new', NOTHING_BOOKED, { current: 2, shipped: 0, back: 0 }, { reserve: 2 }],
    [
      'is new and sent already: a sale at the till',
      NOTHING_BOOKED,
      { current: 2, shipped: 2, back: 0 },
      { reserve: 2, ship: 2 },
    ],
    ['is cancelled', sold, { current: 0, shipped: 0, back: 0 }, { release: 2 }],
    ['is cancelled in part', sold, { current: 1, shipped: 0, back: 0 }, { release: 1 }],
    ['is sent', sold, { current: 2, shipped: 2, back: 0 }, { ship: 2 }],
    ['is sent in part', sold, { current: 2, shipped: 1, back: 0 }, { ship: 1 }],
    [
      'was sent and came back while nobody listened',
      sold,
      { current: 0, shipped: 0, back: 2 },
      { ship: 2, back: 2, restock: 2 },
    ],
    ['grows', sold, { current: 3, shipped: 0, back: 0 }, { reserve: 1 }],
    [
      'gives up what it was promised before what it has',
      { ...sold, short: 1 },
      { current: 1, shipped: 0, back: 0 },
      { forget: 1, release: 1 },
    ],
    ['was heard of when it was cancelled already', NOTHING_BOOKED, { current: 0, shipped: 0, back: 0 }, {}],
  ])('%s', (_, booked, told, does) => {
    expect(lineEffects(line(told), booked)).toEqual({ ...none, ...does })
  })
})
