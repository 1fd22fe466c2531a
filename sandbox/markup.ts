/** HTML that may be put on a page as it is. Made by `html` alone. */
export type Markup = { readonly markup: string }

type Part = Markup | string | number | false | null | undefined | readonly Part[]

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** A template whose values are escaped unless they are markup themselves. `false`, `null` and `undefined` show nothing. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return { markup: texts.map((text, i) => text + shown(parts[i])).join('') }
}

function shown(part: Part): string {
  if (part === false || part === null || part === undefined) return ''
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)
  return 'markup' in part ? part.markup : part.map(shown).join('')
}

/** Data for a script on the page: `</script>` in a title must not end it. */
export function jsonScript(id: string, data: unknown): Markup {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c')
  return { markup: `<script type="application/json" id="${id}">${json}</script>` }
}

/** A whole document as an answer. It is never kept by the browser: every number on it may be old in a second. */
export function page(content: Markup, status = 200): Response {
  return new Response(`<!doctype html>\n${content.markup}`, {
    status,
    headers: { 'content-type': 'text/html;charset=utf-8', 'cache-control': 'no-store' },
  })
}

/** After a form was sent: the page to look at. Relative to the sandbox's own origin. */
export function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path } })
}

/** US dollars from Shopify's decimal string. */
export function dollars(amount: string | number): string {
  return Number(amount).toLocaleString('en-US', { style: 'currency', currency: 'USD' })
}
