import type { Sql } from '#app/kernel/sql.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { giveBackPieces } from '#app/sync/give-back.server.ts'
import type { History, HistoryEvent } from './history.ts'
import type { Market, Wanted } from './market.ts'
import type { Stage } from './stage.ts'
import { Truth } from './truth.ts'

/** Pieces, but for orders and lines. */
export type Tally = {
  orders: number
  lines: number
  cancels: number
  accepted: number
  acceptedLines: number
  refused: number
  oversold: number
  unavoidable: number
  rateBound: number
  unmatchedReturns: number
  /** the first oversold pieces that should not have been, for a person to look at */
  unlawful: string[]
}

/** `back`: pieces of each SKU that were cancelled so far. */
type Ref = { orderId: string; back: Map<string, number> }

export type PlayOptions = {
  stage: Stage
  history: History
  opening: Map<string, number>
  latencyMs: number
  onProgress: (done: number, total: number) => void
}

type Playing = PlayOptions & { truth: Truth<Ref>; tally: Tally }

// Orders older than this can only be cancelled by a person, but for Shopify: no replay needs them all in memory.
const REMEMBERED_MS = 14 * 86_400_000
const LOOK_EVERY = 200
const LOOKS_AGAIN_MS = 1_000

/** Plays a history: every event at its moment, on its channel, against what that channel shows just then. */
export async function play(options: PlayOptions): Promise<Tally> {
  const { stage, history, opening, latencyMs, onProgress } = options
  const tally: Tally = {
    orders: 0,
    lines: 0,
    cancels: 0,
    accepted: 0,
    acceptedLines: 0,
    refused: 0,
    oversold: 0,
    unavoidable: 0,
    rateBound: 0,
    unmatchedReturns: 0,
    unlawful: [],
  }
  const playing: Playing = { ...options, truth: new Truth<Ref>(opening, latencyMs), tally }
  for (const [i, event] of history.events.entries()) {
    // News due at this very moment has reached its channel.
    await stage.clock.runTo(event.at)
    if (event.kind === 'sale') await sell(playing, event)
    else cancel(playing, event)
    if (i % LOOK_EVERY === 0) {
      onProgress(i, history.events.length)
      for (const market of stage.markets.values()) market.forget(new Date(event.at.getTime() - REMEMBERED_MS))
    }
  }
  onProgress(history.events.length, history.events.length)
  return tally
}

async function sell(playing: Playing, { at, channel, lines }: HistoryEvent): Promise<void> {
  const { stage, truth, tally } = playing
  const market = stage.markets.get(channel)!
  tally.orders += 1
  tally.lines += lines.length
  const taken = lines.filter(({ sku, quantity }) => market.shown(sku) >= quantity)
  for (const { quantity } of lines.filter((line) => !taken.includes(line))) tally.refused += quantity
  if (taken.length === 0) return
  const knew = new Map(taken.map(({ sku }) => [sku, truth.known(sku, { channel, at })]))
  const ref = { orderId: market.buy(taken), back: new Map<string, number>() }
  tally.acceptedLines += taken.length
  for (const { sku, quantity } of taken) {
    tally.accepted += quantity
    const oversold = truth.sell(sku, { channel, at, quantity, ref })
    if (oversold > 0) await judge(playing, { channel, at, sku, quantity, oversold, knew: knew.get(sku)! })
  }
}

type Oversold = { channel: string; at: Date; sku: string; quantity: number; oversold: number; knew: number }

async function judge(playing: Playing, one: Oversold): Promise<void> {
  const { stage, tally } = playing
  const { channel, at, sku, quantity, oversold } = one
  tally.oversold += oversold
  const knew = one.knew >= quantity ? one.knew : one.knew + (await cameEarly(playing, one))
  if (knew >= quantity) tally.unavoidable += oversold
  else if (await heldUpByLimit(stage, channel, sku)) tally.rateBound += oversold
  else
    tally.unlawful.push(`${at.toISOString()} ${channel} sold ${quantity} of ${sku}, which it could know to be ${knew}`)
}

// Pieces given back elsewhere that were booked before they had to be: the order was read again for another reason.
async function cameEarly({ stage, truth }: Playing, { channel, at, sku }: Oversold): Promise<number> {
  let early = 0
  for (const [ref, cancelled] of Map.groupBy(truth.unheardOf(sku, { channel, at }), (news) => news.ref)) {
    const unheard = cancelled.reduce((sum, { quantity }) => sum + quantity, 0)
    const account = stage.accounts.get(cancelled[0]?.channel ?? '') ?? 0
    const line = await lineOf(stage.world.road.sync.db, { account, orderId: ref.orderId, sku })
    const heard = (ref.back.get(sku) ?? 0) - unheard
    early += Math.max(0, Math.min(unheard, (line?.givenUp ?? 0) - heard))
  }
  return early
}

// The number was computed and waits for its turn, or the news itself waits to be read.
async function heldUpByLimit({ world, accounts }: Stage, channel: string, sku: string): Promise<boolean> {
  const account = accounts.get(channel) ?? 0
  const text = `SELECT 1 FROM listing_due d JOIN listing l ON l.merchant_id = d.merchant_id AND l.id = d.listing_id
    WHERE d.account_id = $1 AND l.sku = $2
    UNION ALL SELECT 1 FROM mirror_due d JOIN item i ON i.merchant_id = d.merchant_id AND i.id = d.item_id
    WHERE d.account_id = $1 AND i.sku = $2 LIMIT 1`
  const { rows } = await world.road.sync.db.query({ text, values: [account, sku] })
  return (rows.length > 0 && world.road.waiting.has(account)) || world.road.queued() > 0
}

function cancel(playing: Playing, { at, lines }: HistoryEvent): void {
  const { stage, truth, tally } = playing
  for (const { sku, quantity } of lines) {
    tally.cancels += 1
    const back = truth.cancel(sku, { at, quantity })
    tally.unmatchedReturns += quantity - back.reduce((sum, one) => sum + one.quantity, 0)
    for (const { channel, ref, quantity: n } of back) {
      ref.back.set(sku, (ref.back.get(sku) ?? 0) + n)
      giveBack(playing, stage.markets.get(channel)!, { channel, orderId: ref.orderId, sku, quantity: n })
    }
  }
}

type Given = Wanted & { channel: string; orderId: string }

function giveBack({ stage, latencyMs }: Playing, market: Market, { channel, orderId, sku, quantity }: Given): void {
  if (market.giveBack(orderId, { sku, quantity }) === 'told') return
  // The news of it reaches a person of the merchant's, who says which pieces they are as soon as the order is there.
  const { sync } = stage.world.road
  const say = async (): Promise<void> => {
    const found = await lineOf(sync.db, { account: stage.accounts.get(channel) ?? 0, orderId, sku })
    if (!found) return void stage.clock.after(LOOKS_AGAIN_MS, say)
    const who = { merchantId: stage.world.merchantId, actor: 'replay' }
    const refused = await giveBackPieces(sync, who, {
      orderId: found.orderId,
      lines: [{ lineId: found.lineId, quantity }],
    })
    if (isRefusal(refused)) throw new Error(refused.sentence)
    stage.world.road.kick(stage.world.merchantId)
  }
  stage.clock.after(latencyMs, say)
}

async function lineOf(db: Sql, { account, orderId, sku }: { account: number; orderId: string; sku: string }) {
  const text = `SELECT o.id AS "orderId", l.id AS "lineId",
      l.quantity - (l.reserved + l.short + l.shipped - l.returned) AS "givenUp" FROM channel_order o
    JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
    WHERE o.account_id = $1 AND o.external_id = $2 AND l.sku = $3`
  return (
    await db.query<{ orderId: number; lineId: number; givenUp: number }>({ text, values: [account, orderId, sku] })
  ).rows[0]
}
