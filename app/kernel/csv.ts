type Cell = string | number | null

// What a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection): a quote before it
// makes it text. Numbers of ours never begin with a sign.
const FORMULA = /^[=+\-@\t\r]/

/** One record by RFC 4180, with its line end; safe to open in a spreadsheet, whatever somebody typed. */
export const csvLine = (cells: Cell[]): string => `${cells.map(cellOf).join(',')}\r\n`

function cellOf(cell: Cell): string {
  const text = String(cell ?? '')
  const safe = typeof cell === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
