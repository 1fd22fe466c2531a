import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData, useSearchParams, useSubmit } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { Banner, BlockStack, Page, Spinner, Text } from '@shopify/polaris'
import { useEffect, useRef } from 'react'
import { connectable, finishConnection } from '../channel-connection.server.ts'
import { visit } from '../visit.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request, params }: LoaderFunctionArgs) {
  await visit(request)
  const known = connectable().find(({ channel }) => channel === params['channel'])
  if (!known) throw new Response(null, { status: 404 })
  return { name: known.name }
}

export async function action({ request, params }: ActionFunctionArgs) {
  const visiting = await visit(request)
  const form = await request.formData()
  const field = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value : null
  }
  const consent = { state: field('state'), code: field('code'), error: field('error') }
  const refusal = await finishConnection(visiting, { channel: params['channel'] ?? '', consent })
  return refusal ? { refusal } : redirect('/app/channels')
}

/** Where a consent arrives. A code can be used once, so it is posted once, and never by reading this page. */
export default function ConsentArrives() {
  const { name } = useLoaderData<typeof loader>()
  const [params] = useSearchParams()
  const submit = useSubmit()
  const sent = useRef(false)
  const refusal = useActionData<typeof action>()?.refusal
  useEffect(() => {
    if (sent.current) return
    sent.current = true
    const consent = ['state', 'code', 'error'].map((name) => [name, params.get(name) ?? ''])
    submit(Object.fromEntries(consent), { method: 'post', replace: true })
  }, [params, submit])
  return (
    <Page backAction={{ content: 'Channels', url: '/app/channels' }} title={`Connecting ${name}`}>
      <TitleBar title="Channels" />
      {refusal ? (
        <Banner
          tone="critical"
          title={`${name} is not connected`}
          action={{ content: 'Back to Channels', url: '/app/channels' }}
        >
          {refusal.sentence}
        </Banner>
      ) : (
        <BlockStack gap="200" inlineAlign="center">
          <Spinner accessibilityLabel={`Connecting ${name}`} />
          <Text as="p">Connecting your {name} shop…</Text>
        </BlockStack>
      )}
    </Page>
  )
}
