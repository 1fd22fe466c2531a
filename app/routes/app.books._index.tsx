import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { actorsOf } from '../merchant/actor.server.ts'
import { may } from '../merchant/role.ts'
import { recentActs } from '../pool/acts.server.ts'
import { lastChecks } from '../pool/books-check.server.ts'
import { lastSeal } from '../pool/seal.server.ts'
import { ActsCard } from '../ui/acts-card.tsx'
import { BooksChecks } from '../ui/books-checks.tsx'
import { ExportCard } from '../ui/export-card.tsx'
import { Now } from '../ui/moment.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, person, at } = await visit(request)
  const said = Date.parse(new URL(request.url).searchParams.get('before') ?? '')
  const before = Number.isNaN(said) ? null : new Date(said)
  const [checks, seal, recent, actors] = await Promise.all([
    lastChecks(pool, merchant.id),
    lastSeal(pool, merchant.id),
    recentActs(pool, merchant.id, { at, before }),
    actorsOf(pool, merchant.id),
  ])
  const now = { at, timeZone: merchant.timeZone }
  return { now, checks, seal: seal ?? null, recent, actors, mayAudit: may(person.role, 'audit') }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Books() {
  const { now, checks, seal, recent, actors, mayAudit } = useLoaderData<typeof loader>()
  const people = Object.entries(actors).map(([actor, name]) => ({ actor, name }))
  const named = people.filter(({ actor }) => !actor.endsWith('/person'))
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Books" />
        <BlockStack gap="400">
          <BooksChecks checks={checks} seal={seal} actors={actors} mayAudit={mayAudit} />
          <ActsCard acts={recent.acts} next={recent.next} actors={actors} />
          <ExportCard people={named} mayAudit={mayAudit} />
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
