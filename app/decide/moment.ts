import { z } from 'zod'

/** A moment as a form tells it: an instant, or what a clock on the merchant's wall shows then. */
export type Told = { instant: Date } | { wall: string }

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{3})?)?Z$/
const WALL = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?$/
const THE_DAY_ENDS = '23:59'

// PostgreSQL would stumble over a 31st of February; Date moves it to March, and so it is found.
const isOfTheCalendar = (wall: string) => {
  const read = new Date(`${wall}:00Z`)
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(wall)
}

/** "2026-03-10" (the end of that day), "2026-03-10T18:30" by the merchant's calendar, or an instant that ends in Z. */
export const moment = z.string().transform((text, issues): Told => {
  const instant = INSTANT.test(text) ? new Date(text) : undefined
  if (instant && !Number.isNaN(instant.getTime())) return { instant }
  const [, day, time = THE_DAY_ENDS] = WALL.exec(text) ?? []
  const wall = `${day}T${time}`
  if (day !== undefined && day >= '1970' && isOfTheCalendar(wall)) return { wall }
  issues.addIssue({ code: 'custom', message: 'must be a day or a moment' })
  return z.NEVER
})
