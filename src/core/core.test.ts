import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatArn, parseArn } from './arn.ts'
import { joinInside, writeFileAtomic } from './files.ts'
import { canonicalJson, parseJson } from './json.ts'
import { jsonLog } from './log.ts'
import { restoreRandom, seededRandom } from './random.ts'
import { joinS3, parseS3Uri } from './s3-uri.ts'
import { formatBytes, formatDuration } from './units.ts'

describe('random', () => {
  test('continues bit for bit from a saved state', () => {
    const first = seededRandom(7)
    first.next()
    first.normal()
    const copy = restoreRandom(first.state())
    expect([copy.next(), copy.normal(), copy.int(1000)]).toEqual([first.next(), first.normal(), first.int(1000)])
  })

  test('has the moments of its distributions', () => {
    const random = seededRandom(1)
    const normals = Array.from({ length: 20_000 }, () => random.normal())
    const mean = normals.reduce((a, b) => a + b) / normals.length
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / normals.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(Math.abs(variance - 1)).toBeLessThan(0.05)
  })

  test('a fork does not move its parent', () => {
    const a = seededRandom(3)
    const b = seededRandom(3)
    a.fork('x').next()
    expect(a.next()).toBe(b.next())
    expect(a.fork('x').next()).not.toBe(a.fork('y').next())
  })

  test('shuffle keeps every element', () => {
    expect(
      seededRandom(5)
        .shuffle([1, 2, 3, 4, 5])
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 3, 4, 5])
  })
})

test('an ARN survives a round trip, colons in its resource included', () => {
  const text = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:*'
  expect(formatArn(parseArn(text))).toBe(text)
  expect(() => parseArn('arn:aws:s3')).toThrow('not an ARN')
})

test('S3 URIs are parsed and joined', () => {
  expect(parseS3Uri('s3://bucket/a/b.jpg')).toEqual({ bucket: 'bucket', key: 'a/b.jpg' })
  expect(parseS3Uri('s3://bucket')).toEqual({ bucket: 'bucket', key: '' })
  expect(() => parseS3Uri('http://bucket/a')).toThrow('not an S3 URI')
  expect(joinS3('s3://bucket/a/', '/b', 'c')).toBe('s3://bucket/a/b/c')
})

test('canonical JSON ignores key order and keeps array order', () => {
  expect(canonicalJson({ b: [2, 1], a: { d: 1, c: 2 } })).toBe('{"a":{"c":2,"d":1},"b":[2,1]}')
  expect(() => parseJson('{', 'x.json')).toThrow('x.json is not valid JSON')
})

test('units read well', () => {
  expect([formatBytes(512), formatBytes(1536)]).toEqual(['512 B', '1.5 KiB'])
  expect([formatDuration(250), formatDuration(2500), formatDuration(75_000)]).toEqual(['250ms', '2.5s', '1m 15s'])
})

describe('files', () => {
  test('an atomic write replaces the content and leaves nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skyloop-core-'))
    await writeFileAtomic(join(folder, 'a', 'x.txt'), 'one')
    await writeFileAtomic(join(folder, 'a', 'x.txt'), 'two')
    expect(await readFile(join(folder, 'a', 'x.txt'), 'utf8')).toBe('two')
    expect(await readdir(join(folder, 'a'))).toEqual(['x.txt'])
  })

  test.each(['../x', '/etc/passwd', 'a/../../x', 'a\0b'])('%j is refused as a path inside a folder', (path) => {
    expect(() => joinInside('/data/root', path)).toThrow('leads outside')
  })

  test('a harmless path is kept', () => {
    expect(joinInside('/data/root', 'a/../b/c.jpg')).toBe('/data/root/b/c.jpg')
  })
})

test('the log masks secrets', () => {
  const lines: string[] = []
  jsonLog(
    (line) => lines.push(line),
    'info',
    () => new Date(0),
  ).info('call', { secretAccessKey: 'abc', region: 'x' })
  expect(JSON.parse(lines[0] as string)).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'info',
    message: 'call',
    secretAccessKey: '***',
    region: 'x',
  })
})
