import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../../engine/testing.ts'
import { runProgram } from '../../program.ts'

let engine: TestEngine
let folder: string

beforeAll(async () => {
  engine = await startTestEngine()
  const s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: 'flights' }))
  s3.destroy()
  folder = await mkdtemp(join(tmpdir(), 'skyloop-s3-cli-'))
  const { accessKeyId, secretAccessKey } = engine.adminCredentials
  await mkdir(join(folder, 'home', 'aws'), { recursive: true })
  await writeFile(
    join(folder, 'home', 'aws', 'config'),
    `[default]\nregion = us-east-1\nendpoint_url = ${engine.url}\n`,
  )
  await writeFile(
    join(folder, 'home', 'aws', 'credentials'),
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  )
  await mkdir(join(folder, 'raw', 'labels'), { recursive: true })
  await writeFile(join(folder, 'raw', 'classes.txt'), 'car\n')
  await writeFile(join(folder, 'raw', 'labels', 'a.txt'), '0 0.5 0.5 0.1 0.1\n')
  await writeFile(join(folder, 'raw', 'labels', '.hidden'), 'x')
})
afterAll(async () => {
  await engine.stop()
  await rm(folder, { recursive: true, force: true })
})

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const environment = {
    home: join(folder, 'home'),
    workingFolder: folder,
    colour: false,
    unattended: true,
    startedAtMs: 0,
    installMs: 0,
  }
  const code = await runProgram(['s3', ...args], environment, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: false,
    columns: () => 100,
    signal: new AbortController().signal,
  })
  return { code, out, err }
}

const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).out) as Record<string, unknown>

test('a folder is planned, synced, listed, named, moved and deleted, and each step says what it did', async () => {
  const plan = await run('sync', 'raw', 's3://flights/raw', '--dry-run')
  expect(plan.out).toBe(
    [
      'copy           4 B  classes.txt  (new)',
      'copy          18 B  labels/a.txt  (new)',
      'files      2',
      'size       22 B',
      'to copy    2 (22 B)',
      'unchanged  0',
      'left out   1 hidden',
      '',
    ].join('\n'),
  )
  expect(await json('sync', 'raw', 's3://flights/raw')).toMatchObject({ copied: 2, leftOut: { hidden: 1 } })
  expect((await run('list', 's3://flights/raw', '--suffix', '.txt', '--min-size', '10')).out).toMatch(
    /^ {6}18 B {2}\S+Z {2}raw\/labels\/a\.txt\n1 objects, 18 B\n$/,
  )
  expect(await json('list', 's3://flights/raw/classes.txt')).toMatchObject({ objects: 1, sizeBytes: 4 })
  expect((await run('list')).out).toBe('s3://flights\n')

  expect((await run('copy', 's3://flights/raw/classes.txt', 's3://flights/copy/')).out).toContain('copy/classes.txt')
  expect((await run('get', 's3://flights/copy/classes.txt')).code).toBe(0)
  expect(await readFile(join(folder, 'classes.txt'), 'utf8')).toBe('car\n')
  expect(await json('put', 'classes.txt', 's3://flights/copy/b.txt')).toMatchObject({ sizeBytes: 4 })
  expect(await json('manifest', 's3://flights/copy', 'copy.manifest')).toMatchObject({ objects: 2, sizeBytes: 8 })
  const url = (await run('presign', 's3://flights/copy/b.txt', '--expires', '1m')).out.trim()
  expect(await (await fetch(url)).text()).toBe('car\n')

  const asked = await run('remove', 's3://flights/copy', '--recursive')
  expect([asked.code, asked.err.includes('this deletes 2 objects (8 B)')]).toEqual([2, true])
  expect(await json('remove', 's3://flights/copy', '--recursive', '--yes')).toMatchObject({ removed: 2 })
  expect(await json('list', 's3://flights/copy')).toMatchObject({ objects: 0 })
})

test('deleting asks first and does nothing before the answer', async () => {
  await mkdir(join(folder, 'mirror'))
  await writeFile(join(folder, 'mirror', 'mine.txt'), 'x')
  await run('sync', 'raw', 's3://flights/raw')
  const asked = await run('sync', 's3://flights/raw', 'mirror', '--delete')
  expect([asked.code, asked.err.includes('this would copy 2 and delete 1 in mirror')]).toEqual([2, true])
  expect(await readdir(join(folder, 'mirror'))).toEqual(['mine.txt'])
  const done = await json('sync', 's3://flights/raw', 'mirror', '--delete', '--yes')
  expect(done).toMatchObject({ copied: 2, removed: 1 })
  expect((await readdir(join(folder, 'mirror'))).toSorted()).toEqual(['classes.txt', 'labels'])
})

test('validation tells by its exit code and names the next step', async () => {
  const found = await run('validate', 'raw')
  expect([found.code, found.out.includes('warning orphan-label: 1')]).toEqual([0, true])
  expect(found.out).toContain('next: copy its image, or remove it')
  expect((await run('validate', 'raw', '--strict')).code).toBe(1)
})

test.each([
  [['list', 'flights'], 'not an S3 URI: "flights"'],
  [['get', 's3://flights/raw/'], 'names a bucket or folder, not an object'],
  [['list', 's3://flights', '--since', 'soon'], '--since is a date such as 2026-05-01'],
  [['list', 's3://flights', '--min-size', '3 parsecs'], '--min-size is a size such as 500, 200KB or 1.5MiB'],
  [['presign', 's3://flights/a', '--expires', '1y'], '--expires is a time such as 90s, 15m, 12h or 7d'],
])('%j is refused with what is allowed, exit code 2', async (args, message) => {
  const { code, err } = await run(...args)
  expect([code, err.includes(message)]).toEqual([2, true])
})
