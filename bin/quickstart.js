#!/usr/bin/env node
// `npm run quickstart` on a fresh clone: installs what is missing, then runs `skyloop quickstart` with the arguments
// given. Written for every Node from 20 on, with nothing installed.
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { installPackages, root } from './install.js'

// The time a person waits includes the installation.
process.env.SKYLOOP_STARTED_AT_MS = String(Date.now())
installPackages({ development: false })
process.env.SKYLOOP_INSTALL_MS = String(Date.now() - Number(process.env.SKYLOOP_STARTED_AT_MS))
const launcher = join(root, 'bin', 'skyloop.js')
process.argv = [process.execPath, launcher, 'quickstart', ...process.argv.slice(2)]
await import(pathToFileURL(launcher).href)
