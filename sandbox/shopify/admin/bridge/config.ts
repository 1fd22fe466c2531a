export type Config = { apiKey: string; locale: string; shop?: string; host?: string }

const KEPT = 'sandbox-app-bridge'

/**
 * The app's key from the script's own tag (or Shopify's meta tag), the shop from the address. Client navigation drops
 * the query, so that a reload inside the frame has none: what was there is remembered for the tab, as App Bridge does.
 */
export function startConfig(script: HTMLScriptElement): Config {
  const meta = document.querySelector('meta[name="shopify-api-key"]')?.getAttribute('content')
  const kept: Partial<Config> = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}')
  const config: Config = { locale: 'en', ...kept, apiKey: script.dataset.apiKey ?? meta ?? kept.apiKey ?? '' }
  const query = new URL(location.href).searchParams
  for (const name of ['shop', 'host', 'locale'] as const) {
    const given = query.get(name)
    if (given) config[name] = given
  }
  sessionStorage.setItem(KEPT, JSON.stringify(config))
  return config
}
