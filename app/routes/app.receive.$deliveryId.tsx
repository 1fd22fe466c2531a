import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData, useSearchParams } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Card, Page, Text } from '@shopify/polaris'
import { decide } from '../decide-request.server.ts'
import { deliveryById } from '../pool/delivery-page.server.ts'
import { findItems } from '../pool/find-items.server.ts'
import { placeChoices } from '../pool/spots.server.ts'
import { AddToDelivery } from '../ui/add-to-delivery.tsx'
import { DeliveryLine, difference, LabelsCard } from '../ui/delivery-lines.tsx'
import { useDecision } from '../ui/use-decision.ts'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { merchant } = await visit(request)
  const id = Number(params['deliveryId'])
  const known = Number.isSafeInteger(id) && id > 0 && id < 2 ** 31
  const delivery = known ? await deliveryById(pool, merchant.id, id) : undefined
  if (!delivery) throw new Response('There is no such delivery.', { status: 404 })
  const [places, found] = await Promise.all([
    placeChoices(pool, merchant.id),
    findItems(pool, merchant.id, new URL(request.url).searchParams.get('find') ?? ''),
  ])
  return { delivery, places, found }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Delivery() {
  const { delivery, places, found } = useLoaderData<typeof loader>()
  const [, setParams] = useSearchParams()
  const { decide: send, deciding } = useDecision('Closed')
  const { id, partner, reference, place, lines, closedAt, locationId } = delivery
  const closing = {
    content: 'Nothing more comes',
    loading: deciding,
    onAction: () => send({ decision: 'close-delivery', deliveryId: id }),
  }
  return (
    <Page
      title={[partner ?? 'A supplier', reference].filter(Boolean).join(', ')}
      subtitle={closedAt ? `Closed. It came to ${place}.` : `It comes to ${place}.`}
      backAction={{ content: 'Receive', url: '/app/receive' }}
      primaryAction={closedAt ? undefined : closing}
    >
      <TitleBar title="Receive" />
      <BlockStack gap="400">
        <Card>
          <BlockStack gap="400">
            {lines.length === 0 ? <Text as="p">Nothing was ordered. Find what has come, and count it.</Text> : null}
            {lines.map((line) =>
              closedAt ? (
                <Text key={line.itemId} as="p">{`${line.title} (${line.code}): ${difference(line)}`}</Text>
              ) : (
                <DeliveryLine key={line.itemId} deliveryId={id} line={line} places={places} locationId={locationId} />
              ),
            )}
          </BlockStack>
        </Card>
        {closedAt ? null : (
          <AddToDelivery
            deliveryId={id}
            found={found.filter((item) => !lines.some(({ itemId }) => itemId === item.id))}
            places={places}
            locationId={locationId}
            onSearch={(find) => setParams(find ? { find } : {}, { preventScrollReset: true })}
          />
        )}
        <LabelsCard lines={lines} />
      </BlockStack>
    </Page>
  )
}
