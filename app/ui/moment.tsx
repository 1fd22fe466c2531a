import { createContext, useContext } from 'react'
import { span } from './words.ts'

/** The merchant's calendar and the moment the page was read: the browser's own would not agree with the server's. */
export const Now = createContext({ at: '1970-01-01T00:00:00Z', timeZone: 'UTC' })

/** A moment in the merchant's time zone, with the seconds: "10 Mar 2026, 13:04:05". */
export function formatMoment(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone }).format(new Date(at))
}

/** How long ago it was; the exact moment when it is pointed at. */
export function Ago({ at }: { at: string }) {
  const { at: now, timeZone } = useContext(Now)
  const ms = Math.max(0, Date.parse(now) - Date.parse(at))
  return (
    <time dateTime={at} title={formatMoment(at, timeZone)}>
      {ms < 1_000 ? 'just now' : `${span(ms)} ago`}
    </time>
  )
}

/** The moment itself. */
export function Moment({ at }: { at: string }) {
  const { timeZone } = useContext(Now)
  return <time dateTime={at}>{formatMoment(at, timeZone)}</time>
}
