/** Something that led to an oversell. Times are UTC; `heardAt`: when we heard of it, if that was another moment. */
export type Happened = { at: Date; heardAt?: Date | null } & (
  | {
      what: 'moved'
      quantity: number
      from: string
      to: string
      reason: string
      account: string | null
      order: string | null
    }
  | { what: 'told'; account: string; quantity: number; outcome: string; reason: string | null; answeredAt: Date }
  | { what: 'shown'; account: string; quantity: number }
  | { what: 'placed'; account: string; order: string; quantity: number; isThis: boolean }
  | { what: 'paid'; account: string; order: string }
  | { what: 'notified'; account: string; order: string; topic: string }
  | { what: 'known until'; account: string }
)

/** A sentence with its moment; what an incident keeps. */
export type TimelineEntry = { at: Date; sentence: string }

const LATE_MS = 1_000

/** Sentences in the order in which things happened. */
export const tell = (all: Happened[]): TimelineEntry[] =>
  all
    .map((one) => ({ at: one.at, sentence: `${sentenceOf(one)}${lateness(one)}.` }))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())

const pieces = (n: number) => (n === 1 ? '1 piece' : `${n} pieces`)
const named = (words: string) => words.replaceAll('_', ' ')

function sentenceOf(one: Happened): string {
  switch (one.what) {
    case 'moved': {
      const why = one.order ? ` for order ${one.order}${one.account ? ` on ${one.account}` : ''}` : ''
      return `${pieces(one.quantity)} went from ${named(one.from)} to ${named(one.to)}: ${one.reason}${why}`
    }
    case 'told':
      return `${one.account} was told to show ${one.quantity}, and ${answer(one)}`
    case 'shown':
      return `${one.account} was last seen to show ${one.quantity}`
    case 'placed':
      return `${one.isThis ? 'This order' : `Order ${one.order}`} for ${pieces(one.quantity)} was placed on ${one.account}`
    case 'paid':
      return `Order ${one.order} on ${one.account} was paid`
    case 'notified':
      return `${one.account} sent word of order ${one.order} (${one.topic})`
    case 'known until':
      return `Every order on ${one.account} up to here was known`
  }
}

const ANSWERS: Record<string, string> = {
  accepted: 'took it',
  rejected: 'refused it',
  unknown: 'did not answer',
  changed: 'showed something else already',
}

function answer({ outcome, reason, at, answeredAt }: Extract<Happened, { what: 'told' }>): string {
  const took = answeredAt.getTime() - at.getTime()
  const after = took > 0 ? ` after ${spanOf(took)}` : ''
  return `${ANSWERS[outcome] ?? outcome}${after}${reason ? ` (${reason})` : ''}`
}

function lateness({ at, heardAt }: Happened): string {
  const late = heardAt ? heardAt.getTime() - at.getTime() : 0
  return late >= LATE_MS ? `; we heard of it ${spanOf(late)} later` : ''
}

function spanOf(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}
