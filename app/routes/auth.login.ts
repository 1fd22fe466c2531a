// The library sends a request without shop or host here. Without this route, auth.$ would take it and answer 500.
export const loader = () => new Response('Open this app from the Shopify admin.', { status: 400 })
