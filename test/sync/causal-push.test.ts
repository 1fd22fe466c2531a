import { describe, expect, it } from 'vitest'
import { verdictOn } from '#app/sync/verdict.ts'
import { explore } from './causal/explore.ts'
import { toldMoves } from './causal/told-moves.ts'
import { type Rules, toldNumbers } from './causal/told-numbers.ts'

const MUCH = { salesThere: 3, salesElsewhere: 2, comesIn: 2, losses: 2, deaths: 1 }

describe('over every interleaving of sales, restocks, lost answers and deaths', () => {
  it('no sold piece goes back on sale on a channel that only takes numbers, but in the moment of a write', () => {
    const found = explore(toldNumbers({ guard: 'nothing' }, MUCH))
    expect(found.counterexample).toBeNull()
    expect(found.states).toBeGreaterThan(30_000)
    // The window is there, and the model can see it.
    const window = explore({
      ...toldNumbers({ guard: 'nothing' }, MUCH),
      wrong: ({ undone }) => (undone > 0 ? 'x' : null),
    })
    expect(window.counterexample?.path.slice(-3)).toContain('sold there')
  })

  it('none at all goes back where the channel compares and sets as one', () => {
    const world = toldNumbers({ guard: 'compare-and-swap' }, MUCH)
    const found = explore({ ...world, wrong: (state) => world.wrong(state) ?? (state.undone > 0 ? 'undone' : null) })
    expect(found.counterexample).toBeNull()
    expect(found.states).toBeGreaterThan(5_000)
  })

  it('and none where it is told what moved', () => {
    const found = explore(toldMoves({ salesThere: 3, salesElsewhere: 2, comesIn: 2, losses: 3, days: 2 }))
    expect(found.counterexample).toBeNull()
    expect(found.states).toBeGreaterThan(5_000)
  })
})

describe('each rule is needed: without it the model finds how a sold piece goes back on sale', () => {
  it.each<NonNullable<Rules['without']>>([
    'reading orders before raising',
    'comparing',
    'reading after no answer',
    'the read that is owed',
    'noting what is sent before it is',
  ])('%s', (without) => {
    const { counterexample } = explore(toldNumbers({ guard: 'nothing', without }, MUCH))
    expect(counterexample).not.toBeNull()
  })

  it('looking before a move is sent again under a key that the channel has forgotten', () => {
    const left = { salesThere: 0, salesElsewhere: 0, comesIn: 1, losses: 1, days: 1 }
    expect(explore(toldMoves(left, { reads: false })).counterexample).toEqual({
      what: 'a move has happened twice',
      path: ['comes in', 'the answer is lost', 'a day passes', 'is told'],
    })
  })
})

describe('a verdict on a listing', () => {
  const fine = { publishable: true, seen: true, shown: 3, quantity: 3, unexplained: 0 }
  it.each([
    ['leave', { publishable: false, seen: false, quantity: 0 }],
    ['look', { seen: false, quantity: 0 }],
    ['agrees', {}],
    ['explain', { unexplained: 1 }],
    ['lower', { quantity: 2 }],
    ['lower', { shown: null, quantity: 9 }],
    ['raise', { quantity: 4 }],
    ['raise', { quantity: 4, unexplained: 1 }],
  ])('is %s of %j', (verdict, change) => expect(verdictOn({ ...fine, ...change })).toBe(verdict))
})
