import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startJob } from '../../test/support/job-process.ts'
import { smallDetector } from '../../test/support/small-detector.ts'
import { predictImage } from '../yolo/predict/predict-image.ts'
import { openDetector } from '../yolo/runtime/detector-session.ts'
import { MAX_BODY_BYTES } from './serving.ts'

const onnx = smallDetector()
const jpeg = await sharp({
  create: {
    width: 300,
    height: 200,
    channels: 3,
    background: '#777777',
    noise: { type: 'gaussian', mean: 120, sigma: 40 },
  },
})
  .jpeg()
  .toBuffer()

let server: ChildProcess
let url: string

beforeAll(async () => {
  const base = await mkdtemp(join(tmpdir(), 'skyloop-serve-'))
  await mkdir(join(base, 'model'))
  await writeFile(join(base, 'model', 'model.onnx'), onnx)
  server = startJob(base, ['serve'], { SAGEMAKER_BIND_TO_PORT: '0' })
  const log: string[] = []
  server.stderr!.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  for await (const line of createInterface({ input: server.stdout! })) {
    const address = /http:\/\/\S+/.exec(line)?.[0]
    if (address) return void (url = address)
  }
  throw new Error(`the server ended: ${log.join('')}`)
})

afterAll(() => {
  server.kill('SIGKILL')
})

const invoke = (body: Buffer | string, type: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })

interface Answer {
  predictions: { class: string; class_id: number; confidence: number; box: number[] }[]
  image: object
  model: object
  latency_ms: { total: number }
}

test('listens on loopback under an engine and answers /ping', async () => {
  expect(new URL(url).hostname).toBe('127.0.0.1')
  expect((await fetch(`${url}/ping`)).status).toBe(200)
})

test('an image is answered with what the detector finds in it, boxes in its pixels', async () => {
  await using session = await openDetector(onnx)
  const { detections } = await predictImage(session, jpeg)
  const response = await invoke(jpeg, 'image/jpeg')
  const answer = (await response.json()) as Answer
  expect(response.status).toBe(200)
  expect(answer).toMatchObject({
    image: { width: 300, height: 200 },
    model: { classes: ['car', 'bus'], tiles: 6 },
    latency_ms: { total: expect.any(Number) as number },
  })
  expect(answer.predictions.length).toBeGreaterThan(0)
  expect(answer.predictions).toEqual(
    detections.map(({ confidence, box }) => ({
      class: 'car',
      class_id: 0,
      confidence: Number(confidence.toFixed(4)),
      box: box.map((side) => Number(side.toFixed(1))),
    })),
  )
})

test('base64 in JSON is taken too, and the least confidence can be asked for', async () => {
  const body = JSON.stringify({ image: jpeg.toString('base64'), confidence: 1 })
  expect(((await (await invoke(body, 'application/json')).json()) as Answer).predictions).toEqual([])
  const attributes = { 'x-amzn-sagemaker-custom-attributes': 'confidence=1' }
  expect(((await (await invoke(jpeg, 'image/jpeg', attributes)).json()) as Answer).predictions).toEqual([])
})

test.each([
  ['a truncated image', jpeg.subarray(0, 500), 'image/jpeg', 400, 'yolo.image.corrupt'],
  ['an empty body', Buffer.alloc(0), 'image/jpeg', 400, 'yolo.image.corrupt'],
  ['text', 'hello', 'text/plain', 415, 'UnsupportedMediaType'],
  ['broken JSON', '{"image":', 'application/json', 400, 'core.json'],
  ['JSON without an image', '{}', 'application/json', 400, 'ValidationError'],
  ['a confidence of 7', '{"image":"","confidence":7}', 'application/json', 400, 'ValidationError'],
  ['more than 6 MiB', Buffer.alloc(MAX_BODY_BYTES + 1), 'image/jpeg', 413, 'PayloadTooLarge'],
])('%s is refused by name', async (_what, body, type, status, code) => {
  const response = await invoke(body, type)
  expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([status, code])
})

test('SIGTERM lets requests under way finish and ends with code 0', async () => {
  const requests = Array.from({ length: 4 }, () => invoke(jpeg, 'image/jpeg'))
  await invoke(jpeg, 'image/jpeg')
  server.kill('SIGTERM')
  const [statuses, [exitCode]] = await Promise.all([
    Promise.all(requests.map(async (request) => (await request).status)),
    once(server, 'close') as Promise<[number]>,
  ])
  expect([...statuses, exitCode]).toEqual([200, 200, 200, 200, 0])
})
