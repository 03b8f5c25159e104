// Plain JavaScript for every Node from 20 on: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** Root of the checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Installs the dependencies that the lockfile names, unless they are there already.
 *
 * @returns seconds spent; 0 when nothing had to be done
 */
export function installDependencies() {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  // Lies inside node_modules, so that deleting the folder forgets it.
  const stamp = join(root, 'node_modules', '.skyloop-lockfile')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return 0
  const start = Date.now()
  console.error('Installing dependencies (npm ci)...')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0) {
    console.error(`npm ci failed (${result.error?.message ?? `exit code ${result.status}`}).`)
    process.exit(result.status || 1)
  }
  writeFileSync(stamp, lockfile)
  return (Date.now() - start) / 1000
}

/** The environment in which `node` and the installed tools are this project's own. */
export function projectEnvironment() {
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` }
}
