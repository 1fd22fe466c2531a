import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { Page } from '@shopify/polaris'
import { readInventoryQuery } from '../catalog/inventory-query.ts'
import { inventoryPage, inventorySize } from '../catalog/inventory-table.server.ts'
import { accountsOf } from '../merchant/account.server.ts'
import { Empty } from '../ui/empty.tsx'
import { InventoryTable } from '../ui/inventory-table.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant } = await visit(request)
  const query = readInventoryQuery(new URL(request.url).searchParams)
  const [accounts, size, page] = await Promise.all([
    accountsOf(pool, merchant.id),
    inventorySize(pool, merchant.id),
    inventoryPage(pool, merchant.id, query),
  ])
  const channels = accounts.filter(({ status }) => status !== 'off').map(({ id, name }) => ({ id, name }))
  return { channels, size, page }
}

export default function Inventory() {
  const { channels, size, page } = useLoaderData<typeof loader>()
  return (
    <Page fullWidth>
      <TitleBar title="Inventory" />
      {size.items === 0 ? (
        <Empty heading="Your items are on their way" action={{ content: 'See how far they are', url: '/app/channels' }}>
          Vitrine reads every item and place from Shopify first. They appear here as they come.
        </Empty>
      ) : (
        <InventoryTable channels={channels} size={size} page={page} />
      )}
    </Page>
  )
}
