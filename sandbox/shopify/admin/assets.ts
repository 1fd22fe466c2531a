import { readFile } from 'node:fs/promises'
import { type BrowserScript, browserScript } from './browser-scripts.ts'

const STYLES: Record<string, URL> = {
  '/sandbox/shell.css': new URL('./shell.css', import.meta.url),
  '/sandbox/pages.css': new URL('./pages.css', import.meta.url),
  '/sandbox/storefront.css': new URL('../storefront/storefront.css', import.meta.url),
}

const SCRIPTS: Record<string, BrowserScript> = {
  '/app-bridge.js': 'app-bridge',
  '/sandbox/app-page.js': 'app-page',
  '/sandbox/live.js': 'live',
}

/** Styles and scripts of the sandbox's pages, and App Bridge; undefined for any other path. */
export async function asset(path: string): Promise<Response | undefined> {
  const script = SCRIPTS[path]
  if (script) return answer(await browserScript(script), 'text/javascript')
  const style = STYLES[path]
  return style && answer(await readFile(style, 'utf8'), 'text/css')
}

function answer(content: string, type: string): Response {
  // App Bridge is asked for on each document, by a page of another origin: a minute spares the most of it.
  return new Response(content, { headers: { 'content-type': `${type};charset=utf-8`, 'cache-control': 'max-age=60' } })
}
