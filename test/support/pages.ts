/** A page as a test reads it: words without markup, and what can be pressed. */
export type PageRead = { status: number; location: string | null; html: string; words: string }

/** Reads an answer. */
export async function read(answer: Response): Promise<PageRead> {
  const html = await answer.text()
  const words = html
    .replace(/<(style|script)[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
  return { status: answer.status, location: answer.headers.get('location'), html, words }
}

/** A form as a browser sends it. */
export function sent(url: string, fields: Record<string, string>): Request {
  return new Request(url, { method: 'POST', body: new URLSearchParams(fields) })
}
