import type { Talk } from './talk.ts'

export type GetToken = (wanted?: { fresh: boolean }) => Promise<string>

/** A token this near its end is not used any more: the request that carries it takes time as well. */
const EARLY_MS = 2_000

/** The signed-in person's session token: asked of the admin, and used again until shortly before its end. */
export function idTokens({ ask }: Talk): GetToken {
  let held = { token: '', endsAt: 0 }
  return async ({ fresh } = { fresh: false }) => {
    if (fresh || Date.now() > held.endsAt - EARLY_MS) {
      const token = String(await ask({ about: 'idToken' }))
      held = { token, endsAt: endOf(token) }
    }
    return held.token
  }
}

function endOf(token: string): number {
  const [, claims = ''] = token.split('.')
  return Number(JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).exp) * 1000
}

/** The library's bounce page asks, by `?shopify-reload=`, to be sent back to where the app wanted to be, with a token. */
export function reloadWithToken(reload: string, idToken: GetToken): void {
  const target = new URL(reload, location.href)
  if (target.origin !== location.origin) return
  void idToken({ fresh: true }).then((token) => {
    target.searchParams.set('id_token', token)
    location.replace(target)
  })
}
