import ts from 'typescript'

export type Source = { path: string; text: string }

/** One function: those with a name, and callbacks that stand in no other function. */
export type FunctionSize = { at: string; name: string; lines: number; parameters: number }

export type Measured = {
  functions: FunctionSize[]
  /** Lines in all. */
  lines: number
  /** Lines with anything on them. */
  written: number
  /** Lines with a comment or a part of one on them. */
  comments: number
}

/** Measures one file by its syntax tree. */
export function measureSource({ path, text }: Source): Measured {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind)
  const lines = text.trimEnd().split('\n')
  return {
    functions: functionsOf(tree, path),
    lines: lines.length,
    written: lines.filter((line) => line.trim()).length,
    comments: commentLines(tree).size,
  }
}

function functionsOf(tree: ts.SourceFile, path: string): FunctionSize[] {
  const found: FunctionSize[] = []
  const visit = (node: ts.Node, inside: boolean): void => {
    const counted = isFunction(node) && (nameOf(node) !== undefined || !inside)
    if (counted) found.push(sizeOf(tree, { path, node }))
    node.forEachChild((child) => visit(child, inside || isFunction(node)))
  }
  visit(tree, false)
  return found
}

function sizeOf(tree: ts.SourceFile, { path, node }: { path: string; node: WithBody }): FunctionSize {
  const first = lineOf(tree, node.getStart(tree))
  const parameters = node.parameters.filter((one) => one.name.getText(tree) !== 'this').length
  return {
    at: `${path}:${first + 1}`,
    name: nameOf(node) ?? 'callback',
    lines: lineOf(tree, node.end) - first + 1,
    parameters,
  }
}

type WithBody = ts.FunctionLikeDeclaration & { body: ts.Node }

function isFunction(node: ts.Node): node is WithBody {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined
}

function nameOf(node: ts.FunctionLikeDeclaration): string | undefined {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  if (node.name) return node.name.getText()
  const { parent } = node
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)
  return named ? parent.name.getText() : undefined
}

// By the tokens of the tree, and not by searching the text: "//" is in every address, and JSX has words of its own.
function commentLines(tree: ts.SourceFile): Set<number> {
  const lines = new Set<number>()
  const keep = ({ pos, end }: ts.CommentRange) => {
    for (let line = lineOf(tree, pos); line <= lineOf(tree, end); line++) lines.add(line)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) return
    if (node.getChildCount(tree) === 0 && !ts.isJsxText(node)) {
      ts.getLeadingCommentRanges(tree.text, node.pos)?.forEach(keep)
      if (!endsInJsxText(node)) ts.getTrailingCommentRanges(tree.text, node.end)?.forEach(keep)
    }
    for (const child of node.getChildren(tree)) if (!ts.isJSDoc(child)) visit(child)
  }
  visit(tree)
  return lines
}

// After the ">" of a tag comes text for the reader, in which "// no" is no comment.
function endsInJsxText({ parent }: ts.Node): boolean {
  return ts.isJsxOpeningElement(parent) || ts.isJsxClosingElement(parent) || ts.isJsxSelfClosingElement(parent)
}

const lineOf = (tree: ts.SourceFile, position: number) => tree.getLineAndCharacterOfPosition(position).line
