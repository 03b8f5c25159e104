import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { manifestQuality } from '../serve/manifest-quality.ts'
import { parseInputManifest, readInputManifest } from './input-manifest.ts'
import { openManifestSource } from './manifest-source.ts'
import { type ManifestWork, openWork } from './manifest-work.ts'
import { openFolder } from './s3-folder.ts'
import { checkWorker } from './stored-answers.ts'
import { writeOutput } from './write-output.ts'

let engine: TestEngine
let s3: S3Client
let nowMs = Date.parse('2026-01-02T03:04:05.000Z')
const BUCKET = 'label-test'
const IMAGE = { width: 100, height: 80 }
const box = (left: number, label = 'car') => ({ label, left, top: 10, width: 20, height: 10 })
const answer = (...boxes: ReturnType<typeof box>[]) => ({
  annotatedResult: { boundingBoxes: boxes, inputImageProperties: IMAGE },
})
const text = async (key: string): Promise<string> =>
  (await (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).Body?.transformToString()) ?? ''

beforeAll(async () => {
  engine = await startTestEngine()
  s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a.jpg', Body: 'bytes of a' }))
})
afterAll(() => engine.stop())

/** Work on three images as a server of its own opens it. */
async function open(name: string, given: Partial<ManifestWork> = {}) {
  const lines = ['a.jpg', 'b.jpg', 'c.jpg'].map((key) => ({ 'source-ref': `s3://${BUCKET}/${key}`, altitude: 80 }))
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${name}.manifest`, Body: body }))
  const folder = openFolder(s3, `s3://${BUCKET}/${name}`)
  const work = await openWork(folder, {
    manifest: `s3://${BUCKET}/${name}.manifest`,
    title: 'Cars',
    instructions: '',
    labels: ['car', 'bus'],
    workersPerObject: 1,
    taskTimeLimitS: 60,
    attribute: 'boxes',
    ...given,
  })
  const entries = await readInputManifest(s3, work.manifest)
  return { folder, source: openManifestSource({ s3, folder, work, entries, nowMs: () => nowMs }) }
}

test('an image is given to as many workers as it needs, and to no more', async () => {
  const { source } = await open('exclusive', { workersPerObject: 2 })
  const { source: elsewhere } = await open('exclusive', { workersPerObject: 2 })
  await Promise.all([source.claim('ana', '0'), elsewhere.claim('ben', '0')])
  await expect(source.claim('cleo', '0')).rejects.toMatchObject({ code: 'label.object-taken' })
  expect((await source.list('cleo')).map(({ state }) => state)).toEqual(['taken', 'open', 'open'])
  expect((await source.list('ana')).map(({ state }) => state)).toEqual(['mine', 'open', 'open'])
  expect((await source.claim('cleo'))?.objectId).toBe('1')
})

test('of many who grab at the same image at once, as many get it as it needs', async () => {
  const { source } = await open('race')
  const { source: elsewhere } = await open('race')
  const workers = ['ana', 'ben', 'cleo', 'dan', 'eva', 'fay']
  const got = await Promise.allSettled(
    workers.map((worker, i) => (i % 2 === 0 ? source : elsewhere).claim(worker, '0')),
  )
  expect(got.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a claim that has run out may be taken over, and what was saved or answered is kept all the same', async () => {
  const { source, folder } = await open('expiry')
  const late = (await source.claim('ana', '0'))!
  await source.saveDraft(late, [box(1)])
  nowMs += 61_000
  const taken = (await source.claim('ben', '0'))!
  await expect(source.renew(late)).rejects.toMatchObject({ code: 'label.claim-lost' })
  await source.submit(taken, answer(box(10)))
  await source.submit(late, answer(box(14)))
  expect(await source.answerOf('ana', '0')).toEqual(answer(box(14)))
  expect(await source.answerOf('ben', '0')).toEqual(answer(box(10)))
  // Both count: the mean of 10 and 14.
  expect((await writeOutput(source, folder, 'expiry')).boxes).toBe(1)
  expect(JSON.parse((await text('expiry/manifests/output/output.manifest')).split('\n')[0]!)).toMatchObject({
    boxes: { annotations: [{ class_id: 0, left: 12, top: 10, width: 20, height: 10 }] },
  })
})

test('a draft comes back with the image, as it was saved', async () => {
  const { source } = await open('draft')
  const task = (await source.claim('ana', '0'))!
  expect(task.draft).toBeUndefined()
  await source.saveDraft(task, [box(3), { ...box(5), proposed: true } as ReturnType<typeof box>])
  await source.release(task)
  expect((await source.claim('ana', '0'))?.draft).toEqual([box(3), { ...box(5), proposed: true }])
})

test('an answer is taken once, again when it is the same, and not when it is another or does not fit', async () => {
  const { source } = await open('answers')
  const task = (await source.claim('ana', '0'))!
  await expect(source.submit(task, answer(box(95)))).rejects.toMatchObject({ code: 'label.answer' })
  await expect(source.submit(task, answer(box(1, 'tank')))).rejects.toThrow('one of car, bus')
  await source.submit(task, answer(box(1)))
  nowMs += 5000
  await source.submit(task, answer(box(1)))
  await expect(source.submit(task, answer(box(2)))).rejects.toMatchObject({ code: 'label.claim-lost' })
  expect((await source.list('ana'))[0]?.state).toBe('answered')
  expect((await source.list('ben'))[0]?.state).toBe('closed')
  const [name] = await source.answers.names('0')
  const stored = JSON.parse(await text(`answers/${name!.key}`)) as { answers: object[] }
  expect(stored.answers).toEqual([expect.objectContaining({ workerId: 'ana', answerContent: answer(box(1)) })])
})

test('what was skipped goes to others, and into the output with the reason', async () => {
  const { source, folder } = await open('skips')
  await source.skip((await source.claim('ana', '1'))!, 'too dark')
  expect((await source.list('ana'))[1]?.state).toBe('skipped')
  expect((await source.list('ben'))[1]?.state).toBe('open')
  expect(await writeOutput(source, folder, 'skips')).toMatchObject({ images: 3, labelled: 0, failed: 1, unfinished: 3 })
  const lines = (await text('skips/manifests/output/output.manifest')).trim().split('\n')
  expect(JSON.parse(lines[0]!)).toEqual({ 'source-ref': `s3://${BUCKET}/a.jpg`, altitude: 80 })
  expect(JSON.parse(lines[1]!)).toMatchObject({
    'boxes-metadata': { 'failure-reason': 'ClientError: skipped by ana: too dark' },
  })
})

test('agreement: a box shared of three drawn is F1 2/3, and precision and recall are against the consensus', async () => {
  const { source } = await open('quality', { workersPerObject: 2 })
  nowMs += 1000
  const [ana, ben] = [(await source.claim('ana', '0'))!, (await source.claim('ben', '0'))!]
  nowMs += 8000
  await source.submit(ana, answer(box(10), box(60)))
  await source.submit(ben, answer(box(10)))
  const { compared, pairs, workers } = await manifestQuality(source)
  expect(compared).toBe(1)
  expect(pairs).toEqual([{ a: 'ana', b: 'ben', images: 1, f1: 2 / 3, meanIou: 1 }])
  // A box of one of two workers stands in the consensus: half is enough.
  expect(workers).toEqual([
    { worker: 'ana', images: 1, boxes: 2, precision: 1, recall: 1, meanIou: 1, medianSeconds: 8 },
    { worker: 'ben', images: 1, boxes: 1, precision: 1, recall: 0.5, meanIou: 1, medianSeconds: 8 },
  ])
})

test('boxes of an earlier job are shown to be corrected', async () => {
  const line = {
    'source-ref': `s3://${BUCKET}/a.jpg`,
    old: { annotations: [{ class_id: 7, left: 10, top: 10, width: 20, height: 10 }] },
    'old-metadata': { 'class-map': { 7: 'car' }, objects: [{ confidence: 0.4 }] },
  }
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'old.manifest', Body: JSON.stringify(line) }))
  const { source, folder } = await open('adjust', { adjusts: 'old', manifest: `s3://${BUCKET}/old.manifest` })
  const task = (await source.claim('ana'))!
  expect(task.proposals).toEqual([{ ...box(10), confidence: 0.4 }])
  await source.submit(task, answer(box(10)))
  await writeOutput(source, folder, 'adjust')
  expect(JSON.parse(await text('adjust/manifests/output/output.manifest'))).toMatchObject({
    old: line.old,
    'boxes-metadata': { 'adjustment-status': 'unadjusted' },
  })
})

describe('the work', () => {
  test('goes on without being described again, but not as other work', async () => {
    await open('work')
    const folder = openFolder(s3, `s3://${BUCKET}/work`)
    expect((await openWork(folder, undefined)).labels).toEqual(['car', 'bus'])
    await expect(open('work', { labels: ['car'] })).rejects.toThrow('labels is ["car","bus"], not ["car"]')
    await expect(openWork(openFolder(s3, `s3://${BUCKET}/none`), undefined)).rejects.toMatchObject({
      code: 'label.no-work',
    })
  })
  test('hands out the images of its manifest and nothing else', async () => {
    const { source } = await open('images')
    const image = await source.image('0')
    expect([image.contentType, image.sizeBytes, await new Response(image.body).text()]).toEqual([
      'image/jpeg',
      10,
      'bytes of a',
    ])
    for (const other of ['3', '-1', '../0', '0/..', 'toString']) {
      await expect(source.image(other)).rejects.toMatchObject({ code: 'label.no-such-object' })
    }
  })
})

test.each([
  ['no JSON', '{"source-ref":', 'line 1 is not JSON'],
  ['a list', '[1]', 'line 1 is not a JSON object'],
  ['no image', '{"a":1}', 'line 1 has no "source-ref"'],
  ['a path', '{"source-ref":"/etc/passwd"}', 'no S3 URI: /etc/passwd'],
  ['a bucket', '{"source-ref":"s3://bucket"}', 'names a bucket'],
  ['too much', JSON.stringify({ 'source-ref': 'x'.repeat(100_001) }), 'more than 100000'],
  ['nothing', '\n\n', 'it has no lines'],
])('a manifest with %s is refused by line', (_what, given, message) => {
  expect(() => parseInputManifest(given, 's3://b-b/m')).toThrow(message)
})

test('a manifest may begin with a byte order mark and have CRLF', () => {
  expect(parseInputManifest('\uFEFF{"source-ref":"s3://b-b/a.jpg"}\r\n\r\n', 'm')).toHaveLength(1)
})

test.each(['', 'a/b', '../x', 'a_b', 'x'.repeat(65)])('"%s" is no worker', (name) => {
  expect(() => checkWorker(name)).toThrow('a worker')
})
