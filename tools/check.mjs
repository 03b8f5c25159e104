// `npm test`: installs what is missing, then every check in the order in which a mistake is cheapest to find.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { installPackages, root } from '../bin/install.js'

installPackages({ development: true })
// `node` and the tools are this project's own.
const environment = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
}

const only = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), 'skyloop-check-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const counts = join(scratch, 'counts.json')
const checks = [
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of the page', command: 'tsc', args: ['-p', 'src/label/page/view'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware'] },
  { name: 'imports', command: 'node', args: ['tools/imports.mjs'] },
  { name: 'unused', command: 'knip', args: [] },
  { name: 'coverage page', command: 'node', args: ['tools/coverage.ts', '--check'] },
  { name: 'providers page', command: 'node', args: ['tools/execution-providers.ts', '--check'] },
  {
    name: 'tests',
    command: 'vitest',
    args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${counts}`, ...only],
  },
]

for (const { name, command, args } of checks) {
  // With test files named on the command line, only those are run.
  if (only.length > 0 && name !== 'tests') continue
  const start = Date.now()
  const result = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: name === 'tests' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
    console.error(`${name}: failed after ${seconds}s${result.error ? ` (${result.error.message})` : ''}`)
    process.exit(result.status || 1)
  }
  console.log(`${name}: ok (${seconds}s)`)
}

const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(counts, 'utf8'))
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
