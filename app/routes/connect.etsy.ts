import type { ActionFunctionArgs } from '@remix-run/node'
import { startEtsy } from '../etsy-connection.server.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { visit } from '../visit.server.ts'

export type StartedConnect = { url?: string; refusal?: Refusal }

/** The address of Etsy's consent page; the page that asked leads there. */
export async function action({ request }: ActionFunctionArgs): Promise<StartedConnect> {
  const started = startEtsy(await visit(request))
  return isRefusal(started) ? { refusal: started } : started
}
