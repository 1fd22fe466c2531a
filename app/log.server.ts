import { pino, type DestinationStream, type Logger } from 'pino'

// Wherever a token, a key or a buyer could slip into a log line by being logged with what holds it.
const SECRET_FIELDS = [
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'authorization',
  'credentials',
  'id_token',
  'email',
]
const redact = {
  paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
  censor: '[kept back]',
}

/** A log of JSON lines to standard output, or to `to`. Secrets and e-mail addresses in its fields are kept back. */
export function openLog(to?: DestinationStream): Logger {
  return to ? pino({ redact }, to) : pino({ redact })
}

/** The process's log. */
export const log = openLog()
