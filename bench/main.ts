import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Benchmark, measure, table } from './harness.ts'

/** Every benchmark by name; each is prepared only when it is asked for. */
const BENCHMARKS: Record<string, () => Promise<{ prepare: (this: void, version: string) => Promise<Benchmark> }>> = {
  coco: () => import('./benchmarks/coco.ts'),
  predict: () => import('./benchmarks/predict.ts'),
  train: () => import('./benchmarks/train.ts'),
  start: () => import('./benchmarks/start.ts'),
  step: () => import('./benchmarks/step.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
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
  const benchmark = await prepare(version)
  console.error(
    `${name}: ${benchmark.what}; against ${benchmark.peers.map((peer) => peer.name).join(', ') || 'nobody'}`,
  )
  const result = await measure(benchmark, (line) => console.error(`  ${line}`))
  const folder = new URL('bench/results/', root)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(result, null, 2)}\n`)
  console.log(table(result))
  if (values.json) console.log(JSON.stringify(result))
}
