import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData, useSearchParams } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Button, InlineStack, Page } from '@shopify/polaris'
import { useState } from 'react'
import { decide } from '../decide-request.server.ts'
import { may } from '../merchant/role.ts'
import { listRules, ruleChoices, unexplainedOf } from '../sync/rule-list.server.ts'
import { changesIn, latestPreview } from '../sync/rule-preview.server.ts'
import { Empty } from '../ui/empty.tsx'
import { Now } from '../ui/moment.tsx'
import { RuleForm } from '../ui/rule-form.tsx'
import { type RuleAct, RuleList, type ShownRule, UnexplainedCard } from '../ui/rule-list.tsx'
import { PreviewCard } from '../ui/rule-preview.tsx'
import { useDecision } from '../ui/use-decision.ts'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

const CHANGES_SHOWN = 50

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, person, at } = await visit(request)
  const after = Number(new URL(request.url).searchParams.get('after'))
  const [rules, choices, preview] = await Promise.all([
    listRules(pool, merchant.id, at),
    ruleChoices(pool, merchant.id),
    latestPreview(pool, merchant.id),
  ])
  const begin = Number.isSafeInteger(after) && after > 0 && after < 2 ** 31 ? after : 0
  const looked = preview?.finishedAt
    ? await changesIn(pool, merchant.id, { preview, after: begin, most: CHANGES_SHOWN })
    : { changes: [], next: null }
  const now = { at, timeZone: merchant.timeZone }
  const mayArrange = may(person.role, 'arrange')
  return { now, rules, unexplained: unexplainedOf(rules), choices, preview, looked, mayArrange }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Rules() {
  const { now, rules, unexplained, choices, preview, looked, mayArrange } = useLoaderData<typeof loader>()
  const [form, setForm] = useState<ShownRule | 'new' | null>(null)
  const [, setParams] = useSearchParams()
  const asked = useDecision('Looking at what would change')
  const done = useDecision('Done')
  const placeNames = Object.fromEntries(choices.places.map(({ id, name }) => [id, name]))
  const names = Object.fromEntries(choices.accounts.map(({ id, name }) => [id, name]))
  const ask = (fields: Record<string, string>) => asked.decide({ ...fields, decision: 'rule-preview' })
  const onAct: RuleAct = (change, rule) => {
    if (change === 'edit') return setForm(rule)
    return ask({ change, ruleId: String(rule.id) })
  }
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Rules" />
        <BlockStack gap="400">
          {preview ? (
            <PreviewCard
              preview={preview}
              {...looked}
              names={names}
              deciding={done.deciding}
              onDecide={() => done.decide({ decision: `rule-${preview.change}`, previewId: preview.id })}
              onMore={(after) => setParams({ after: String(after) }, { preventScrollReset: true })}
            />
          ) : null}
          <UnexplainedCard rules={unexplained} placeNames={placeNames} />
          {form ? (
            <RuleForm
              key={form === 'new' ? 'new' : form.id}
              rule={form === 'new' ? null : form}
              choices={choices}
              asking={asked.deciding}
              onAsk={ask}
              onLeave={() => setForm(null)}
            />
          ) : mayArrange ? (
            <InlineStack>
              <Button variant="primary" onClick={() => setForm('new')}>
                New rule
              </Button>
            </InlineStack>
          ) : null}
          {rules.length > 0 ? (
            <RuleList rules={rules} placeNames={placeNames} may={mayArrange} onAct={onAct} />
          ) : (
            <Empty heading="There are no rules">Every channel shows all that is for sale.</Empty>
          )}
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
