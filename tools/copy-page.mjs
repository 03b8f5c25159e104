// The last part of `npm run build`: what a browser needs of the labelling page besides compiled code.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { root } from '../bin/install.js'

const from = join(root, 'src/label/page')
const to = join(root, 'dist/label/page')
mkdirSync(to, { recursive: true })
for (const name of readdirSync(from)) {
  if (['.html', '.css', '.svg'].includes(extname(name))) copyFileSync(join(from, name), join(to, name))
}
