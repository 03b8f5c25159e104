import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEngine } from './start.ts'

const Bucket = 'imagery'
let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skyloop-start-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('an engine', () => {
  test('answers health without a signature, and 404 elsewhere under its own path', async () => {
    const engine = await startEngine({ home, port: 0, accountId: '123456789012', region: 'eu-west-1' })
    const health = await fetch(`${engine.url}/_skyloop/health`)
    expect(await health.json()).toEqual({
      status: 'ok',
      accountId: '123456789012',
      region: 'eu-west-1',
      pid: process.pid,
    })
    expect((await fetch(`${engine.url}/_skyloop/other`)).status).toBe(404)
    await engine.stop()
    await engine.stop()
    await expect(fetch(`${engine.url}/_skyloop/health`)).rejects.toThrow('fetch failed')
  })

  test('keeps its home to itself, and leaves it when stopped', async () => {
    const first = await startEngine({ home, port: 0 })
    await expect(startEngine({ home, port: 0 })).rejects.toMatchObject({
      code: 'engine.home-in-use',
      message: expect.stringContaining(String(process.pid)),
    })
    await first.stop()
    const second = await startEngine({ home, port: 0 })
    expect(second.adminCredentials).toEqual(first.adminCredentials)
    await second.stop()
    expect(await readdir(home)).not.toContain('engine.pid')
  })

  test('takes over from one that has died, even when its process id lives again', async () => {
    for (const holder of ['999999999 1', `${process.pid} 1`, 'garbage', '']) {
      await writeFile(join(home, 'engine.pid'), holder)
      const engine = await startEngine({ home, port: 0 })
      expect((await fetch(`${engine.url}/_skyloop/health`)).status).toBe(200)
      await engine.stop()
    }
  })

  test('takes another port only when it may', async () => {
    const first = await startEngine({ home, port: 0 })
    const port = Number(new URL(first.url).port)
    const other = join(home, 'other')
    await expect(startEngine({ home: other, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const second = await startEngine({ home: other, port, fallBackToFreePort: true })
    expect(second.url).not.toBe(first.url)
    await second.stop()
    await first.stop()
  })
})

describe('kill -9', () => {
  interface Child {
    readonly process: ChildProcess
    readonly client: S3Client
  }

  async function startChild(): Promise<Child> {
    const program = `
      import { startEngine } from ${JSON.stringify(new URL('start.ts', import.meta.url).href)}
      const engine = await startEngine({ home: ${JSON.stringify(home)}, port: 0 })
      await engine.ready
      console.log(JSON.stringify({ url: engine.url, credentials: engine.adminCredentials }))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) {
      const { url, credentials } = JSON.parse(line) as { url: string; credentials: S3Client['config']['credentials'] }
      const client = new S3Client({
        endpoint: url,
        region: 'us-east-1',
        credentials,
        forcePathStyle: true,
        maxAttempts: 1,
      })
      return { process: child, client }
    }
    throw new Error('the engine did not start')
  }

  test('in the middle of puts loses none that was answered, shows none in part, and leaves no litter', async () => {
    const first = await startChild()
    await first.client.send(new CreateBucketCommand({ Bucket }))
    const answered = new Map<string, Buffer>()
    const putting = Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; ; i++) {
        const key = `${writer}/${i}`
        // Some small and written at once, some streamed.
        const body = Buffer.alloc(i % 3 === 0 ? 900_000 : 5_000, `${key} `)
        await first.client.send(new PutObjectCommand({ Bucket, Key: key, Body: body }))
        answered.set(key, body)
        if (answered.size === 40) first.process.kill('SIGKILL')
      }
    })
    await Promise.allSettled(putting)
    expect(answered.size).toBeGreaterThanOrEqual(40)

    const second = await startChild()
    const { Contents = [] } = await second.client.send(new ListObjectsV2Command({ Bucket }))
    const keys = new Set(Contents.map(({ Key = '' }) => Key))
    expect([...answered.keys()].filter((key) => !keys.has(key))).toEqual([])
    for (const { Key = '', Size } of Contents) {
      const got = await second.client.send(new GetObjectCommand({ Bucket, Key }))
      const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? [])
      const expected = answered.get(Key) ?? Buffer.alloc(bytes.length, `${Key} `)
      expect([Key, Size, bytes.equals(expected)]).toEqual([Key, bytes.length, true])
    }
    const shards = await readdir(join(home, 'blobs'))
    const blobs = await Promise.all(shards.map((shard) => readdir(join(home, 'blobs', shard))))
    expect(blobs.flat().length).toBe(Contents.length)
    second.process.kill('SIGKILL')
    expect(await readFile(join(home, 'engine.pid'), 'utf8')).toContain(String(second.process.pid))
  })
})
