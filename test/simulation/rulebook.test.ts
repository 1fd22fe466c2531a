import { describe, expect, it } from 'vitest'
import type { RuleKind } from '#app/pool/rule.ts'
import { isFor, limited, Rulebook, type SaidRule } from '../../bench/simulate/rulebook.ts'

const NOON = new Date('2026-11-23T12:00:00Z')
const hours = (n: number) => new Date(NOON.getTime() + n * 3_600_000)
const HEALTHY = { onlyOne: false, healthy: true, p95Ms: null }
const ON_ETSY = { channel: 'etsy', sku: 'SIG', category: 'Rings', onlyOne: false, at: NOON }

let made = 0
const says = (kind: RuleKind, quantity: number, more: Partial<SaidRule> = {}): SaidRule => ({
  ...{ id: (made += 1), kind, quantity, channel: null, sku: null, category: null },
  ...{ low: null, slowMs: null, places: [], from: null, until: null },
  ...more,
})

function booked(...rules: SaidRule[]): Rulebook {
  const book = new Rulebook()
  for (const rule of rules) book.save(rule)
  return book
}

describe('the rulebook of the simulation', () => {
  it('follows the rule for the thing before its category’s, the channel’s, and the shop’s', () => {
    const everywhere = says('maximum', 9)
    const channel = says('maximum', 8, { channel: 'etsy' })
    const rings = says('maximum', 7, { category: 'Rings' })
    const thing = says('maximum', 6, { sku: 'SIG' })
    const forBoth = says('maximum', 5, { sku: 'SIG', channel: 'etsy' })
    const most = (...rules: SaidRule[]) =>
      booked(...rules)
        .inForce(ON_ETSY)
        .get('maximum')?.quantity
    expect(most(everywhere)).toBe(9)
    expect(most(channel, everywhere)).toBe(8)
    expect(most(rings, channel, everywhere)).toBe(7)
    expect(most(thing, rings, channel)).toBe(6)
    expect(most(forBoth, thing, rings)).toBe(5)
    expect(most(says('maximum', 1, { sku: 'HALO' }), says('maximum', 1, { channel: 'market' }))).toBeUndefined()
  })
  it('knows when a rule begins, when it ends, and that it was ended', () => {
    const later = says('maximum', 1, { from: hours(1), until: hours(2) })
    const book = booked(later)
    const holds = (at: Date) => book.inForce({ ...ON_ETSY, at }).has('maximum')
    expect([holds(NOON), holds(hours(1)), holds(hours(2))]).toEqual([false, true, false])
    book.end(later.id)
    expect(holds(hours(1))).toBe(false)
    expect(book.all()).toEqual([])
  })
  it.each<[string, number, SaidRule[], number]>([
    ['nothing at all where it is excluded', 5, [says('excluded', 1)], 0],
    ['a share, and never less than one', 5, [says('percentage', 50)], 2],
    ['one where the share would be none', 1, [says('percentage', 40)], 1],
    ['nothing of nothing', 0, [says('percentage', 40)], 0],
    ['less the safety stock', 5, [says('safety_stock', 2)], 3],
    ['never below zero', 1, [says('safety_stock', 2)], 0],
    ['never the last one', 1, [says('never_last', 1)], 0],
    ['all but the last one', 3, [says('never_last', 1)], 2],
    ['none where there are too few to show', 1, [says('minimum', 2)], 0],
    ['no more than the most', 5, [says('maximum', 3)], 3],
    ['what is left when one follows the other', 5, [says('safety_stock', 3), says('minimum', 3)], 0],
  ])('shows %s', (_, pool, rules, shown) => {
    expect(limited(pool, booked(...rules).inForce(ON_ETSY), HEALTHY)).toBe(shown)
  })
  it('lets a slow channel show less of what there is little of, and nothing else', () => {
    const rules = booked(says('throttle', 0, { low: 2, slowMs: 1_000 })).inForce(ON_ETSY)
    const shown = (pool: number, p95Ms: number | null, healthy = true) =>
      limited(pool, rules, { onlyOne: false, healthy, p95Ms })
    expect([shown(2, 2_000), shown(2, null, false), shown(3, 2_000), shown(2, 500)]).toEqual([0, 0, 3, 2])
  })
  it('says of a piece there is one of neither that it is the last nor that it is a share', () => {
    const rules = booked(says('never_last', 1), says('percentage', 50)).inForce(ON_ETSY)
    expect(limited(1, rules, { ...HEALTHY, onlyOne: true })).toBe(1)
  })
  it('takes only the places that are for a channel', () => {
    const only = booked(says('only_places', 1, { places: ['Safe'] })).inForce(ON_ETSY)
    const not = booked(says('not_places', 1, { places: ['Safe'] })).inForce(ON_ETSY)
    expect([isFor(only, 'Safe'), isFor(only, 'Window')]).toEqual([true, false])
    expect([isFor(not, 'Safe'), isFor(not, 'Window')]).toEqual([false, true])
    expect(isFor(booked().inForce(ON_ETSY), 'Safe')).toBe(true)
  })
})
