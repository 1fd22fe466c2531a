/** What a call comes to, before it is a Response: the validator looks at it in this form. */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> }

export const ok = (body: unknown): Answer => ({ status: 200, body })

export const noContent = (): Answer => ({ status: 204 })

/** One error in eBay's form, schema Error. */
export const problem = (errorId: number, message: string, longMessage = message) => ({
  errorId,
  domain: 'API_INVENTORY',
  category: 'REQUEST',
  message,
  longMessage,
})

export const fail = (status: number, errorId: number, message: string): Answer => ({
  status,
  body: { errors: [problem(errorId, message)] },
})
