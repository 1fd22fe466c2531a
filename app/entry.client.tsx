import { RemixBrowser } from '@remix-run/react'
import { startTransition } from 'react'
import { hydrateRoot } from 'react-dom/client'

startTransition(() => {
  hydrateRoot(document, <RemixBrowser />, {
    // React recovers silently from a difference between the server's page and its own; a test must see it.
    onRecoverableError: (error) => console.error('hydration', error),
  })
})
