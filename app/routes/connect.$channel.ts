import type { ActionFunctionArgs } from '@remix-run/node'
import { startConnection } from '../channel-connection.server.ts'
import { isRefusal } from '../kernel/refusal.ts'
import type { StartedConnect } from '../ui/connect-channel.tsx'
import { visit } from '../visit.server.ts'

/** The address of a channel's consent page; the page that asked leads there. */
export async function action({ request, params }: ActionFunctionArgs): Promise<StartedConnect> {
  const started = startConnection(await visit(request), params['channel'] ?? '')
  return isRefusal(started) ? { refusal: started } : started
}
