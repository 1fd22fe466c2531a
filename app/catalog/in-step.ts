/**
 * How a listing stands to the pool. in_step: the channel shows what it should. behind: it has still to be told.
 * differs: it was told, and shows something else. unseen: what it
 * shows has still to be compared. undecided: a person must
 * say first. off_sale: a person took it off sale there. dead: it is not there any more. not_live: its channel is not
 * open yet, or not any more.
 */
export const STEPS = ['in_step', 'behind', 'differs', 'unseen', 'undecided', 'off_sale', 'dead', 'not_live'] as const
export type Step = (typeof STEPS)[number]

/** Those in which a buyer may see a wrong number. */
export const OUT_OF_STEP: readonly Step[] = ['behind', 'differs', 'unseen', 'dead']

/** So many of them, in the middle of a sentence. */
export const STEP_COUNTS: Record<Step, (n: number) => string> = {
  in_step: (n) => `${n} in step`,
  behind: (n) => `${n} on ${n === 1 ? 'its' : 'their'} way`,
  differs: (n) => `${n} ${n === 1 ? 'shows' : 'show'} something else`,
  unseen: (n) => `${n} being checked`,
  undecided: (n) => `${n} ${n === 1 ? 'waits' : 'wait'} for you`,
  off_sale: (n) => `${n} off sale there`,
  dead: (n) => `${n} gone from the channel`,
  not_live: (n) => `${n} not live`,
}

/** As a person reads it. */
export const STEP_WORDS: Record<Step, string> = {
  in_step: 'In step',
  behind: 'On its way',
  differs: 'Shows something else',
  unseen: 'Being checked',
  undecided: 'Waits for you',
  off_sale: 'Off sale there',
  dead: 'Gone from the channel',
  not_live: 'Not live',
}
