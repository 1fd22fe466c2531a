/** The last second of a day ("2026-03-20") in a time zone, as ISO 8601 in UTC; empty for no day. */
export function endOfDay(day: string, timeZone: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return ''
  const asUtc = new Date(`${day}T23:59:59Z`)
  if (Number.isNaN(asUtc.getTime())) return ''
  // What the zone's clocks show then, against UTC: twice, for the guess may lie on the other side of a change of clocks.
  const first = new Date(asUtc.getTime() - offsetAt(asUtc, timeZone))
  return new Date(asUtc.getTime() - offsetAt(first, timeZone)).toISOString()
}

function offsetAt(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).formatToParts(
    at,
  )
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return shown - Math.floor(at.getTime() / 1000) * 1000
}
