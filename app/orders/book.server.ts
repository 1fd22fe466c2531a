import { assert } from '../kernel/assert.ts'
import type { ChannelOrder, ChannelOrderLine } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import { append, reserve } from '../pool/ledger.server.ts'
import { lockAll } from '../pool/lock-to-take.server.ts'
import type { Change, Demand, End, Move } from '../pool/movement.ts'
import { freeBuffers } from '../pool/rule-buffer.server.ts'
import { type Allocated, type AtLocation, deal, pick } from './allocation.ts'
import { type AllocationDelta, type BookedLine, type Effect, writeBooked } from './booked-rows.server.ts'
import { lockClaims } from './claim-rows.server.ts'
import { settleClaims } from './claim.server.ts'
import { handOver } from './handed-over.server.ts'
import { type LineEffects, lineEffects, NOTHING_BOOKED, nothingToDo } from './line-effects.ts'
import {
  keepLines,
  type KeptLine,
  type LineRow,
  linesOf,
  lockOrder,
  type OrderRow,
  type ResolvedLine,
} from './order-row.server.ts'
import type { AtPlace, Part } from './parts.ts'
import { bookRestocks, type Restocked } from './restock.server.ts'
import { fillShortfalls, keepPromises } from './shortfall.server.ts'
import { settleParts, takeWhole } from './take-whole.server.ts'

/** A channel's order in our words, its lines found in the catalog, its places found among our locations. */
export type OrderToBook = {
  merchantId: number
  accountId: number
  order: ChannelOrder
  lines: ResolvedLine[]
  /** our location for a place of the channel's */
  locations: Map<string, number>
  /** placed before the account was connected: kept, never moves stock */
  history: boolean
  /** when it happened, where the order's own time does not say: a person's word about an old order */
  occurredAt?: Date
  at: Date
}

/**
 * A line after booking. Taken and given up by this news, in pieces, whether we had them or not; `sold` is the difference.
 * `short`: of those it waits for, what nobody is to make either.
 */
export type LineOutcome = {
  lineId: number
  resolved: ResolvedLine
  taken: number
  givenUp: number
  sold: number
  short: number
  wasShort: number
  newlyShort: number
  /** it is a one-of-one piece: who was told of it when its claims were settled is not told again */
  oneOfOne: boolean
}

/**
 * `changed`: something was booked. `first`: nothing had been before. `news`: the channel had not told of this state of
 * the order yet. `nowWhole`: lines, of other orders too, that had been short.
 */
export type Outcome = {
  orderId: number
  changed: boolean
  first: boolean
  news: boolean
  lines: LineOutcome[]
  nowWhole: number[]
}

type Working = {
  resolved: ResolvedLine
  itemId: number
  lineId: number
  was: LineRow | undefined
  effects: LineEffects
  /** left us though nothing was reserved for it */
  unbacked: number
  /** sold and given up before we heard of it: both are booked, and nothing of it stays */
  passed: number
  /** where its units lie while the booking goes on */
  places: AtPlace[]
  /** what one unit takes from stock */
  parts: Part[]
  /** it is a bundle's: it takes whole units of several things, which the channel has not done to its own numbers */
  apart: boolean
  toMake: number
  oneOfOne: boolean
  now: BookedLine
}

/**
 * Books what is new in a channel's order, in the caller's transaction: reserves, gives back, ships, restocks. Older
 * news than what was booked changes nothing ('stale'); the same news changes nothing either.
 */
export async function bookOrder(db: Sql, input: OrderToBook): Promise<Outcome | 'stale'> {
  const ones = input.lines.flatMap(({ itemId, oneOfOne }) => (oneOfOne && itemId !== null ? [itemId] : []))
  await lockClaims(db, input.merchantId, ones)
  const row = await lockOrder(db, input.order, input)
  if (row.updatedAt > input.order.updatedAt) return 'stale'
  // Keeping a line locks it. What is booked for it is read only then: stock that came free may just have filled it.
  const ids = await keepLines(db, { merchantId: input.merchantId, orderId: row.id }, input.lines)
  const stored = await linesOf(db, input.merchantId, row.id)
  const work = workOf(input, { row, stored, ids })
  const due = work.filter(({ effects, passed }) => passed > 0 || !nothingToDo(effects))
  const { freed, promised } = due.length > 0 ? await bookLines(db, input, { row, due }) : { freed: [], promised: [] }
  await handOverUnbacked(db, input, { row, due })
  await touchOrder(db, input, { orderId: row.id, changed: due.length > 0 })
  // Its own shortfalls too: who gave back what they wait for while this order was held here has passed them over.
  const short = work.flatMap(({ now, itemId }) => (now.short > 0 ? [itemId] : []))
  const itemIds = [...new Set([...freed, ...short])]
  const filled = await fillShortfalls(db, { merchantId: input.merchantId, itemIds, at: input.at })
  await settleOnes(db, input, work)
  const outcomes = work.map((line) => outcomeOf(line))
  const news = row.isNew || row.updatedAt < input.order.updatedAt
  return {
    orderId: row.id,
    changed: due.length > 0,
    first: row.revision === 0,
    news,
    lines: outcomes,
    nowWhole: [...promised, ...filled],
  }
}

async function settleOnes(db: Sql, { merchantId, at }: OrderToBook, work: Working[]): Promise<void> {
  const ones = work.filter(({ oneOfOne }) => oneOfOne)
  if (ones.length === 0) return
  const newlyShort = ones.filter((line) => outcomeOf(line).newlyShort > 0).map(({ lineId }) => lineId)
  const itemIds = ones.map(({ itemId }) => itemId)
  const settled = await settleClaims(db, { merchantId, itemIds, newlyShort, at })
  const byLine = new Map(settled.map((line) => [line.lineId, line]))
  for (const { lineId, now } of ones) Object.assign(now, byLine.get(lineId))
}

function workOf(
  input: OrderToBook,
  known: { row: OrderRow; stored: LineRow[]; ids: Map<string, KeptLine> },
): Working[] {
  if (known.row.history) return []
  const stored = new Map(known.stored.map((line) => [line.externalId, line]))
  return input.lines.flatMap((resolved) => {
    const was = stored.get(resolved.told.externalId)
    // What a line's units were booked from stays its item, even when the listing has been matched anew since.
    const itemId = was?.itemId ?? resolved.itemId
    if (itemId === null || !resolved.told.takesStock) return []
    const kept = known.ids.get(resolved.told.externalId)
    assert(kept, 'every line of the order has a row')
    const lineId = kept.id
    const { reserved, short, shipped, returned } = was ?? NOTHING_BOOKED
    const now = { lineId, reserved, short, shipped, returned, currentQuantity: resolved.told.currentQuantity }
    // What a person received the channel does not know: by its word those pieces are still with the buyer.
    const byItsWord = was && { ...was, returned: was.toldBack }
    const effects = lineEffects(withoutGivenBack(resolved.told, was?.givenBack ?? 0), byItsWord)
    const passed = kept.isNew ? givenUpBefore(resolved.told) : 0
    const parts = was?.parts ?? [{ itemId, needs: 1 }]
    const kinds = { parts, apart: Boolean(was?.parts), toMake: was?.toMake ?? 0, oneOfOne: was?.oneOfOne ?? false }
    return [{ resolved, itemId, lineId, was, effects, passed, unbacked: 0, places: was?.places ?? [], ...kinds, now }]
  })
}

const givenUpBefore = ({ quantity, currentQuantity, restocked }: ChannelOrderLine): number =>
  Math.max(0, quantity - currentQuantity - restocked.reduce((sum, source) => sum + source.quantity, 0))

// What a person gave back stays given back, though the channel goes on telling of it, and then says that it sent the
// order as a whole.
function withoutGivenBack(told: ChannelOrderLine, givenBack: number): ChannelOrderLine {
  const currentQuantity = Math.max(0, told.currentQuantity - givenBack)
  return { ...told, currentQuantity, shipped: Math.min(told.shipped, currentQuantity) }
}

function outcomeOf({ lineId, resolved, effects, passed, now, was, toMake, oneOfOne }: Working): LineOutcome {
  const taken = effects.reserve + passed
  const givenUp = effects.forget + effects.release + passed
  const wasShort = was ? was.short - was.toMake : 0
  const short = now.short - toMake
  const newlyShort = Math.max(0, short - wasShort)
  return { lineId, resolved, taken, givenUp, sold: taken - givenUp, short, wasShort, newlyShort, oneOfOne }
}

const changesOf =
  (input: OrderToBook, revision: number) =>
  (step: string, reason: Change['reason'], apart = false): Change => ({
    merchantId: input.merchantId,
    key: `order/${input.accountId}/${input.order.externalId}/${step}${apart ? '-parts' : ''}/${revision}`,
    reason,
    actor: `channel/${input.accountId}`,
    cause: `order/${input.accountId}/${input.order.externalId}`,
    // What a channel sold as one thing it has not taken from the numbers of its parts.
    accountId: apart ? null : input.accountId,
    occurredAt: input.occurredAt ?? input.order.updatedAt,
    recordedAt: input.at,
  })

/** Returns the items whose stock came free, and lines of other orders that can be made now. */
async function bookLines(
  db: Sql,
  input: OrderToBook,
  { row, due }: { row: OrderRow; due: Working[] },
): Promise<{ freed: number[]; promised: number[] }> {
  const revision = row.revision + 1
  const event = `${input.order.updatedAt.toISOString()} r${revision}`
  const change = changesOf(input, revision)
  const effects: Effect[] = []
  const deltas: AllocationDelta[] = []
  const note = (line: Working, done: { transition: Effect['transition']; quantity: number }) =>
    effects.push({ lineId: line.lineId, ...done })

  await lockFirst(db, input, due)
  const own = await take(db, change('sold', 'sold'), { input, due })
  const whole = await takeWhole(db, change('sold', 'sold', true), due.flatMap(wantedApart))
  for (const { line: n, itemId, locationId, quantity } of [...own, ...whole.dealt]) {
    const line = due[n]!
    addTo(line.places, { itemId, locationId, quantity })
    deltas.push({ lineId: line.lineId, itemId, locationId, delta: quantity })
  }
  for (const { line, quantity } of [...own, ...whole.units]) due[line]!.now.reserved += quantity
  const [plain, apart] = [noMoves(), noMoves()]
  const restocks: Restocked[] = []
  for (const line of due) {
    const moves = line.apart ? apart : plain
    const wanted = line.effects.reserve + line.passed
    const reserved = line.now.reserved - (line.was?.reserved ?? 0)
    const passedShort = Math.min(line.passed, wanted - reserved)
    const release = line.effects.release + line.passed - passedShort
    note(line, { transition: 'reserve', quantity: reserved })
    note(line, { transition: 'short', quantity: wanted - reserved })
    line.now.short += wanted - reserved - passedShort - line.effects.forget
    moves.release.push(...leave(line, { quantity: release, to: 'available', deltas }))
    const shipped = Math.min(line.effects.ship, line.now.reserved)
    moves.ship.push(...leave(line, { quantity: shipped, to: 'customer', deltas }))
    line.unbacked = line.effects.ship - shipped
    line.now.short -= line.unbacked
    line.now.shipped += line.effects.ship
    restocks.push(comeBack(line, input.locations))
    note(line, { transition: 'release', quantity: release + passedShort + line.effects.forget })
    note(line, { transition: 'ship', quantity: line.effects.ship })
    note(line, { transition: 'restock', quantity: line.effects.back })
  }
  for (const moves of [plain, apart]) {
    await move(db, change('cancelled', 'cancelled', moves === apart), moves.release)
    await move(db, change('shipped', 'shipped', moves === apart), moves.ship)
  }
  const backOnSale = await bookRestocks(db, { ...input, changeOf: (step) => change(step, 'came back') }, restocks)
  await writeBooked(db, {
    merchantId: input.merchantId,
    event,
    lines: due.map(({ now }) => now),
    effects,
    allocations: deltas,
  })
  await settleParts(
    db,
    input.merchantId,
    due.filter((line) => line.apart),
  )
  const { toMake, nowWhole } = await keepPromises(db, input, due.filter(shortThenOrNow).map(shortfallOf))
  for (const line of due) line.toMake = toMake.get(line.lineId) ?? 0
  const released = [plain, apart].flatMap(({ release }) => release.map(({ itemId }) => itemId))
  return {
    freed: [...new Set([...released, ...backOnSale])],
    promised: nowWhole.filter((id) => !due.some(({ lineId }) => lineId === id)),
  }
}

// Whose a one-of-one piece is its claims say.
async function handOverUnbacked(db: Sql, input: OrderToBook, { row, due }: { row: OrderRow; due: Working[] }) {
  const change = changesOf(input, row.revision + 1)
  for (const { lineId, unbacked, parts, apart, oneOfOne, resolved } of due) {
    if (unbacked === 0 || oneOfOne) continue
    const sources = resolved.told.sources.flatMap(({ externalLocationId, quantity }) => {
      const locationId = input.locations.get(externalLocationId)
      return locationId === undefined ? [] : [{ locationId, quantity }]
    })
    const handing = {
      orderId: row.id,
      name: input.order.name,
      change: (step: string) => change(step, 'shipped', apart),
    }
    await handOver(db, handing, [{ lineId, quantity: unbacked, parts, sources }])
  }
}

const noMoves = () => ({ release: [] as Move[], ship: [] as Move[] })

const wantedApart = ({ apart, parts, effects, passed }: Working, line: number) =>
  apart && effects.reserve + passed > 0 ? [{ line, parts, quantity: effects.reserve + passed }] : []

// What is booked in more than one statement is locked before the first: so all transactions lock in one order.
async function lockFirst(db: Sql, { merchantId }: OrderToBook, due: Working[]): Promise<void> {
  const several = due.some(({ apart, passed, effects }) => apart || passed + effects.release + effects.restock > 0)
  const itemIds = due.flatMap(({ parts }) => parts.map(({ itemId }) => itemId))
  if (several) await lockAll(db, merchantId, [...new Set(itemIds)])
}

const shortThenOrNow = ({ now, was }: Working) => now.short > 0 || (was?.short ?? 0) > 0
const shortfallOf = ({ lineId, itemId, now, resolved }: Working) => ({
  lineId,
  itemId,
  short: now.short,
  backorder: resolved.told.backorder,
})

// Demand is summed per item over all lines before the check; what was taken is dealt out to the lines afterwards.
async function take(
  db: Sql,
  change: Change,
  { input, due }: { input: OrderToBook; due: Working[] },
): Promise<Allocated[]> {
  const waiting = due.flatMap(({ effects, passed, itemId, resolved, places, apart }, line) => {
    if (apart) return []
    // The channel names where all of it lies; what the line holds there already is not taken again.
    const sources = resolved.told.sources.flatMap(({ externalLocationId, quantity }) => {
      const locationId = input.locations.get(externalLocationId)
      const held = places.find((place) => place.locationId === locationId)?.quantity ?? 0
      return locationId === undefined || quantity <= held ? [] : [{ locationId, quantity: quantity - held }]
    })
    const quantity = effects.reserve + passed
    return quantity > 0 ? [{ line, itemId, quantity, sources }] : []
  })
  if (waiting.length === 0) return []
  const demands = new Map<number, Demand & { sources: AtLocation[] }>()
  for (const { itemId, quantity, sources } of waiting) {
    const demand = demands.get(itemId) ?? { itemId, quantity: 0, sources: [] }
    demand.quantity += quantity
    for (const source of sources) addTo(demand.sources, source)
    demands.set(itemId, demand)
  }
  await freeBuffers(db, { ...change, accountId: input.accountId }, [...demands.values()])
  const taken = await reserve(db, change, { demands: [...demands.values()], whole: false })
  assert(taken !== 'already', 'a revision of an order is booked once')
  return deal(taken.taken, waiting)
}

function addTo<P extends AtLocation & { itemId?: number }>(places: P[], one: P): void {
  const same = places.find(({ locationId, itemId }) => locationId === one.locationId && itemId === one.itemId)
  if (same) same.quantity += one.quantity
  else places.push({ ...one })
}

/** Takes units out of a line's reserved, from where they lie. */
function leave(
  line: Working,
  { quantity, to, deltas }: { quantity: number; to: 'available' | 'customer'; deltas: AllocationDelta[] },
): Move[] {
  line.now.reserved -= quantity
  return line.parts.flatMap(({ itemId, needs }) => {
    const there = line.places.filter((place) => place.itemId === itemId)
    return pick(there, quantity * needs).map(({ locationId, quantity: n }): Move => {
      addTo(line.places, { itemId, locationId, quantity: -n })
      deltas.push({ lineId: line.lineId, itemId, locationId, delta: -n })
      const end: End = to === 'customer' ? { outside: 'customer' } : { locationId, state: 'available' }
      return { itemId, quantity: n, from: { locationId, state: 'reserved' }, to: end }
    })
  })
}

/** What came back by the channel's word, and where it says it put it on sale; what had come back before comes first. */
function comeBack(line: Working, locations: Map<string, number>): Restocked {
  const { effects, itemId, lineId, resolved, was, now, apart, parts } = line
  const toldBack = (was?.toldBack ?? 0) + effects.back
  const grown = Math.max(0, toldBack - now.returned)
  now.toldBack = toldBack
  now.returned += grown
  let before = was?.toldBack ?? 0
  let missing = effects.restock
  const places = resolved.told.restocked.flatMap(({ externalLocationId, quantity }) => {
    const skipped = Math.min(before, quantity)
    before -= skipped
    const n = Math.min(quantity - skipped, missing)
    const locationId = locations.get(externalLocationId)
    if (n <= 0 || locationId === undefined) return []
    missing -= n
    return [{ locationId, quantity: n }]
  })
  return { lineId, itemId, places, known: effects.back - grown, grown, apart, parts }
}

async function move(db: Sql, change: Change, moves: Move[]): Promise<void> {
  if (moves.length === 0) return
  const done = await append(db, change, moves)
  assert(done === 'done', `the units of ${change.key} are where its lines say`)
}

async function touchOrder(
  db: Sql,
  input: OrderToBook,
  { orderId, changed }: { orderId: number; changed: boolean },
): Promise<void> {
  const text = `UPDATE channel_order SET updated_at = $3, cancelled_at = $4, revision = revision + $5, paid_at = $6
    WHERE merchant_id = $1 AND id = $2`
  const { updatedAt, cancelledAt, paidAt } = input.order
  const values = [input.merchantId, orderId, updatedAt, cancelledAt, changed ? 1 : 0, paidAt]
  await db.query({ name: 'touch-order', text, values })
}
