// What a seal hashes, byte by byte (docs/books.md): lines of JSON, an array each, as JSON.stringify writes them, in
// UTF-8, each with a line feed after it; first the movements in the order of their ids, then the seal's own line.
// PostgreSQL writes the lines, so that the ledger is hashed where it lies; what it writes is what is said here.

/** The version of the format: a line's first word says it. */
export const MOVEMENT = 'movement/1'
export const SEAL = 'seal/1'

/** The hash before the first seal. */
export const NO_HASH = '0'.repeat(64)

/** A seal as its line tells it: it covers the `movements` movements above the seal before it up to id `upTo`. */
export type SealLine = {
  merchantId: number
  n: number
  upTo: number
  movements: number
  previousHash: string
  /** UTC, to the microsecond: "2026-11-23T09:00:00.000000Z" */
  sealedAt: string
}

const MICROSECONDS = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
const moment = (sql: string) => `to_json(to_char(${sql} AT TIME ZONE 'UTC', '${MICROSECONDS}'))`
const nullable = (sql: string) => `COALESCE(to_json(${sql})::text, 'null')`

const FIELDS = (m: string) => [
  `'"${MOVEMENT}"'`,
  `${m}.id`,
  `to_json(${m}.key)`,
  `${m}.n`,
  `${m}.item_id`,
  `${m}.quantity`,
  nullable(`${m}.from_location`),
  `to_json(${m}.from_state::text)`,
  nullable(`${m}.to_location`),
  `to_json(${m}.to_state::text)`,
  `to_json(${m}.reason)`,
  `to_json(${m}.actor)`,
  `to_json(${m}.cause)`,
  nullable(`${m}.account_id`),
  moment(`${m}.occurred_at`),
  moment(`${m}.recorded_at`),
  nullable(`${m}.origin`),
]

/** SQL for a movement's line, with its line feed. */
export const movementLineSql = (m: string): string => `'[' || concat_ws(',', ${FIELDS(m).join(', ')}) || E']\\n'`

/** SQL for a seal's own line, with its line feed; the arguments are SQL too. */
export const sealLineSql = (seal: Record<keyof SealLine, string>): string =>
  `'["${SEAL}",' || concat_ws(',', ${seal.merchantId}, ${seal.n}, ${seal.upTo}, ${seal.movements},
    to_json(${seal.previousHash}), ${moment(seal.sealedAt)}) || E']\\n'`

/** SQL for the hash over the movements' lines (text, or null for none) and the seal's line after them. */
export const hashSql = (lines: string, sealLine: string): string =>
  `encode(sha256(convert_to(COALESCE(${lines}, '') || ${sealLine}, 'UTF8')), 'hex')`
