import { z } from 'zod'

// How variables of the environment are read.

/** An address without a slash at its end, so that paths can be put behind it. */
export const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))

export const secret = z.string().min(1)

/** A whole number above zero. */
export const amount = z.coerce.number().int().positive()
