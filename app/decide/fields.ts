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

// PostgreSQL keeps no text with this in it.
const NOTHING = '\u0000'

/** Text that a person wrote, or nothing at all: `most` characters at most. */
export const textUpTo = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `is too long: ${most.toLocaleString('en')} characters at most`)
    .refine((text) => !text.includes(NOTHING), 'has a character in it that is none')

/** Words of a person. */
export const words = textUpTo(1_000).min(1, 'must say something')

/** A form's own random id: what it asks for is done once, however often it is sent. */
export const token = z.string().regex(/^[\w-]{8,64}$/, 'is not one of ours')

/** An id that may be left out: null then. */
export const maybeId = z.preprocess((given) => (given === '' || given === undefined ? null : given), id.nullable())

/** A count of pieces, 0 or more. */
export const count = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number of pieces, 0 or more')
  .transform(Number)

const FIRST_YEAR = 2000
const LAST_YEAR = 2200

/** A moment as ISO 8601 in UTC, which may be left out: null then. */
export const maybeMoment = z.preprocess(
  (given) => (given === '' || given === undefined ? null : given),
  z.iso
    .datetime('must be a moment')
    .transform((text) => new Date(text))
    .refine(
      (at) => at.getUTCFullYear() >= FIRST_YEAR && at.getUTCFullYear() < LAST_YEAR,
      'must be a moment of our time',
    )
    .nullable(),
)

/** A yes or no; left out it is a no. */
export const flag = z
  .enum(['yes', 'no', ''])
  .optional()
  .transform((given) => given === 'yes')

/** The key of a change in the ledger. */
export const key = textUpTo(500).min(1, 'must say something')
