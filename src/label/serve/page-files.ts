import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** A file of the page as a browser takes it. */
export interface PageFile {
  readonly contentType: string
  readonly body: string
}

const FOLDER = fileURLToPath(new URL('../page/', import.meta.url))
/** A clone holds TypeScript, the published package what the compiler made of it. */
const SOURCES = extname(fileURLToPath(import.meta.url)) === '.ts'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
}

/** Only these files exist, whatever a path says. By request path below `/page/`. */
const files = new Map(
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => !name.includes('.test.') && !name.endsWith('.d.ts'))
    .flatMap((name): (readonly [string, string])[] => {
      const suffix = extname(name)
      if (suffix === '.ts' && SOURCES) return [[`${name.slice(0, -3)}.js`, name]]
      return suffix in CONTENT_TYPES ? [[name, name]] : []
    }),
)
const ready = new Map<string, PageFile>()

/** @param name path below `/page/`, e.g. `view/main.js`. @returns undefined when there is no such file */
export async function pageFile(name: string): Promise<PageFile | undefined> {
  const source = files.get(name)
  if (source === undefined) return undefined
  const before = ready.get(name)
  if (before) return before
  const text = await readFile(join(FOLDER, source), 'utf8')
  const file = { contentType: CONTENT_TYPES[extname(name)] ?? '', body: extname(source) === '.ts' ? strip(text) : text }
  ready.set(name, file)
  return file
}

/** A browser's imports name the `.js` files that the package has. */
function strip(text: string): string {
  const warn = process.emitWarning.bind(process)
  // Node 24 says once that the function may change; that is for us to heed, not for who labels.
  process.emitWarning = () => undefined
  try {
    return stripTypeScriptTypes(text).replaceAll(/(from '\.{1,2}\/[^']*)\.ts'/g, "$1.js'")
  } finally {
    process.emitWarning = warn
  }
}
