import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where Linux distributions put Chromium; `apt-get install chromium` brings it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Path of a Chromium, or undefined: then tests in a browser are skipped by name. */
export const CHROMIUM = PLACES.find((path) => existsSync(path))

export function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('there is no Chromium')
  // As root, which containers often are, Chromium's own sandbox does not start; the pages are ours.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}
