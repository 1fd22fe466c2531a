import { refuse, type Refusal } from '../kernel/refusal.ts'

/** What a person may do, from most to least. The first person of a shop is its owner; the others begin as staff. */
export const ROLES = ['owner', 'manager', 'staff', 'viewer'] as const
export type Role = (typeof ROLES)[number]

const ALLOWED = {
  /** open, connect and disconnect channels */
  connect: ['owner', 'manager'],
  /** answer what the app asks */
  decide: ['owner', 'manager', 'staff'],
  /** move, count, receive and hold pieces */
  handle: ['owner', 'manager', 'staff'],
  /** set up places, policies and rules, and undo what others did */
  arrange: ['owner', 'manager'],
  /** verify and rebuild the books, and take them out */
  audit: ['owner', 'manager'],
} satisfies Record<string, readonly Role[]>

/** What there is to be allowed. */
export type Deed = keyof typeof ALLOWED

export const may = (role: Role, deed: Deed): boolean => ALLOWED[deed].some((one) => one === role)

/** The refusal for somebody who may not; undefined for one who may. */
export const notAllowed = (role: Role, deed: Deed): Refusal | undefined =>
  may(role, deed) ? undefined : refuse('role', 'Your role in this shop does not allow that. Ask its owner.')
