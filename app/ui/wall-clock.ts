const DAY_MS = 86_400_000

/** What a clock on the wall shows so many days after a moment, as a form's field has it: "2026-03-10T18:30". */
export function wallAfter({ at, timeZone }: { at: string; timeZone: string }, days: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(Date.parse(at) + days * DAY_MS))
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}
