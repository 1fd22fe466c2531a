import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { RuleKind, Scope } from './rule.ts'

/** What a person wants a rule to say. Times are ISO 8601; `reviewOn` is a day: "2027-01-31". */
export type RuleDraft = Scope & {
  kind: RuleKind
  quantity: number
  low: number | null
  slowMs: number | null
  places: number[]
  from: string | null
  until: string | null
  /** why, as the address of a remark */
  remarkId: number | null
  ownerId: number | null
  reviewOn: string | null
}

const MOST_PIECES = 1_000_000
const MOST_PER_CENT = 100

const piecesOf = ({ quantity }: RuleDraft, least: number): string | null =>
  quantity >= least && quantity <= MOST_PIECES ? null : `It needs a number of pieces, ${least} or more.`

const yesOrNo = ({ quantity }: RuleDraft) => (quantity <= 1 ? null : 'It is either so or not: 1 or 0.')
const placed = ({ places }: RuleDraft) => (places.length > 0 ? null : 'It names no place.')

const WRONG: Record<RuleKind, (draft: RuleDraft) => string | null> = {
  only_places: placed,
  not_places: placed,
  excluded: yesOrNo,
  never_last: yesOrNo,
  percentage: ({ quantity }) =>
    quantity >= 1 && quantity <= MOST_PER_CENT ? null : 'It needs a percentage between 1 and 100.',
  safety_stock: (draft) => piecesOf(draft, 0),
  minimum: (draft) => piecesOf(draft, 1),
  maximum: (draft) => piecesOf(draft, 0),
  throttle: throttleIsWrong,
}

function throttleIsWrong({ quantity, low, slowMs }: RuleDraft): string | null {
  if (low === null || low < 1 || low > MOST_PIECES) return 'It must say how many pieces are few, 1 or more.'
  if (slowMs === null || slowMs < 1_000) return 'It must say from what lag on a channel is slow, a second or more.'
  return quantity <= low ? null : 'It cannot show more of few pieces than there are.'
}

/** Why it makes no sense; undefined when it does. Whether what it names exists is for the database to say. */
export function draftIsWrong(draft: RuleDraft): Refusal | undefined {
  const wrong = (sentence: string) => refuse('rule-unclear', sentence)
  if (draft.itemId !== null && draft.category !== null)
    return wrong('It is for one item or for a category, not for both.')
  if (draft.from !== null && draft.until !== null && Date.parse(draft.from) >= Date.parse(draft.until))
    return wrong('It ends before it begins.')
  const sentence = WRONG[draft.kind](draft)
  return sentence === null ? undefined : wrong(sentence)
}

/**
 * Why it cannot be a rule for a channel with a ledger of its own: the number that such a channel shows is one for its
 * shop, till and drafts, and pieces that lie there as available are for sale there.
 */
export function cannotBeMirrored({ kind }: RuleDraft, channel: string): Refusal | undefined {
  if (kind === 'safety_stock') return undefined
  const sentence = `${channel} shows what lies there as available, to its shop, till and drafts alike. Of rules it can only have a safety stock: pieces that are set aside there.`
  return refuse('cannot-be-mirrored', sentence)
}
