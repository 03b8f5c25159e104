#!/usr/bin/env node
// Written for every Node from 20 on: it finds a Node that runs TypeScript (24 or newer) and hands over to it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

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
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    else process.exit(code ?? 1)
  })
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
