import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Card, InlineGrid, Page, Select, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { decide } from '../decide-request.server.ts'
import { actorsOf } from '../merchant/actor.server.ts'
import { partnersOf } from '../merchant/partner.server.ts'
import { recentActs } from '../pool/acts.server.ts'
import { lyingPage } from '../pool/lying-page.server.ts'
import { HANDLED_STATES } from '../pool/moving-place.server.ts'
import { placeChoices } from '../pool/spots.server.ts'
import { ActsCard } from '../ui/acts-card.tsx'
import { BulkMoveForm } from '../ui/bulk-move-form.tsx'
import { type Chosen, ChoosePieces } from '../ui/choose-pieces.tsx'
import { Empty } from '../ui/empty.tsx'
import { Now } from '../ui/moment.tsx'
import { MOVED_TO } from '../ui/move-form.tsx'
import { useTableQuery, useTyped } from '../ui/use-table-query.ts'
import { STATE_NAMES } from '../ui/words.ts'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const { searchParams } = new URL(request.url)
  const said = Date.parse(searchParams.get('before') ?? '')
  const before = Number.isNaN(said) ? null : new Date(said)
  const places = await placeChoices(pool, merchant.id)
  const from = places.find(({ id }) => String(id) === searchParams.get('from')) ?? places[0] ?? null
  const state = HANDLED_STATES.find((one) => one === searchParams.get('state')) ?? 'available'
  const asked = { locationId: from?.id ?? 0, state, find: searchParams.get('find') ?? '' }
  const [lying, partners, recent, actors] = await Promise.all([
    lyingPage(pool, merchant.id, { ...asked, cursor: searchParams.get('cursor') }),
    partnersOf(pool, merchant.id),
    recentActs(pool, merchant.id, { at, before, only: 'bulk-move/' }),
    actorsOf(pool, merchant.id),
  ])
  const now = { at, timeZone: merchant.timeZone }
  return { now, places, from, state, find: asked.find, lying, partners, recent, actors }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Move() {
  const { now, places, from, state, lying, partners, recent, actors } = useLoaderData<typeof loader>()
  const [chosen, setChosen] = useState<Chosen>({})
  const { change } = useTableQuery()
  return (
    <Now.Provider value={now}>
      <Page title="Move" subtitle="Many pieces at once, from one place to another">
        <TitleBar title="Move" />
        {from === null ? (
          <Empty heading="There is no place yet" action={{ content: 'Places', url: '/app/places' }} />
        ) : (
          <BlockStack gap="400">
            <From onOther={() => setChosen({})} />
            {lying.rows.length === 0 ? (
              <Empty heading="Nothing lies there">{`Nothing like that is “${STATE_NAMES[state]}” in ${from.name}.`}</Empty>
            ) : (
              <ChoosePieces
                {...{ rows: lying.rows, next: lying.next, chosen }}
                onChange={setChosen}
                onNext={() => change({ cursor: lying.next ?? '' })}
              />
            )}
            <BulkMoveForm
              key={`${from.id}/${state}`}
              {...{ chosen, places, partners, from: { place: from, state } }}
              onDone={() => setChosen({})}
            />
            <ActsCard
              acts={recent.acts}
              next={recent.next}
              actors={actors}
              heading="Moved together in the last 30 days"
            />
          </BlockStack>
        )}
      </Page>
    </Now.Provider>
  )
}

function From({ onOther }: { onOther: () => void }) {
  const { places, from, state, find } = useLoaderData<typeof loader>()
  const { change } = useTableQuery()
  const [typed, setTyped] = useTyped(find, (text) => change({ find: text }))
  const other = (changes: Record<string, string>) => {
    onOther()
    change(changes)
  }
  return (
    <Card>
      <InlineGrid columns={{ xs: 1, sm: 3 }} gap="400">
        <Select
          label="From"
          options={places.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={String(from?.id ?? '')}
          onChange={(id) => other({ from: id })}
        />
        <Select
          label="What is"
          options={MOVED_TO.map((value) => ({ value, label: STATE_NAMES[value] }))}
          value={state}
          onChange={(chosen) => other({ state: chosen })}
        />
        <TextField label="Find" placeholder="SKU or title" value={typed} onChange={setTyped} autoComplete="off" />
      </InlineGrid>
    </Card>
  )
}
