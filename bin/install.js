// Installs the packages that the lock file names. Written for every Node from 20 on, with nothing installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** Root of the checkout, or of the installed package. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Installs what is missing; does nothing, in milliseconds, when all is there. Ends the process when npm fails.
 *
 * @param {{ development: boolean }} options whether the tools for developing are needed too
 */
export function installPackages({ development }) {
  const missing = missingPackage(development)
  if (missing === undefined) return
  console.error(`installing packages (${missing})`)
  // `npm ci` refuses a lock file that lacks packages for other platforms, which a registry mirror may not carry;
  // `npm install` takes the same versions from it, and with --no-save writes neither the manifest nor the lock file.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  // Where nothing is installed yet, the tools for developing are left out; elsewhere they must not be taken away.
  if (!development && !existsSync(join(root, 'node_modules'))) args.push('--omit=dev')
  // npm names itself when it runs a script; that works on every platform without a shell.
  const npm = process.env.npm_execpath
  const [command, ...rest] = npm?.endsWith('.js') ? [process.execPath, npm, ...args] : ['npm', ...args]
  const result = spawnSync(command, rest, {
    cwd: root,
    // stdout belongs to the command's own result.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  })
  if (result.signal) process.exit(130)
  if (result.error || result.status !== 0) {
    console.error(`npm install failed: ${result.error?.message ?? `exit code ${result.status}`}`)
    process.exit(3)
  }
}

/** The first package that is not in place, or undefined: the lock file against npm's own record of what it installed. */
function missingPackage(development) {
  const lockPath = join(root, 'package-lock.json')
  // The published package has no lock file; its packages were installed with it.
  if (!existsSync(lockPath)) return undefined
  const recordPath = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(recordPath)) return 'there are none yet'
  const wanted = JSON.parse(readFileSync(lockPath, 'utf8')).packages
  const present = JSON.parse(readFileSync(recordPath, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional || entry.devOptional || entry.peer || (entry.dev && !development)) continue
    if (present[path]?.version !== entry.version) return `${path.replace(/^.*node_modules\//, '')} ${entry.version}`
  }
  return undefined
}
