import { vitePlugin as remix } from '@remix-run/dev'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [
    remix({
      // All stated, so that the build prints no "future flag" warning. Single fetch is off, as in Shopify's template:
      // the library's thrown answers are made for the other way.
      future: {
        v3_fetcherPersist: true,
        v3_lazyRouteDiscovery: true,
        v3_relativeSplatPath: true,
        v3_routeConfig: false,
        v3_singleFetch: false,
        v3_throwAbortReason: true,
      },
    }),
  ],
  // Inlined assets would need `data:` in a content security policy.
  build: { assetsInlineLimit: 0 },
})
