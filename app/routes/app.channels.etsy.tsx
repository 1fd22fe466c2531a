import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useSearchParams, useSubmit } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { Banner, BlockStack, Page, Spinner, Text } from '@shopify/polaris'
import { useEffect, useRef } from 'react'
import { finishEtsy } from '../etsy-connection.server.ts'
import { visit } from '../visit.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  await visit(request)
  return null
}

export async function action({ request }: ActionFunctionArgs) {
  const visiting = await visit(request)
  const form = await request.formData()
  const field = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value : null
  }
  const refusal = await finishEtsy(visiting, { state: field('state'), code: field('code'), error: field('error') })
  return refusal ? { refusal } : redirect('/app/channels')
}

/** Where a consent arrives. A code can be used once, so it is posted once, and never by reading this page. */
export default function EtsyConsent() {
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
    <Page backAction={{ content: 'Channels', url: '/app/channels' }} title="Connecting Etsy">
      <TitleBar title="Channels" />
      {refusal ? (
        <Banner
          tone="critical"
          title="Etsy is not connected"
          action={{ content: 'Back to Channels', url: '/app/channels' }}
        >
          {refusal.sentence}
        </Banner>
      ) : (
        <BlockStack gap="200" inlineAlign="center">
          <Spinner accessibilityLabel="Connecting Etsy" />
          <Text as="p">Connecting your Etsy shop…</Text>
        </BlockStack>
      )}
    </Page>
  )
}
