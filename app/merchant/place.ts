import type { StockState } from '../kernel/stock-state.ts'

/** What a place of the merchant's is for. */
export const PLACE_KINDS = [
  'safe',
  'store',
  'memo_in',
  'memo_out',
  'bench',
  'hold_shelf',
  'offsite',
  'transit',
  'inspection',
  'elsewhere',
] as const
export type PlaceKind = (typeof PLACE_KINDS)[number]

/** What is done at a bench. */
export const BENCH_WORK = ['resizing', 'repair', 'polishing', 'quality_check', 'photo'] as const
export type BenchWork = (typeof BENCH_WORK)[number]

/** Whose the pieces are that lie at a place. */
export const OWNERS = ['ours', 'vendor', 'client'] as const
export type Owner = (typeof OWNERS)[number]

/** Work in progress is never for sale, by itself. */
export const NEVER_SELLS: readonly PlaceKind[] = ['bench', 'transit', 'inspection', 'memo_out', 'hold_shelf']

/** Shopify's names for quantities that a place of ours can stand under. 'available': it is that place as a whole. */
export const QUANTITY_NAMES = ['available', 'reserved', 'quality_control', 'damaged', 'safety_stock'] as const
export type QuantityName = (typeof QUANTITY_NAMES)[number]

const STATE_NAMED: Record<Exclude<QuantityName, 'available'>, StockState> = {
  reserved: 'held',
  quality_control: 'quality_check',
  damaged: 'damaged',
  safety_stock: 'safety_stock',
}

/**
 * The state in which a channel has pieces that are in `state` at a place of ours: its own at a place that is the
 * channel's as a whole, that of the one name which takes all of a place's pieces otherwise. What has not arrived yet is
 * on its way under any name.
 */
export const stateThere = (name: QuantityName, state: StockState): StockState =>
  name === 'available' || state === 'incoming' ? state : STATE_NAMED[name]

export type PlaceGuess = { kind: PlaceKind; work: BenchWork | null; guessed: boolean }

const BENCHES: [RegExp, BenchWork][] = [
  [/\b(re-?siz\w*|sizing)\b/i, 'resizing'],
  [/\brepairs?\b/i, 'repair'],
  [/\bpolish\w*\b/i, 'polishing'],
  [/\b(qc|quality)\b/i, 'quality_check'],
  [/\b(photo\w*|studio)\b/i, 'photo'],
]
const KINDS: [RegExp, PlaceKind][] = [
  [/\b(bench(es)?|work-?shop|goldsmith\w*|atelier)\b/i, 'bench'],
  [/\b(return\w*|inspection)\b/i, 'inspection'],
  [/\btransit\b/i, 'transit'],
  [/\bhold\b/i, 'hold_shelf'],
]
const SELLING: [RegExp, PlaceKind][] = [[/\b(safe|vault|strong-?room|ware-?house|stock-?room)\b/i, 'safe']]

/**
 * What a channel's place is, as far as its name tells. Whether it sells is the channel's word and never guessed: a place
 * that sells is never taken for a bench, whatever it is called.
 */
export function guessPlace({ name, sells }: { name: string; sells: boolean }): PlaceGuess {
  const named = (of: [RegExp, PlaceKind][]) => of.find(([words]) => words.test(name))?.[1]
  const safe = named(SELLING)
  if (sells) return { kind: safe ?? 'store', work: null, guessed: safe !== undefined }
  const work = BENCHES.find(([words]) => words.test(name))?.[1]
  if (work) return { kind: 'bench', work, guessed: true }
  const kind = named(KINDS) ?? safe
  return { kind: kind ?? 'elsewhere', work: null, guessed: true }
}
