#!/usr/bin/env node
// Written for every Node from 20 on: it finds a Node that runs TypeScript (24 or newer) and hands over to it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, constants } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Images are decoded by the process' pool of threads, of which there are four however many cores there are. It can be
// told only before its first use.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism()))

const here = dirname(fileURLToPath(import.meta.url))
const built = join(here, '..', 'dist', 'cli', 'main.js')
const source = join(here, '..', 'src', 'cli', 'main.ts')
// A clone runs its sources; the published package carries none and runs its build.
const entry = existsSync(source) ? source : built

const major = Number(process.versions.node.split('.')[0])
if (major >= 24) {
  await import(pathToFileURL(entry).href)
} else {
  const bundled = bundledNode()
  if (bundled === undefined) {
    console.error(
      `skyloop needs Node 24 or newer; this is ${process.version} and no bundled Node was found. ` +
        'Run `npm install` without --omit=optional, or install Node 24.',
    )
    process.exit(1)
  }
  const child = spawn(bundled, [entry, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal's Ctrl-C reaches the child as well: it takes two within a second for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`skyloop could not start ${bundled}: ${error.message}`)
    process.exit(3)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** Path of the Node 24 that the optional dependency for this platform brings, or undefined. */
function bundledNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const require = createRequire(import.meta.url)
  try {
    const root = dirname(require.resolve(`node-${platform}-${process.arch}/package.json`))
    const binary = join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}
