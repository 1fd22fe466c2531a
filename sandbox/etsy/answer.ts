/** What a call comes to, before it is a Response: the validator looks at it in this form. */
export type Answer = { status: number; body: unknown }

export const ok = (body: unknown): Answer => ({ status: 200, body })

/** Etsy's shape of an error, schema ErrorSchema; OAuth errors carry a description as well. */
export const fail = (status: number, error: string, description?: string): Answer => ({
  status,
  body: description === undefined ? { error } : { error, error_description: description },
})

export const notFound = (): Answer => fail(404, 'Resource not found')
