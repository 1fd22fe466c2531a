import type { LoaderFunctionArgs } from '@remix-run/node'
import { findItems } from '../catalog/find-items.server.ts'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

/** The items that a person may mean by what they have typed. */
export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant } = await visit(request)
  const typed = new URL(request.url).searchParams.get('find') ?? ''
  return { items: await findItems(pool, merchant.id, typed) }
}
