/** An account of which nothing is kept: whoever opens it finds everything out anew. */
export const NO_STATE = {
  load: async () => null,
  save: async () => {},
  memory: { read: async () => new Map<string, unknown>(), write: async () => {} },
}
