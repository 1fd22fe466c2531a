import type { ActionFunctionArgs } from '@remix-run/node'
import { startEtsy } from '../etsy-connection.server.ts'
import { isRefusal } from '../kernel/refusal.ts'
import type { StartedConnect } from '../ui/connect-etsy.tsx'
import { visit } from '../visit.server.ts'

/** The address of Etsy's consent page; the page that asked leads there. */
export async function action({ request }: ActionFunctionArgs): Promise<StartedConnect> {
  const started = startEtsy(await visit(request))
  return isRefusal(started) ? { refusal: started } : started
}
