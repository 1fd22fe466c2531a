import { z } from 'zod'

// Form fields are text. What is too large for PostgreSQL's integer names nothing of ours.

const MOST = 2 ** 31 - 1

/** The id of a row. */
export const id = z.coerce.number().int().positive().max(MOST)

/** Whole pieces, 1 or more. */
export const pieces = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number of pieces, 1 or more')
  .transform(Number)

/** Words of a person. */
export const words = z.string().trim().min(1, 'must say something').max(1_000, 'is too long: 1,000 characters at most')

/** Made by the form itself, once for each thing that it creates: sent twice, it is done once. */
export const token = z.string().regex(/^[\w-]{8,64}$/, 'is not one of ours')

/** The key of a change in the ledger. */
export const key = z.string().min(1).max(500)
