/** An element as it was read. Names come without a namespace's prefix; `text` is what stands in it directly, trimmed. */
export type Element = { name: string; attributes: Record<string, string>; children: Element[]; text: string }

/** XML that is written already. */
export type Xml = { xml: string }

type Content = Xml | string | number | boolean | null | undefined | Content[]

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter)

function written(content: Content): string {
  if (Array.isArray(content)) return content.map(written).join('')
  if (content === null || content === undefined) return ''
  return typeof content === 'object' ? content.xml : escaped(String(content))
}

/** An element with everything in it escaped, but for what is written already. */
export function tag(name: string, content: Content = null, attributes: Record<string, string> = {}): Xml {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  return { xml: `<${name}${words.join('')}>${written(content)}</${name}>` }
}

// A comment, CDATA, an instruction, a tag, or text up to the next of them. No document types: nobody we speak to has
// one, and what they can do (https://owasp.org/www-community/vulnerabilities/XML_External_Entity_(XXE)_Processing) is not wanted.
const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\?[^]*?\?>|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/y
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** The document's element; null when the text is not well-formed. */
export function readXml(text: string): Element | null {
  const document = elementOf('', '')
  const open = [document]
  let at = 0
  while (at < text.length) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)
    if (!token || !take(open, token)) return null
    at = TOKEN.lastIndex
  }
  const [root, other] = document.children
  return open.length === 1 && root && !other && document.text.trim() === '' ? trimmed(root) : null
}

/** What a token does to the elements that are open, innermost last; false: it does not belong there. */
function take(open: Element[], [, cdata, closing, name, attributes = '', empty, text]: RegExpExecArray): boolean {
  const here = open.at(-1)
  if (!here) return false
  if (cdata !== undefined) here.text += cdata
  else if (text !== undefined) here.text += unescaped(text)
  else if (name !== undefined && closing) return open.length > 1 && open.pop()?.name === localName(name)
  else if (name !== undefined) {
    const element = elementOf(localName(name), attributes)
    here.children.push(element)
    if (!empty) open.push(element)
  }
  return true
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const elementOf = (name: string, attributes: string): Element => ({
  name,
  attributes: Object.fromEntries(
    [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', one, other]) => [key, unescaped(one ?? other ?? '')]),
  ),
  children: [],
  text: '',
})

const ENTITY = /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi

const unescaped = (text: string): string =>
  text.replaceAll(ENTITY, (whole: string, ...[decimal, hex, name = '']: (string | undefined)[]) => {
    if (decimal || hex) return String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal))
    return ENTITIES[name] ?? whole
  })

function trimmed(element: Element): Element {
  element.text = element.text.trim()
  element.children.forEach(trimmed)
  return element
}

/** All children of that name. */
export const childrenOf = (element: Element | undefined, name: string): Element[] =>
  element?.children.filter((child) => child.name === name) ?? []

/** The element at the end of a path of names; undefined where there is none. */
export const at = (element: Element | undefined, ...path: string[]): Element | undefined =>
  path.reduce<Element | undefined>((here, name) => childrenOf(here, name)[0], element)

/** The text at the end of a path of names; null where there is none. */
export const textAt = (element: Element | undefined, ...path: string[]): string | null =>
  at(element, ...path)?.text ?? null
