import type { MadeOrder, Pieces } from '../channels/order-desk.ts'

/** A line as its channel tells it. `carriedSent`: of those shipped, what the store was told or knew by itself. */
export type LineThere = { line: string; quantity: number; current: number; shipped: number; carriedSent: number }

/** A parcel of the store that was looked at before. */
export type KnownParcel = { externalId: string; state: 'due' | 'told' | 'known' | 'refused' }

export type Plan = {
  /** the channel has given all of it up: it goes as a whole, or what is left of it piece by piece */
  cancel: boolean
  takeOff: Pieces[]
  /** sent by the channel's own means */
  fulfil: Pieces[]
  /** parcels seen for the first time: those the channel is to be told of, and those it knows */
  due: string[]
  known: string[]
  /** given up in the store, and not on the channel */
  givenUpHere: Pieces[]
  /** everything that the channel waits for has been sent in the store */
  allSent: boolean
}

type Here = { unsent: number; sent: number; off: number }

/** What must be done so that an order and the one that stands for it are in step. Of a line of ours there nothing is known. */
export function planFor(there: LineThere[], made: MadeOrder, parcels: KnownParcel[]): Plan {
  const here = new Map(there.map((line) => [line.line, hereOf(line, made)]))
  const each = <T>(what: (line: LineThere, here: Here) => T) => there.map((line) => what(line, here.get(line.line)!))
  const givenUp = there.every(({ current }) => current === 0)
  const cancel = givenUp && made.cancelledAt === null && each((_, { sent }) => sent).every((n) => n === 0)
  const off = (wanted: (line: LineThere, here: Here) => number) =>
    each((line, now) => ({ line: line.line, quantity: wanted(line, now) })).filter(({ quantity }) => quantity > 0)
  const more = (line: LineThere, now: Here) => line.quantity - line.current - now.off
  const open = made.cancelledAt === null && !cancel
  return {
    cancel,
    takeOff: open ? off((line, now) => Math.min(more(line, now), now.unsent)) : [],
    fulfil: open
      ? off((line, now) =>
          line.shipped > line.carriedSent
            ? Math.min(line.shipped - now.sent, now.unsent - Math.max(0, more(line, now)))
            : 0,
        )
      : [],
    ...newParcels(there, { made, parcels, here }),
    givenUpHere: off((line, now) => Math.min(-more(line, now), line.current - line.shipped)),
    allSent: each((line, { sent }) => sent >= line.current).every(Boolean),
  }
}

function hereOf({ line, quantity }: LineThere, { lines, cancelledAt }: MadeOrder): Here {
  const found = lines.find((one) => one.line === line)
  // Taken off by an edit, a line is gone altogether.
  if (!found) return { unsent: 0, sent: 0, off: quantity }
  const { current, sent } = found
  return { unsent: cancelledAt ? 0 : Math.max(0, current - sent), sent, off: quantity - current }
}

type Seen = { made: MadeOrder; parcels: KnownParcel[]; here: Map<string, Here> }

// What the channel has sent as many of was sent by its own means, or it was told before we looked.
function newParcels(there: LineThere[], { made, parcels, here }: Seen): Pick<Plan, 'due' | 'known'> {
  const lineOf = new Map(made.lines.map(({ externalId, line }) => [externalId, line]))
  const fresh = made.fulfilments.filter(({ externalId }) => !parcels.some((one) => one.externalId === externalId))
  const isDue = fresh.map(({ lines }) =>
    lines.some(({ externalId }) => {
      const line = there.find((one) => one.line === lineOf.get(externalId))
      return line !== undefined && (here.get(line.line)?.sent ?? 0) > line.shipped
    }),
  )
  const ids = fresh.map(({ externalId }) => externalId)
  return { due: ids.filter((_, n) => isDue[n]), known: ids.filter((_, n) => !isDue[n]) }
}
