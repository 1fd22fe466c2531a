import type { RuleKind } from '#app/pool/rule.ts'

/** A rule as the person means it who made it: for a channel, a thing or a category by name, or for all of them. */
export type SaidRule = {
  id: number
  kind: RuleKind
  channel: string | null
  sku: string | null
  category: string | null
  quantity: number
  low: number | null
  slowMs: number | null
  places: string[]
  from: Date | null
  until: Date | null
}

/** Something on a channel at a moment. `onlyOne`: there is but one of it, which no rule can call the last. */
export type OnChannel = { channel: string; sku: string; category: string | null; onlyOne: boolean; at: Date }

/** How a channel is. */
export type Condition = { healthy: boolean; p95Ms: number | null }

type InForce = Map<RuleKind, SaidRule>

/** The rules that people have made, and what follows from them: beside the app, which is to come to the same. */
export class Rulebook {
  readonly #rules = new Map<number, SaidRule>()

  save(rule: SaidRule): void {
    this.#rules.set(rule.id, rule)
  }

  end(id: number): void {
    this.#rules.delete(id)
  }

  all(): SaidRule[] {
    return [...this.#rules.values()]
  }

  /** Of each kind the one that means it most: the thing before its category before all, and this channel before any. */
  inForce({ channel, sku, category, at }: OnChannel): InForce {
    const about = this.all().filter(
      (rule) =>
        (rule.channel === null || rule.channel === channel) &&
        (rule.sku === null || rule.sku === sku) &&
        (rule.category === null || rule.category === category) &&
        (rule.from === null || rule.from <= at) &&
        (rule.until === null || at < rule.until),
    )
    const meant = ({ channel: one, sku: thing, category: kind }: SaidRule) =>
      (thing === null ? 0 : 4) + (kind === null ? 0 : 2) + (one === null ? 0 : 1)
    const winners: InForce = new Map()
    for (const rule of about.toSorted((a, b) => meant(a) - meant(b))) winners.set(rule.kind, rule)
    return winners
  }
}

/** Whether what lies at a place is for a channel at all. */
export const isFor = (rules: InForce, place: string): boolean =>
  (rules.get('only_places')?.places.includes(place) ?? true) &&
  !(rules.get('not_places')?.places.includes(place) ?? false)

/** What a channel is to show of so many pieces. */
export function limited(
  pool: number,
  rules: InForce,
  { onlyOne, healthy, p95Ms }: Condition & { onlyOne: boolean },
): number {
  const number = (kind: RuleKind) => rules.get(kind)?.quantity
  if (number('excluded')) return 0
  let shown = pool
  const share = number('percentage')
  if (share !== undefined && !onlyOne && pool > 0) shown = Math.max(1, Math.floor((pool * share) / 100))
  shown = Math.max(0, shown - (number('safety_stock') ?? 0))
  const throttle = rules.get('throttle')
  const isSlow = !healthy || (p95Ms ?? 0) > (throttle?.slowMs ?? Infinity)
  if (throttle && isSlow && pool <= (throttle.low ?? 0)) shown = Math.min(shown, throttle.quantity)
  if (number('never_last') && !onlyOne) shown = Math.min(shown, Math.max(0, pool - 1))
  if (shown < (number('minimum') ?? 0)) shown = 0
  return Math.min(shown, number('maximum') ?? shown)
}
