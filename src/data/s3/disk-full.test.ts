import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { withEngine } from '../../engine/testing.ts'

const MIB = 1024 * 1024
const MOUNT = 'mount -t tmpfs -o size=8m tmpfs "$1" && shift && exec "$@"'
const probe = mkdtempSync(join(tmpdir(), 'skyloop-small-'))
const canMount =
  process.platform === 'linux' && spawnSync('unshare', ['-rm', 'sh', '-c', MOUNT, 'sh', probe, 'true']).status === 0

const PROGRAM = `
const { readdir } = await import('node:fs/promises')
const { S3Client } = await import('@aws-sdk/client-s3')
const { sync } = await import(process.argv[1])
const [target, configuration] = process.argv.slice(2)
const options = { partsFromBytes: ${5 * MIB}, partBytes: ${5 * MIB}, parallel: 1 }
const error = await sync(new S3Client(JSON.parse(configuration)), 's3://flights/set', target, options).catch((e) => e)
console.log(JSON.stringify([error.code, await readdir(target)]))
`

// A user name space of its own is what lets anybody mount; where the system forbids it, this cannot be tried.
test.skipIf(!canMount)('on a disk that becomes full, what fits stays, and nothing of the rest does', async () => {
  await withEngine(async (engine) => {
    const s3 = new S3Client(engine.clientConfiguration)
    await s3.send(new CreateBucketCommand({ Bucket: 'flights' }))
    await s3.send(new PutObjectCommand({ Bucket: 'flights', Key: 'set/a.bin', Body: Buffer.alloc(MIB, 1) }))
    await s3.send(new PutObjectCommand({ Bucket: 'flights', Key: 'set/b.bin', Body: Buffer.alloc(11 * MIB, 2) }))
    const folder = await mkdtemp(join(tmpdir(), 'skyloop-small-'))
    const module = new URL('./sync.ts', import.meta.url).href
    const program = [process.execPath, '--input-type=module', '-e', PROGRAM, module, folder]
    const configuration = JSON.stringify(engine.clientConfiguration)
    const child = spawn('unshare', ['-rm', 'sh', '-c', MOUNT, 'sh', folder, ...program, configuration], {
      cwd: new URL('../../..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    await once(child, 'close')
    expect(JSON.parse(out)).toEqual(['ENOSPC', ['a.bin']])
    await rm(folder, { recursive: true })
  })
})
