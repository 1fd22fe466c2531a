import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { accountsOf } from '../merchant/account.server.ts'
import { apiKeysOf } from '../merchant/api-key.server.ts'
import { may } from '../merchant/role.ts'
import { holdPolicyOf } from '../pool/hold-policy.server.ts'
import { holdsOf } from '../sync/hold-list.server.ts'
import { ApiKeysCard } from '../ui/api-keys-card.tsx'
import { HoldPolicyCard } from '../ui/hold-policy-card.tsx'
import { HoldsCard } from '../ui/holds-card.tsx'
import { Now } from '../ui/moment.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, person, at } = await visit(request)
  const by = new URL(request.url).searchParams.get('by') === 'client' ? ('client' as const) : ('due' as const)
  const [list, policy, keys, accounts] = await Promise.all([
    holdsOf(pool, merchant.id),
    holdPolicyOf(pool, merchant.id),
    apiKeysOf(pool, merchant.id),
    accountsOf(pool, merchant.id),
  ])
  const named = accounts.flatMap(({ id, name, status }) => (status === 'off' ? [] : [{ id, name }]))
  const now = { at, timeZone: merchant.timeZone }
  return {
    now,
    by,
    list,
    policy,
    keys,
    accounts: named,
    arranges: may(person.role, 'arrange'),
    currency: merchant.currency,
  }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Holds() {
  const { now, by, list, policy, keys, accounts, arranges, currency } = useLoaderData<typeof loader>()
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Holds" />
        <BlockStack gap="400">
          <HoldsCard list={list} by={by} />
          {arranges ? <HoldPolicyCard policy={policy} currency={currency} /> : null}
          {arranges ? <ApiKeysCard keys={keys} accounts={accounts} /> : null}
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
