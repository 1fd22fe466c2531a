import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { csvLine } from '#app/kernel/csv.ts'

test.each([
  [['a', 1, null, ''], 'a,1,,\r\n'],
  [['a,b', 'say "yes"', 'two\nlines'], '"a,b","say ""yes""","two\nlines"\r\n'],
  [['=1+1', '+1', '-1', '@x', '\tx', '\rx'], `'=1+1,'+1,'-1,'@x,'\tx,"'\rx"\r\n`],
  [['=HYPERLINK("http://x","y")'], `"'=HYPERLINK(""http://x"",""y"")"\r\n`],
  [[-1], '-1\r\n'],
  [['Größe 52 💍'], 'Größe 52 💍\r\n'],
])('%j is written as %j', (cells, line) => {
  expect(csvLine(cells)).toBe(line)
})

test('what is written is read again as it was', () => {
  const cells = ['a,b', '"', 'a\r\n', 'x"y,z', ' ']
  expect(parse(csvLine(cells), { trim: false })).toEqual([cells])
})
