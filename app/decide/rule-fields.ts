import { z } from 'zod'

/** A field that may be left out or left empty: null then. */
export const optional = <T extends z.ZodType>(field: T) =>
  z
    .union([z.literal('').transform(() => null), field])
    .optional()
    .transform((value) => value ?? null)

/** 0 or more, and not more than a person can mean. */
export const wholeNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,6})$/, 'must be a whole number, 0 or more')
  .transform(Number)

export const words = z.string().trim().min(1, 'must say something').max(500, 'is too long: 500 characters at most')

const isMoment = (text: string) => new Date(`${text}Z`).toISOString().startsWith(text)
const isReal = (text: string) => !Number.isNaN(Date.parse(`${text}Z`)) && isMoment(text)

/** "2026-12-24T18:00", with seconds or without: by the clock on the merchant's wall. */
export const localMoment = z
  .string()
  .regex(/^2\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, 'must be a date and a time')
  .refine(isReal, 'is no moment of any day')

/** "2027-01-31" */
export const day = z
  .string()
  .regex(/^2\d{3}-\d\d-\d\d$/, 'must be a date')
  .refine((text) => isReal(`${text}T00:00`), 'is no day of any year')
