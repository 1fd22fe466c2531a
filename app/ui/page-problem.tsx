import { isRouteErrorResponse, type ErrorResponse, useRevalidator, useRouteError } from '@remix-run/react'
import { Banner, Page } from '@shopify/polaris'
import { useEffect, useRef, useState } from 'react'
import { Empty } from './empty.tsx'

const ASKS = 3

/**
 * Asks again, at most three times, when Shopify has refused the access token: the library has dropped it, and the next
 * request gets a new one. Shows `otherwise` when that does not help.
 */
export function useAskAgain(error: unknown): boolean {
  const refused = isRouteErrorResponse(error) && error.status === 401
  const { revalidate } = useRevalidator()
  const asked = useRef(0)
  const [hopeless, giveUp] = useState(false)
  useEffect(() => {
    if (!refused) return
    asked.current += 1
    if (asked.current > ASKS) giveUp(true)
    else revalidate()
  }, [error, refused, revalidate])
  return refused && !hopeless
}

/** The library throws a page of its own to lead elsewhere by App Bridge: it is no error, and is shown as it is. */
export const isHandedOver = (error: unknown): error is ErrorResponse =>
  isRouteErrorResponse(error) && error.status < 400

export const HandedOver = ({ error }: { error: ErrorResponse }) => (
  <div dangerouslySetInnerHTML={{ __html: String(error.data || error.statusText) }} />
)

/** What a page shows in its place when it could not be read. The menu stays, and other pages work. */
export function PageProblem() {
  const error = useRouteError()
  const { revalidate } = useRevalidator()
  if (useAskAgain(error)) return <Page />
  if (isHandedOver(error)) return <HandedOver error={error} />
  if (isRouteErrorResponse(error) && error.status === 404) return <NotHere sentence={String(error.data)} />
  return (
    <Page>
      <Banner
        tone="critical"
        title="This page could not be read"
        action={{ content: 'Try again', onAction: revalidate }}
      >
        Nothing was changed, and your channels are being kept in step all the same.
      </Banner>
    </Page>
  )
}

function NotHere({ sentence }: { sentence: string }) {
  return (
    <Page>
      <Empty heading="Not here" action={{ content: 'Go to Inventory', url: '/app/inventory' }}>
        {sentence}
      </Empty>
    </Page>
  )
}
