// node tools/mutate.ts [GROUP...] [--json FILE] [--only PATTERN] [--every N]: makes one small mistake after the other in a copy of the
// sources and runs the tests that should notice. PATTERN is looked for in `file:line code`; N takes each n-th mistake only.
// Survivors are missing tests, or mistakes without effect (test/parity/README.md).
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createVitest } from 'vitest/node'
import { mutate, mutationsOf } from '../test/mutation/mutations.ts'

interface Group {
  readonly sources: readonly string[]
  /** The quickest first: the first failure ends a run. */
  readonly tests: readonly string[]
}

const LOWERING = join(import.meta.dirname, '../src/yolo/lowering')
const OPERATIONS = ['src/yolo/autodiff/gradients.test.ts', 'test/parity/ops.test.ts']
const GROUPS: Readonly<Record<string, Group>> = {
  loss: {
    sources: ['src/yolo/loss/assignment.ts', 'src/yolo/loss/box.ts', 'src/yolo/loss/detection-loss.ts'],
    tests: ['src/yolo/loss', 'test/parity/assignment.test.ts', 'test/parity/loss.test.ts'],
  },
  rules: { sources: ['src/yolo/autodiff/rules.ts', 'src/yolo/autodiff/gradients.ts'], tests: OPERATIONS },
  lowerings: {
    sources: readdirSync(LOWERING)
      .filter((name) => /^lower.*(?<!\.test)\.ts$/.test(name))
      .map((name) => `src/yolo/lowering/${name}`),
    tests: [
      ...OPERATIONS,
      'src/yolo/lowering/lower-cross-entropy.test.ts',
      'src/yolo/lowering/compile.test.ts',
      'src/yolo/runtime/channel-block.test.ts',
      'src/yolo/loss',
      'src/yolo/model/network.test.ts',
      'test/parity/loss.test.ts',
    ],
  },
  training: {
    sources: [
      'src/yolo/train/update/optimiser.ts',
      'src/yolo/train/update/schedule.ts',
      'src/yolo/train/update/moving-average.ts',
      'src/yolo/train/update/move-weights.ts',
    ],
    tests: ['src/yolo/train/update', 'test/parity/schedule.test.ts'],
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, only: { type: 'string', default: '' }, every: { type: 'string', default: '1' } },
})
const only = new RegExp(values.only)
const every = Number(values.every)
if (!Number.isInteger(every) || every < 1)
  throw new Error(`--every ${values.every} is not a whole number of at least 1`)
const chosen = positionals.length > 0 ? positionals : Object.keys(GROUPS)
const root = join(import.meta.dirname, '..')
const copy = mkdtempSync(join(tmpdir(), 'skyloop-mutate-'))
process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
for (const name of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
  cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !path.includes('.venv') })
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

/** One test runner for all mistakes, in one process without isolation: starting and loading ONNX Runtime take longer than the tests. */
const runner = await createVitest(
  'test',
  {
    root: copy,
    config: join(copy, 'vitest.config.ts'),
    watch: false,
    bail: 1,
    isolate: false,
    maxWorkers: 1,
    reporters: [{}],
  },
  { server: { watch: null } },
)
async function passes(tests: readonly string[]): Promise<boolean> {
  const specifications = await runner.globTestSpecifications([...tests])
  const { testModules, unhandledErrors } = await runner.rerunTestSpecifications(specifications)
  return unhandledErrors.length === 0 && testModules.length > 0 && testModules.every((module) => module.ok())
}

function change(path: string, source: string): void {
  writeFileSync(path, source)
  runner.invalidateFile(path)
}

interface Verdict {
  readonly file: string
  readonly line: number
  readonly what: string
  readonly code: string
  readonly killed: boolean
}
const verdicts: Verdict[] = []
for (const name of chosen) {
  const group = GROUPS[name]
  if (!group) throw new Error(`no group ${name}; there are ${Object.keys(GROUPS).join(', ')}`)
  if (!(await passes(group.tests))) throw new Error(`the tests of ${name} fail without any mistake`)
  for (const file of group.sources) {
    const source = readFileSync(join(root, file), 'utf8')
    const path = join(copy, file)
    for (const [index, mutation] of mutationsOf(source).entries()) {
      const line = source.slice(0, mutation.start).split('\n').length
      const code = (source.split('\n')[line - 1] as string).trim()
      if (index % every !== 0 || !only.test(`${file}:${line} ${code}`)) continue
      change(path, mutate(source, mutation))
      const verdict = { file, line, what: mutation.what, code, killed: !(await passes(group.tests)) }
      verdicts.push(verdict)
      console.log(`${verdict.killed ? 'killed  ' : 'SURVIVED'} ${file}:${line} ${mutation.what}   ${code}`)
    }
    change(path, source)
  }
  if (!(await passes(group.tests))) throw new Error(`the tests of ${name} fail after the last mistake was taken back`)
}
await runner.close()
// The runner counts noticed mistakes as failures.
process.exitCode = 0

for (const file of new Set(verdicts.map((verdict) => verdict.file))) {
  const own = verdicts.filter((verdict) => verdict.file === file)
  console.log(`${file}: ${own.filter(({ killed }) => killed).length} of ${own.length} killed`)
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(verdicts, null, 1)}\n`)
