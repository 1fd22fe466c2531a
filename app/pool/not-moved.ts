import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { NotMoved } from './movement.ts'

/** Why the ledger did not move something, to the person who asked for it. */
export const whyNotMoved = ({ twice = [] }: NotMoved): Refusal =>
  twice.length > 0
    ? refuse('one-of-one', 'This is a one-of-one piece and there is one already: there can never be two of it.')
    : refuse('not-there', 'There are not so many pieces there any more.')
