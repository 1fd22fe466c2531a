import type { Connector } from '#app/channels/connector.ts'
import type { Statement } from '#app/kernel/sql.ts'

/** A build broken on purpose, at the boundaries of the app. */
export type Sabotage = {
  name: string
  rewrite?: (statement: Statement) => Statement
  /** `isSweep`: whether orders are read for the net's sake, and not because something is to be raised */
  connector?: (connector: Connector, isSweep: () => boolean) => Connector
}
