/** What a buyer has chosen of a listing's variations: `{ Size: '54', Metal: 'Gold' }`. */
export type Choices = Record<string, string>

const escaped = (text: string) => text.trim().replaceAll(/[\\|:]/g, (letter) => `\\${letter}`)

/**
 * What a variation is called for good: its choices, such as `Metal:Gold|Size:54`, and '' for a listing without any. Not
 * its SKU: a seller may have given it none, or give it another, and old orders keep the one of their day.
 */
export const variantIdOf = (choices: Choices): string =>
  Object.entries(choices)
    .map(([name, value]) => `${escaped(name)}:${escaped(value)}`)
    .toSorted()
    .join('|')

const PAIR = /((?:[^\\|:]|\\.)*):((?:[^\\|:]|\\.)*)(?:\||$)/g

/** The other way round. */
export function choicesIn(variantId: string): Choices {
  const plain = (text = '') => text.replaceAll(/\\(.)/g, '$1')
  return Object.fromEntries([...variantId.matchAll(PAIR)].map(([, name, value]) => [plain(name), plain(value)]))
}
