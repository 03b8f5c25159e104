import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Benchmark, type BenchmarkOptions, type BenchmarkResult, measure, table } from './harness.ts'

type Prepare = (this: void, version: string, options: BenchmarkOptions) => Promise<Benchmark>

/**
 * Every benchmark by name; each is prepared only when it is asked for. Where there are several ways to measure, the first
 * is the one that a result bears in its own fields, the others are its `variants`.
 */
const BENCHMARKS: Record<string, () => Promise<{ prepare: Prepare | readonly Prepare[] }>> = {
  coco: () => import('./benchmarks/coco.ts'),
  predict: () => import('./benchmarks/predict.ts'),
  profile: () => import('./benchmarks/profile.ts'),
  train: () => import('./benchmarks/train.ts'),
  start: () => import('./benchmarks/start.ts'),
  step: () => import('./benchmarks/step.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    data: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(`npm run bench -- [${Object.keys(BENCHMARKS).join(' | ')}]... [--json] [--data FOLDER]

Measures against the peers that are installed (npm run bench:peers) in turns, and writes bench/results/NAME.json.
Without names: all of them. --json prints the result as the last line; --data takes photographs instead of generated scenes.`)
  process.exit(0)
}
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name))
if (unknown.length > 0) {
  console.error(`no benchmark "${unknown.join('", "')}"; there are ${Object.keys(BENCHMARKS).join(', ')}`)
  process.exit(64)
}
const root = new URL('../', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { version: string }
for (const name of names) {
  const { prepare } = await BENCHMARKS[name]!()
  const results: BenchmarkResult[] = []
  for (const prepareOne of [prepare].flat()) {
    const benchmark = await prepareOne(version, { data: values.data })
    const against = benchmark.peers.map((peer) => peer.name).join(', ')
    console.error(`${benchmark.name}: ${benchmark.what}; against ${against || 'nobody'}`)
    results.push(await measure(benchmark, (line) => console.error(`  ${line}`)))
  }
  const [first, ...variants] = results as [BenchmarkResult, ...BenchmarkResult[]]
  const result = variants.length > 0 ? { ...first, variants } : first
  const folder = new URL('bench/results/', root)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(result, null, 2)}\n`)
  for (const one of results) console.log(`${table(one)}\n`)
  if (values.json) console.log(JSON.stringify(result))
}
