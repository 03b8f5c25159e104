/** Import directions of the house. Each rule is an absence: "x never imports y". */
const ONLY = (from, allowed, why) => ({
  name: `${from}-imports`,
  comment: why,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: [from, ...allowed].map((d) => `^src/${d}/`) },
})
module.exports = {
  forbidden: [
    // Cycles between values are the linter's (import/no-cycle): this parser cannot tell types, which may refer to each other.
    ONLY('core', [], 'core is the leaf: it imports nothing from src'),
    ONLY('config', ['core'], 'configuration knows only core'),
    ONLY('data', ['core', 'config'], 'data reaches AWS through SDK clients and knows no model'),
    ONLY(
      'label',
      ['core', 'config', 'data'],
      'labelling reaches jobs and images through SDK clients and is handed its model',
    ),
    ONLY('yolo', ['core'], 'yolo knows neither AWS nor the engine'),
    ONLY('track', ['core', 'config'], 'tracking is a client and a server of MLflow, nothing else'),
    ONLY('pipeline', ['core', 'config'], 'a pipeline is a definition; it runs nothing'),
    ONLY(
      'jobs',
      ['core', 'data', 'yolo', 'monitor', 'track', 'label'],
      'a job knows the container contract, never the engine or the CLI',
    ),
    ONLY('registry', ['core', 'config'], 'registry talks to SageMaker only'),
    ONLY('deploy', ['core', 'config', 'registry'], 'deploy talks to SageMaker only'),
    ONLY('monitor', ['core', 'config', 'data'], 'monitor reads captured data'),
    ONLY('governance', ['core', 'config'], 'policies are documents'),
    ONLY('engine', ['core'], 'the engine starts jobs as processes; it imports none of them'),
    {
      name: 'the-page-runs-in-a-browser',
      comment: 'the labelling page is served as it is: it imports itself and nothing of Node',
      severity: 'error',
      from: { path: '^src/label/page/' },
      to: { pathNot: '^src/label/page/' },
    },
    {
      name: 'only-the-host-imports-the-engine',
      comment: 'everything else reaches the engine as it reaches AWS: over the wire',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(engine/|index\\.ts$|cli/engine/host\\.ts$)' },
      to: { path: '^src/engine/' },
    },
    {
      name: 'only-runtime-imports-onnxruntime',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/yolo/runtime/' },
      to: { path: 'node_modules/onnxruntime-node' },
    },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        pathNot: '\\.d\\.ts$',
        dependencyTypesNot: ['npm'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    exclude: { path: '\\.test\\.ts$' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
