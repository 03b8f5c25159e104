import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { packTarGz, unpackTarGz } from './archive.ts'
import { startJobProcess } from './job-process.ts'
import { containerPath, jobTree, rewriteArgument } from './job-tree.ts'
import { lineSplitter } from './line-splitter.ts'
import { createMetricReader } from './metric-lines.ts'
import { identifyProcess, signalGroup } from './process-identity.ts'
import { listFiles } from './s3-output.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-runner-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

test('lines end at any line end, also when chunks cut characters', () => {
  const lines: string[] = []
  const splitter = lineSplitter((line) => lines.push(line))
  const bytes = Buffer.from('one\r\ntwo 5%\rtwo 9%\nthr\u00e9e')
  for (const byte of bytes) splitter.push(Buffer.from([byte]))
  splitter.end()
  expect(lines).toEqual(['one', 'two 5%', 'two 9%', 'thr\u00e9e'])
})

test('the last value of each metric counts, and what is no number does not', () => {
  const reader = createMetricReader([
    { Name: 'loss', Regex: 'loss=([^ ]+)' },
    { Name: 'map', Regex: 'map=([0-9.]+)' },
  ])
  const at = new Date(0)
  for (const line of ['loss=2.5 map=0.1', 'loss=1.5e-1', 'loss=nan', 'other']) reader.read(line, at)
  expect(reader.final()).toEqual([
    { MetricName: 'loss', Value: 0.15, Timestamp: at },
    { MetricName: 'map', Value: 0.1, Timestamp: at },
  ])
})

describe('a job tree', () => {
  const tree = jobTree('/home/x', 'processing-a')

  test('stands for /opt/ml', () => {
    expect(containerPath(tree, '/opt/ml/processing/in')).toBe('/home/x/jobs/processing-a/opt-ml/processing/in')
    expect(rewriteArgument(tree, '/opt/ml')).toBe('/home/x/jobs/processing-a/opt-ml')
    expect(rewriteArgument(tree, '--data=/opt/ml/input')).toBe('--data=/home/x/jobs/processing-a/opt-ml/input')
    expect(rewriteArgument(tree, 's3://b/opt/ml/x')).toBe('s3://b/opt/ml/x')
    expect(rewriteArgument(tree, '/opt/mlx')).toBe('/opt/mlx')
  })

  test.each(['/etc/passwd', '/opt/ml/../../etc', 'relative'])('has no place for %s', (path) => {
    expect(() => containerPath(tree, path)).toThrow(/not under|leads outside/)
  })
})

describe('an archive', () => {
  test('gives back what was packed, but for links', async () => {
    await mkdir(join(folder, 'in', 'sub'), { recursive: true })
    await writeFile(join(folder, 'in', 'sub', 'a.bin'), Buffer.alloc(100_000, 7))
    await symlink('/etc/passwd', join(folder, 'in', 'link'))
    expect(await packTarGz(join(folder, 'in'), join(folder, 'x.tar.gz'))).toBe(1)
    await unpackTarGz(join(folder, 'x.tar.gz'), join(folder, 'out'))
    expect((await listFiles(join(folder, 'out'))).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['sub/a.bin', 100_000],
    ])
  })

  test.each([
    ['../escape', 'file', 'leads outside'],
    ['link', 'symlink', 'is a link'],
  ] as const)('with the entry %s of type %s is refused', async (name, type, message) => {
    const tar = pack()
    if (type === 'file') tar.entry({ name }, 'x')
    else tar.entry({ name, type, linkname: '/etc/passwd' })
    tar.finalize()
    await pipeline(tar, createGzip(), createWriteStream(join(folder, 'bad.tar.gz')))
    await expect(unpackTarGz(join(folder, 'bad.tar.gz'), join(folder, 'out'))).rejects.toThrow(message)
  })

  test('that is none is refused', async () => {
    await writeFile(join(folder, 'no.tar.gz'), 'plain text')
    await expect(unpackTarGz(join(folder, 'no.tar.gz'), join(folder, 'out'))).rejects.toThrow(
      'cannot unpack the archive',
    )
  })
})

describe('a job process', () => {
  const start = (script: string, onLine: (line: string) => void = () => {}) =>
    startJobProcess({
      command: [process.execPath, '-e', script],
      folder,
      environment: { ONLY: 'this' },
      onLine,
    })

  test('gives its lines, its exit and no more environment than it was given', async () => {
    const lines: string[] = []
    const child = await start(
      'console.log(Object.keys(process.env).join()); console.error("end"); process.exit(4)',
      (line) => lines.push(line),
    )
    expect(await child.exited).toEqual({ code: 4 })
    expect(lines.toSorted()).toEqual(['ONLY', 'end'])
  })

  test('is killed when it does not end by itself', async () => {
    let ready = (): void => {}
    const isReady = new Promise<void>((resolve) => (ready = resolve))
    const child = await start('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)', () =>
      ready(),
    )
    await isReady
    expect(await child.terminate(100)).toEqual({ code: 137 })
  })

  test('takes what it started with it', async () => {
    const grandchild = join(folder, 'pid')
    const child = await start(
      `const { spawn } = require('node:child_process')
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
       require('node:fs').writeFileSync('pid', String(child.pid))`,
    )
    // The leader waits for its child unless told otherwise: end it from outside, as a crash would.
    for (;;) {
      const text = await readFile(grandchild, 'utf8').catch(() => '')
      if (text !== '') break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    process.kill(child.identity.pid, 'SIGKILL')
    await child.exited
    const pid = await readFile(grandchild, 'utf8')
    // Gone, or dead and not reaped yet; a killed process needs a moment of processor time to die.
    await vi.waitFor(() => {
      const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' })
      expect(stdout.trim().charAt(0)).toMatch(/^Z?$/)
    }, 10_000)
  })

  test('cannot be mistaken for another that got its number', async () => {
    const child = await start('setInterval(() => {}, 1000)')
    expect(signalGroup({ pid: child.identity.pid, startedAt: 'earlier' }, 'SIGKILL')).toBe(false)
    expect(identifyProcess(child.identity.pid)).toEqual(child.identity)
    await child.terminate(5_000)
  })

  test('that cannot be started is the fault of the request', async () => {
    await expect(
      startJobProcess({ command: ['/no/such/program'], folder, environment: {}, onLine: () => {} }),
    ).rejects.toThrow('ClientError: cannot start "/no/such/program"')
  })
})
