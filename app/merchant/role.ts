import { refuse, type Refusal } from '../kernel/refusal.ts'

/** What a person may do, from most to least. The first person of a shop is its owner; the others begin as staff. */
export const ROLES = ['owner', 'manager', 'staff', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** What there is to be allowed: `connect` opens, connects and disconnects channels; `decide` answers what the app asks. */
export type Deed = 'connect' | 'decide'

const ALLOWED: Record<Deed, readonly Role[]> = {
  connect: ['owner', 'manager'],
  decide: ['owner', 'manager', 'staff'],
}

export const may = (role: Role, deed: Deed): boolean => ALLOWED[deed].includes(role)

/** The refusal for somebody who may not; undefined for one who may. */
export const notAllowed = (role: Role, deed: Deed): Refusal | undefined =>
  may(role, deed) ? undefined : refuse('role', 'Your role in this shop does not allow that. Ask its owner.')
