/** What a call comes to, before it is a Response: the validator looks at it in this form. */
export type Answer = { status: number; body: unknown }

/** An answer on its way out, with the name of its operation in the specification. */
export type Outgoing = { operation?: string; answer: Answer; headers?: Record<string, string> }

export const ok = (body: unknown): Answer => ({ status: 200, body })

type Fault = { status: number; code: string; detail: string; field?: string }

/** Square's shape of an error (schema Error): every error is in a list, with a category that follows from its kind. */
export const fail = ({ status, code, detail, field }: Fault): Answer => ({
  status,
  body: { errors: [{ category: categoryOf(status, code), code, detail, ...(field === undefined ? {} : { field }) }] },
})

function categoryOf(status: number, code: string): string {
  if (status === 401 || status === 403) return 'AUTHENTICATION_ERROR'
  if (code === 'RATE_LIMITED') return 'RATE_LIMIT_ERROR'
  return status >= 500 ? 'API_ERROR' : 'INVALID_REQUEST_ERROR'
}

export const badRequest = (code: string, detail: string, field?: string): Answer =>
  fail({ status: 400, code, detail, ...(field === undefined ? {} : { field }) })

export const notFound = (what: string, field?: string): Answer =>
  fail({ status: 404, code: 'NOT_FOUND', detail: `${what} was not found.`, ...(field === undefined ? {} : { field }) })

export const isFailure = (answer: Answer): boolean => answer.status >= 300
