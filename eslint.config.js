import reactHooks from 'eslint-plugin-react-hooks'
import { builtinRules } from 'eslint/use-at-your-own-risk'
import tseslint from 'typescript-eslint'

// The house style as far as a linter can hold it (docs of the rules: eslint.org, typescript-eslint.io). Each ban names
// what to do instead. Comments that switch a rule off have no effect: an exception is a line below, with its reason.

/** Files that hand time and chance to the others, run in a browser, or measure. */
const OWN_TIME = [
  'app/kernel/system-clock.server.ts',
  'app/ui/**',
  'app/entry.client.tsx',
  'sandbox/demo.ts',
  'sandbox/demo/**',
  'sandbox/shopify/admin/{host,bridge}/**',
  'bench/**',
  'prisma/**',
  '.ci/**',
  'test/support/**',
]

/** Files that read the environment, once, for the others. */
const OWN_ENVIRONMENT = [
  'app/env.server.ts',
  'sandbox/demo.ts',
  'sandbox/demo/**',
  'sandbox/main.ts',
  'bench/**',
  'prisma/**',
  '*.config.{ts,js}',
  '.ci/**',
  'test/**',
]

/** Files that a framework or a tool reads by their default export. */
const DEFAULT_EXPORTS = ['app/root.tsx', 'app/entry.*.tsx', 'app/routes/**', 'extensions/**', '*.config.{ts,js}']

const clock = 'Take a Clock (#app/kernel/clock.ts): clock.now(), clock.after().'
const moment = 'Hand the moment to the statement as a parameter.'
const strip = 'Node runs TypeScript by leaving the types out, so it must be nothing but types:'

const time = [
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: clock },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clock },
  { selector: 'CallExpression[callee.name=/^set(Timeout|Interval)$/]', message: clock },
  { selector: 'ImportDeclaration[source.value=/^(node:)?timers/]', message: clock },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Take a Random (#app/kernel/clock.ts).',
  },
]

const environment = [
  {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'Take the value as an argument, in the end from env() of #app/env.server.ts.',
  },
]

const defaultExport = [{ selector: 'ExportDefaultDeclaration', message: 'Export it by its name.' }]

const NOW = '/(?<![.\\w])(now\\(\\)|clock_timestamp\\(\\)|current_timestamp)/i'

const sql = [
  { selector: `TemplateElement[value.raw=${NOW}]`, message: moment },
  { selector: `Literal[value=${NOW}]`, message: moment },
]

const syntax = [
  { selector: 'TSEnumDeclaration', message: `${strip} a union of strings.` },
  { selector: 'TSParameterProperty', message: `${strip} a declared field.` },
  { selector: 'TSImportEqualsDeclaration', message: `${strip} an import.` },
  { selector: 'TSModuleDeclaration[kind="namespace"]', message: `${strip} a module.` },
  { selector: 'TSAsExpression > TSAsExpression', message: 'Parse the value (zod), or narrow it.' },
  { selector: 'ExportAllDeclaration', message: 'No barrel files: import from the file that has the thing.' },
  {
    selector:
      ':matches(ImportDeclaration, ExportNamedDeclaration)[source.value=/^[.#](?!.*[.](tsx?|js|css|json)([?].*)?$)/]',
    message: 'Name the file with its extension: Node runs it as it is.',
  },
]

// One rule under five names, so that a file can be excused from one ban and keep the others.
const restricted = builtinRules.get('no-restricted-syntax')
const house = {
  rules: Object.fromEntries(
    ['time', 'environment', 'default-export', 'sql', 'syntax'].map((name) => [name, restricted]),
  ),
}

export default tseslint.config(
  { ignores: ['node_modules/', 'build/', '.data/', '.cache/', 'test/browser/shots/'] },
  { linterOptions: { noInlineConfig: true } },
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { house, 'react-hooks': reactHooks },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'house/time': ['error', ...time],
      'house/environment': ['error', ...environment],
      'house/default-export': ['error', ...defaultExport],
      'house/sql': ['error', ...sql],
      'house/syntax': ['error', ...syntax],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'object-shorthand': 'error',
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 70],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An index that was just compared with the length is there, and `heap[0]!` says so in one sign.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Refuses `Promise.withResolvers<void>()`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // The compiler says it already.
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  { files: OWN_TIME, rules: { 'house/time': 'off' } },
  { files: OWN_ENVIRONMENT, rules: { 'house/environment': 'off' } },
  { files: DEFAULT_EXPORTS, rules: { 'house/default-export': 'off' } },
  {
    files: ['**/*.tsx', 'app/ui/**'],
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  // Remix says what it takes.
  { files: ['app/entry.server.tsx'], rules: { '@typescript-eslint/max-params': 'off' } },
  // They test this very ban.
  { files: ['test/checks/lint.test.ts', 'test/prisma/sql.test.ts'], rules: { 'house/sql': 'off' } },
  // A group of tests is one function, as long as the group; a table's row is its parameters.
  { files: ['test/**'], rules: { 'max-lines-per-function': 'off', '@typescript-eslint/max-params': 'off' } },
)
