// The house's walls, as docs/dataflow.md and the design draw them: imports go one way, through index.ts.
const OPEN = ['domain', 'numerics'];
const MAY_IMPORT = {
  platform: [],
  survival: [],
  i18n: [],
  terminology: ['platform'],
  chart: ['terminology', 'platform'],
  eligibility: ['chart', 'terminology'],
  'model-registry': ['platform'],
  modalities: ['chart', 'terminology', 'platform'],
  fusion: ['survival'],
  policy: ['chart', 'eligibility', 'fusion', 'terminology', 'platform'],
  assessment: ['chart', 'eligibility', 'modalities', 'fusion', 'survival', 'model-registry', 'platform'],
  cards: ['assessment', 'policy', 'eligibility', 'i18n'],
  hooks: ['cards', 'assessment', 'policy', 'eligibility', 'chart', 'platform'],
  web: ['assessment', 'cards', 'policy', 'eligibility', 'chart', 'model-registry', 'i18n', 'platform'],
  http: ['hooks', 'web', 'assessment', 'model-registry', 'platform'],
  learning: [
    'assessment',
    'modalities',
    'eligibility',
    'fusion',
    'survival',
    'model-registry',
    'chart',
    'platform',
  ],
  simulation: ['terminology', 'survival', 'platform'],
  demo: ['simulation', 'terminology', 'platform'],
};
const OWNERS = {
  express: ['http', 'app', 'web', 'demo'],
  '@medplum/(core|definitions|fhir-router)': ['demo'],
  'fhir-kit-client': ['chart'],
  croner: ['assessment'],
  dcmjs: ['modalities/radiomics', 'simulation'],
  '@cornerstonejs/': ['modalities/radiomics'],
  undici: ['modalities/radiomics'],
  'fast-png': ['modalities/radiomics'],
  'onnxruntime-node': ['model-registry', 'learning'],
  '(bullmq|ioredis)': ['assessment', 'platform'],
  '@stdlib/': ['numerics'],
  '(vega|vega-lite)': ['learning/charts'],
  '(@resvg/resvg-js|dejavu-fonts-ttf)': ['learning/charts', 'modalities/radiomics/render'],
  'ml-kmeans': ['learning/clusters'],
  'read-excel-file': ['learning/published'],
};
const any = (names) => `^src/(${names.join('|')})/`;

const roomRules = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room} imports only: ${[...OPEN, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: any([room, ...OPEN, ...allowed]) },
}));

const ownerRules = Object.entries(OWNERS).map(([pkg, owners]) => ({
  name: `owner-${pkg.replace(/\W+/g, '-')}`,
  comment: `${pkg} is used only by ${owners.join(', ')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: any(owners) },
  to: { path: `node_modules/${pkg.replace(/\/$/, '')}/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'numerics-imports-domain-only',
      severity: 'error',
      from: { path: '^src/numerics/' },
      to: { path: '^src/', pathNot: any(['domain', 'numerics']) },
    },
    {
      name: 'through-the-index',
      comment: 'Another room is entered through its index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/([^/]+)/',
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/(hooks|modalities)/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'siblings-are-strangers',
      comment: 'One hook or modality never imports another (common is theirs to share)',
      severity: 'error',
      from: { path: '^src/(hooks|modalities)/([^/]+)/' },
      to: { path: '^src/$1/[^/]+/', pathNot: ['^src/$1/$2/', '^src/$1/common/'] },
    },
    {
      name: 'src-not-to-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(tests|benchmarks|scripts)/' },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        pathNot: 'node_modules/@types/',
        dependencyTypesNot: ['type-only'],
      },
    },
    ...roomRules,
    ...ownerRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
