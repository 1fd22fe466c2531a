import type pg from 'pg'

/**
 * Loads rows by COPY: `lines` gives them in pieces, each of whole lines in PostgreSQL's text format. Settles when all are
 * in; the next piece is asked for only when the last has left.
 */
export function copyIn(client: pg.ClientBase, statement: string, lines: Iterator<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = (connection: pg.Connection): void => {
      const next = lines.next()
      if (next.done) return void connection.endCopyFrom()
      connection.sendCopyFromChunk(Buffer.from(next.value))
      setImmediate(() => void send(connection))
    }
    client.query({
      submit: (connection: pg.Connection) => void connection.query(statement),
      handleCopyInResponse: send,
      handleError: reject,
      handleReadyForQuery: () => void resolve(),
      handleCommandComplete() {},
    } as pg.Submittable)
  })
}
