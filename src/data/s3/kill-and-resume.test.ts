import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FaultyProxy, startFaultyProxy } from '../../../test/support/faulty-proxy.ts'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { listUploads } from './list-uploads.ts'

const MIB = 1024 * 1024
const LARGE = 21 * MIB

let engine: TestEngine
let proxy: FaultyProxy
let s3: S3Client
let folder: string

beforeAll(async () => {
  engine = await startTestEngine()
  proxy = await startFaultyProxy(engine.url)
  s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: 'flights' }))
  folder = await mkdtemp(join(tmpdir(), 'skyloop-kill-'))
})
afterAll(async () => {
  await proxy.close()
  await engine.stop()
  await rm(folder, { recursive: true, force: true })
})

const PROGRAM = `
const { S3Client } = await import('@aws-sdk/client-s3')
const { sync } = await import(process.argv[1])
const [source, target, configuration] = process.argv.slice(2)
const options = { parallel: 2, partsFromBytes: ${5 * MIB}, partBytes: ${5 * MIB} }
console.log(JSON.stringify(await sync(new S3Client(JSON.parse(configuration)), source, target, options)))
`

/** A sync as a process of its own. */
function startSync(source: string, target: string) {
  const configuration = JSON.stringify({ ...engine.clientConfiguration, endpoint: proxy.url })
  const module = new URL('./sync.ts', import.meta.url).href
  return spawn(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, module, source, target, configuration],
    // The program's imports are resolved from here.
    { cwd: new URL('../../..', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] },
  )
}

/** Runs a sync and kills it as soon as a request comes that `isLast` knows; that request gets no answer. */
async function killAt(source: string, target: string, isLast: (line: string, range: string) => boolean): Promise<void> {
  const child = startSync(source, target)
  proxy.decide = ({ method, url, headers }) => {
    if (!isLast(`${method} ${url}`, headers.range ?? '')) return 'pass'
    // A moment, so that the requests beside it are answered.
    setTimeout(() => child.kill('SIGKILL'), 300)
    return 'hang'
  }
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect([code, signal]).toEqual([null, 'SIGKILL'])
}

async function finish(source: string, target: string): Promise<{ copied: number; unchanged: number }> {
  proxy.decide = () => 'pass'
  proxy.seen.length = 0
  const child = startSync(source, target)
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await once(child, 'close')
  return JSON.parse(out) as { copied: number; unchanged: number }
}

test('a sync that is killed goes on where it was, both ways, and leaves nothing behind', async () => {
  const source = join(folder, 'source')
  const large = Buffer.alloc(LARGE)
  for (let i = 0; i < LARGE; i += 4) large.writeUInt32LE(i, i)
  await mkdir(source)
  await writeFile(join(source, 'a.txt'), 'small')
  await writeFile(join(source, 'b.bin'), large)
  await writeFile(join(source, 'c.txt'), 'last')

  // Five parts of 5, 5, 5, 5 and 1 MiB: killed when the fourth is sent.
  await killAt(source, 's3://flights/set', (line) => line.includes('partNumber=4'))
  expect(await listUploads(s3, 's3://flights/set')).toHaveLength(1)
  const up = await finish(source, 's3://flights/set')
  const parts = proxy.seen.filter((line) => line.includes('partNumber=')).length
  expect(parts).toBeLessThanOrEqual(3)
  expect(up.copied + up.unchanged).toBe(3)
  expect(await listUploads(s3, 's3://flights/set')).toEqual([])

  const target = join(folder, 'target')
  await killAt('s3://flights/set', target, (_line, range) => range.startsWith(`bytes=${15 * MIB}`))
  expect((await readdir(target)).filter((name) => name === 'b.bin')).toEqual([])
  const down = await finish('s3://flights/set', target)
  expect(proxy.seen.filter((line) => line.includes('b.bin?x-id=GetObject')).length).toBeLessThanOrEqual(3)
  expect(down.copied + down.unchanged).toBe(3)
  expect((await readdir(target)).toSorted()).toEqual(['a.txt', 'b.bin', 'c.txt'])
  expect((await readFile(join(target, 'b.bin'))).equals(large)).toBe(true)
})
