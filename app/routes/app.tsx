import type { HeadersFunction, LinksFunction, LoaderFunctionArgs } from '@remix-run/node'
import { Link, Outlet, useLoaderData, useRouteError, type ShouldRevalidateFunction } from '@remix-run/react'
import { NavMenu } from '@shopify/app-bridge-react'
import polarisStyles from '@shopify/polaris/build/esm/styles.css?url'
import { AppProvider } from '@shopify/shopify-app-remix/react'
import { boundary } from '@shopify/shopify-app-remix/server'
import { env } from '../env.server.ts'
import { HandedOver, isHandedOver, useAskAgain } from '../ui/page-problem.tsx'
import { UnlessSlow } from '../ui/page-skeleton.tsx'
import { useLive } from '../ui/use-live.ts'
import { visit } from '../visit.server.ts'

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: polarisStyles }]

export async function loader({ request }: LoaderFunctionArgs) {
  await visit(request)
  const { SHOPIFY_API_KEY: apiKey, APP_BRIDGE_URL: appBridge } = env()
  return { apiKey, appBridge }
}

// What it says never changes while the app is open; each page's own loader looks at the token anyway.
export const shouldRevalidate: ShouldRevalidateFunction = () => false

export default function App() {
  const { apiKey, appBridge } = useLoaderData<typeof loader>()
  return (
    <AppProvider isEmbeddedApp apiKey={apiKey} __APP_BRIDGE_URL={appBridge}>
      <NavMenu>
        <Link to="/app" rel="home">
          Home
        </Link>
        <Link to="/app/inventory">Inventory</Link>
        <Link to="/app/holds">Holds</Link>
        <Link to="/app/orders">Orders</Link>
        <Link to="/app/move">Move</Link>
        <Link to="/app/bench">Bench</Link>
        <Link to="/app/receive">Receive</Link>
        <Link to="/app/places">Places</Link>
        <Link to="/app/channels">Channels</Link>
        <Link to="/app/rules">Rules</Link>
        <Link to="/app/incidents">Incidents</Link>
        <Link to="/app/books">Books</Link>
      </NavMenu>
      <Live />
      <UnlessSlow>
        <Outlet />
      </UnlessSlow>
    </AppProvider>
  )
}

function Live() {
  useLive()
  return null
}

// Not the library's boundary.error: it compares the error's class name, which minification has changed, and throws the
// error again. A 401 means that Shopify refused the access token. This replaces AppProvider: nothing of Polaris can be
// used here. Pages have a boundary of their own inside it.
export function ErrorBoundary() {
  const error = useRouteError()
  if (useAskAgain(error)) return <p>One moment…</p>
  return isHandedOver(error) ? <HandedOver error={error} /> : <Broken />
}

function Broken() {
  return (
    <main style={{ font: '14px/1.5 sans-serif', padding: '2rem', maxWidth: '40rem' }}>
      <h1 style={{ fontSize: '1.25rem' }}>This page could not be shown</h1>
      <p>Nothing was changed, and your stock is being kept in step all the same. Please open the app again.</p>
    </main>
  )
}

// The headers of an answer thrown by the library must reach the document.
export const headers: HeadersFunction = (args) => boundary.headers(args)
