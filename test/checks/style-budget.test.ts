import { describe, expect, test } from 'vitest'
import { measureSource } from '../../.ci/measure-source.ts'
import { judge, type Budget } from '../../.ci/style-budget.ts'

const measure = (text: string, path = 'app/ring.tsx') => measureSource({ path, text })

describe('a function', () => {
  const sizes = (text: string) =>
    measure(text).functions.map(({ name, lines, parameters }) => [name, lines, parameters])

  test.each<[string, string, [string, number, number][]]>([
    ['declared', 'function size(a, b) {\n  return a\n}', [['size', 3, 2]]],
    ['as an arrow with a name', 'const size = (a) =>\n  a', [['size', 2, 1]]],
    [
      'as a method, a constructor and a field',
      'class A {\n constructor() {}\n get b() {\n return 1\n }\n c = () => 1\n}',
      [
        ['constructor', 1, 0],
        ['b', 3, 0],
        ['c', 1, 0],
      ],
    ],
    ['as a property', 'const a = { b: function () {\n} }', [['b', 2, 0]]],
    [
      'inside another is measured with it and by itself',
      'function a() {\n  function b() {}\n}',
      [
        ['a', 3, 0],
        ['b', 1, 0],
      ],
    ],
    ['as a callback inside another is part of that', 'function a() {\n  list.map((x) => x)\n}', [['a', 3, 0]]],
    ['as a callback of its own', "test('a', () => {\n  list.map((x) => x)\n})", [['callback', 3, 0]]],
    ['without a body is none', 'declare function a(b: number): void\ninterface C { d(): void }', []],
    ['does not take `this` for a parameter', 'function a(this: A, b) {}', [['a', 1, 1]]],
    ['does not have its comment for a part', '/** why\n * this\n */\nfunction a() {}', [['a', 1, 0]]],
  ])('%s', (_, text, expected) => {
    expect(sizes(text)).toEqual(expected)
  })

  test('is found again by file and line', () => {
    expect(measure('\n\nfunction a() {}').functions[0]?.at).toBe('app/ring.tsx:3')
  })
})

describe('a comment', () => {
  test.each<[string, string, number]>([
    ['on a line of its own', '// why\nconst a = 1', 1],
    ['behind code', 'const a = 1 // why', 1],
    ['over several lines', '/**\n * why\n */\nconst a = 1', 3],
    ['before a closing brace', 'function a() {\n  // nothing to do\n}', 1],
    ['at the end of the file', 'const a = 1\n// why', 1],
    ['of two kinds on one line counts once', '/* a */ const a = 1 // why', 1],
    ['in JSX', 'const a = <p>{/* why */}</p>', 1],
    ['is no address', "const a = 'https://example.com'", 0],
    ['is no address in a template', 'const a = `https://${host}//x` + `//${b}`', 0],
    ['is no text of a page', 'const a = <p>// for the reader</p>', 0],
    ['is no text of a page after a tag', 'const a = <p><b>x</b>// for the reader<i /> /* nor this */</p>', 0],
    ['is no regular expression', 'const a = /\\/\\//.test(b)', 0],
  ])('%s', (_, text, lines) => {
    expect(measure(text).comments).toBe(lines)
  })
})

describe('the budget', () => {
  const budget: Budget = {
    functionLines: { median: 2, p90: 4, max: 5 },
    fileLines: { p90: 20, max: 25 },
    parameters: { max: 3, except: ['app/entry.tsx'] },
    commentPercent: { min: 6, max: 50 },
    testLinesPerCodeLine: { min: 1 },
  }
  const lines = (count: number) => `function long() {\n${'  work()\n'.repeat(count - 2)}}\n`
  const broken = (code: string, tests = code, path = 'app/a.ts') =>
    judge(budget, {
      code: [{ path, text: `// why\n${code}` }],
      tests: [{ path: 'test/a.ts', text: `// why\n${tests}` }],
    })
      .filter(({ kept }) => !kept)
      .map(({ what, where }) => [what, ...where])

  test('is kept by short functions with a reason here and there', () => {
    expect(broken('const a = 1\nfunction b() {}\n')).toEqual([])
  })

  test.each<[string, string, string[][]]>([
    ['functions that are long on the whole', lines(3), [['function lines, median']]],
    [
      'one function in ten that is rather long',
      `${'function a() {}\n'.repeat(4)}${lines(5)}`,
      [['function lines, 90 %']],
    ],
    [
      'one function that is too long',
      `${'function a() {}\n'.repeat(9)}${lines(6)}`,
      [['function lines, longest', 'app/a.ts:11 long: 6 lines']],
    ],
    [
      'one function that takes too much',
      'function a(b, c, d, e) {}',
      [['parameters, most', 'app/a.ts:2 a: 4 parameters']],
    ],
    [
      'a file that is too long',
      'a()\n'.repeat(25) + '// why\n'.repeat(3),
      [['file lines, 90 %'], ['file lines, longest', 'app/a.ts: 29 lines']],
    ],
    ['too little said', 'a()\n'.repeat(17), [['comments, % of lines']]],
    ['too much said', '// why\n'.repeat(9), [['comments, % of lines']]],
  ])('is broken by %s', (_, code, expected) => {
    expect(broken(code)).toEqual(expected)
  })

  test('is broken by code without tests', () => {
    expect(broken('a()\n'.repeat(9), 'a()\n'.repeat(8))).toEqual([['test lines per code line']])
  })

  test('excuses what a framework dictates', () => {
    expect(broken('function a(b, c, d, e) {}', 'a()', 'app/entry.tsx')).toEqual([])
  })
})
