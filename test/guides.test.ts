import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const GUIDES = fileURLToPath(new URL('../docs/guides/', import.meta.url))
const LAUNCHER = fileURLToPath(new URL('../bin/skyloop.js', import.meta.url))

/** A guide trains several times; the limit guards against hangs. */
const LIMIT_MS = 1_800_000

interface Block {
  /** Line of the guide where the block's first command stands. */
  readonly line: number
  readonly commands: string
}

/** The ```bash blocks of a page, in order. Other fences are for reading. */
function bashBlocks(page: string): Block[] {
  return [...page.matchAll(/^```bash\n(.*?)^```$/gms)].map((match) => ({
    line: page.slice(0, match.index).split('\n').length + 1,
    commands: match[1] as string,
  }))
}

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'skyloop-guides-'))
  await mkdir(join(root, 'bin'))
  await writeFile(join(root, 'bin', 'skyloop'), `#!/bin/sh\nexec "${process.execPath}" "${LAUNCHER}" "$@"\n`)
  await chmod(join(root, 'bin', 'skyloop'), 0o755)
})
afterAll(async () => rm(root, { recursive: true, force: true }))

/** Runs a script in a folder, with `skyloop` in its path and an engine of its own. @returns exit code and what it said */
async function bash(folder: string, script: string): Promise<{ code: number | null; said: string }> {
  const searchPath = [join(root, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter)
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: searchPath, HOME: folder, TMPDIR: tmpdir(), SKYLOOP_HOME: join(folder, '.skyloop'), CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  return { code, said }
}

const guides = (await readdir(GUIDES)).filter((name) => name.endsWith('.md'))

test.each(guides)(
  'every command of %s works, from top to bottom',
  async (name) => {
    const folder = join(root, name.replace(/\.md$/, ''))
    await mkdir(folder)
    const blocks = bashBlocks(await readFile(join(GUIDES, name), 'utf8'))
    expect(blocks.length).toBeGreaterThan(0)
    try {
      for (const { line, commands } of blocks) {
        const { code, said } = await bash(folder, commands)
        if (code !== 0) throw new Error(`${name}:${line}: exit code ${code}\n${commands}\n${said}`)
      }
    } finally {
      await bash(folder, 'skyloop local stop')
    }
  },
  LIMIT_MS,
)

test('links of the guides lead somewhere', async () => {
  for (const name of guides) {
    const page = await readFile(join(GUIDES, name), 'utf8')
    for (const [, target = ''] of page.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      await expect(readFile(join(GUIDES, target)), `${name} links to ${target}`).resolves.toBeDefined()
    }
  }
})
