import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { atRisk, incidentPage } from '../incidents/incident-list.server.ts'
import { actorsOf } from '../merchant/actor.server.ts'
import { IncidentList } from '../ui/incident-list.tsx'
import { Now } from '../ui/moment.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const { searchParams } = new URL(request.url)
  const open = searchParams.get('show') !== 'closed'
  const [page, risk, actors] = await Promise.all([
    incidentPage(pool, merchant.id, { open, cursor: searchParams.get('before') }),
    atRisk(pool, merchant.id),
    actorsOf(pool, merchant.id),
  ])
  return { now: { at, timeZone: merchant.timeZone }, open, page, risk, actors }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Incidents() {
  const { now, open, page, risk, actors } = useLoaderData<typeof loader>()
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Incidents" />
        <IncidentList open={open} page={page} risk={risk} actors={actors} />
      </Page>
    </Now.Provider>
  )
}
