import type { Writable } from 'node:stream'
import type pg from 'pg'

/** What a connection of pg's can do beyond what its types tell. */
type Copying = {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  stream: Writable
}

/**
 * Loads rows by COPY: `lines` gives them in pieces, each of whole lines in PostgreSQL's text format. The next piece is
 * made when the last has left: ten million rows are a gigabyte.
 */
export function copyIn(client: pg.ClientBase, statement: string, lines: Iterator<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = (connection: Copying): void => {
      const next = lines.next()
      if (next.done) return void connection.endCopyFrom()
      connection.sendCopyFromChunk(Buffer.from(next.value))
      if (connection.stream.writableNeedDrain) connection.stream.once('drain', () => void send(connection))
      else setImmediate(() => void send(connection))
    }
    const copy = {
      submit: (connection: Copying) => void connection.query(statement),
      handleCopyInResponse: send,
      handleError: reject,
      handleReadyForQuery: () => void resolve(),
      handleCommandComplete() {},
    }
    client.query(copy as pg.Submittable & typeof copy)
  })
}
