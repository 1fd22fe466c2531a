/**
 * How a listing stands to the pool. in_step: the channel shows what it should. behind: it has still to be told.
 * differs: it was told, and shows something else. unseen: nobody has looked since it was told. undecided: a person must
 * say first. off_sale: a person took it off sale there. dead: it is not there any more. not_live: its channel is not
 * open yet, or not any more.
 */
export const STEPS = ['in_step', 'behind', 'differs', 'unseen', 'undecided', 'off_sale', 'dead', 'not_live'] as const
export type Step = (typeof STEPS)[number]

/** Those in which a buyer may see a wrong number. */
export const OUT_OF_STEP: readonly Step[] = ['behind', 'differs', 'unseen', 'dead']

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
