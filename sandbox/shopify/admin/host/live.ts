/**
 * Keeps a page of numbers true while somebody looks at it: asks for the page again and puts in what is new. Pages of
 * the sandbox are drawn by the server, so that this is all the script they need.
 */
const EVERY_MS = 1_000

async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const part of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(part.id)
    // Somebody's half-made choice is not taken away.
    if (now && now.innerHTML !== part.innerHTML && !part.contains(document.activeElement))
      part.innerHTML = now.innerHTML
  }
}

setInterval(() => {
  if (document.visibilityState === 'visible') void refresh().catch(() => {})
}, EVERY_MS)
