import type { LoaderFunctionArgs } from '@remix-run/node'
import { auditCsv, readAuditFilter } from '../audit-csv.server.ts'
import { decisionsCsv } from '../decisions-csv.server.ts'
import { may } from '../merchant/role.ts'
import { sealedLines } from '../pool/sealed-lines.server.ts'
import { streamed } from '../streamed.server.ts'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

const TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson' }

// A link cannot carry the session token: the page fetches this, with its token, and saves what comes.
export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, person } = await visit(request)
  if (!may(person.role, 'audit')) return new Response('Your role in this shop does not allow that.', { status: 403 })
  const { of = 'movements', ...params } = Object.fromEntries(new URL(request.url).searchParams)
  const filter = readAuditFilter(params)
  if (!filter) return new Response('Please look at the dates.', { status: 400 })
  if (of === 'seals') return answer(sealedLines(pool, merchant.id), TYPES.jsonl)
  return answer((of === 'decisions' ? decisionsCsv : auditCsv)(pool, merchant.id, filter), TYPES.csv)
}

const answer = (text: AsyncGenerator<string>, type: string) =>
  new Response(streamed(text), { headers: { 'content-type': type, 'cache-control': 'no-store' } })
