/** A line of an order that wants a one-of-one piece, with all that its claim is judged by. */
export type Claimant = {
  lineId: number
  accountId: number
  /** the order's and the line's ids on their channel */
  order: string
  line: string
  /** shipped or handed over, and not come back */
  handedOver: boolean
  paidAt: Date | null
  placedAt: Date
  /** what cancelling on its channel costs the merchant, against the other channels */
  cancelCost: number
}

/** One step of the rule. Below 0: `a` has the better claim by it; 0: it says nothing. */
type Step = { judge: (a: Claimant, b: Claimant) => number; because: string }

const NEVER = Infinity
const paid = ({ paidAt }: Claimant) => paidAt?.getTime() ?? NEVER
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
// The difference of two Infinities is not a number.
const number = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1)

// When it was heard of is no part of it: the same orders must give the same winner, whatever came first.
const RULE: Step[] = [
  { judge: (a, b) => Number(b.handedOver) - Number(a.handedOver), because: 'it has been handed over' },
  { judge: (a, b) => number(paid(a), paid(b)), because: 'it was paid first' },
  { judge: (a, b) => number(a.placedAt.getTime(), b.placedAt.getTime()), because: 'it was placed first' },
  { judge: (a, b) => b.cancelCost - a.cancelCost, because: 'cancelling there costs you more' },
  { judge: (a, b) => a.accountId - b.accountId, because: 'its channel was connected first' },
  { judge: (a, b) => order(a.order, b.order), because: 'its number comes first' },
  { judge: (a, b) => order(a.line, b.line), because: 'its line comes first' },
]

const deciding = (a: Claimant, b: Claimant) => RULE.find(({ judge }) => judge(a, b) !== 0)

/** Sorts the better claim first. Two lines are never equal. */
export const byClaim = (a: Claimant, b: Claimant): number => deciding(a, b)?.judge(a, b) ?? 0

/** Why the first has the better claim, as a clause: "it was paid first". */
export const because = (winner: Claimant, loser: Claimant): string =>
  deciding(winner, loser)?.because ?? 'it is the same'
