import ts from 'typescript'
import type { Operations } from './operation-rules.ts'

/** The operations of a `.graphql` file, or of the `#graphql` texts in TypeScript; and texts that cannot be judged. */
export function findOperations(path: string, text: string): { operations: Operations[]; errors: string[] } {
  if (path.endsWith('.graphql')) return { operations: [{ at: path, text }], errors: [] }
  const operations: Operations[] = []
  const errors: string[] = []
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kindOf(path))
  const visit = (node: ts.Node): void => {
    const at = () => `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (ts.isStringLiteralLike(node)) {
      if (MARKED.test(node.text)) operations.push({ at: at(), text: node.text })
      else if (UNMARKED.test(node.text)) errors.push(`${at()}: begin it with #graphql, or nobody checks it.`)
    }
    if (ts.isTemplateExpression(node) && (MARKED.test(node.head.text) || UNMARKED.test(node.head.text))) {
      errors.push(`${at()}: a text put together cannot be checked: use variables, and fragments in one document.`)
    }
    node.forEachChild(visit)
  }
  visit(tree)
  return { operations, errors }
}

const kindOf = (path: string) => (path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)

const MARKED = /^\s*#graphql/
const UNMARKED = /^\s*(query|mutation|subscription)\s+\w*\s*(\([^)]*\)\s*)?\{/
