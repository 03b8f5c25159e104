import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { parseCapture, readCapture } from './capture.ts'
import { measureCaptured } from './captured-image.ts'

const jpeg = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#808080' } })
  .jpeg()
  .toBuffer()
const answer = {
  predictions: [
    { class: 'car', class_id: 0, confidence: 0.75, box: [0, 0, 10, 8] },
    { class: 'car', class_id: 0, confidence: 0.25, box: [10, 0, 30, 8] },
  ],
  model: { classes: ['car', 'bus'] },
}

function line(output: unknown, input = jpeg): string {
  const body = (mode: string, observedContentType: string, bytes: Buffer) => ({
    observedContentType,
    mode,
    data: bytes.toString('base64'),
    encoding: 'BASE64',
  })
  return JSON.stringify({
    captureData: {
      endpointInput: body('INPUT', 'image/jpeg', input),
      endpointOutput: body('OUTPUT', 'application/json', Buffer.from(JSON.stringify(output))),
    },
    eventMetadata: { eventId: 'e1', inferenceTime: '2026-02-14T17:25:49Z' },
    eventVersion: '0',
  })
}

test('an invocation becomes one row: how the image looks and what was found', async () => {
  const { row } = await measureCaptured(parseCapture(line(answer)))
  expect(row).toMatchObject({
    format: 'jpeg',
    width: 40,
    height: 20,
    brightness: 128,
    detection_count: 2,
    mean_confidence: 0.5,
    mean_box_area: (80 / 800 + 160 / 800) / 2,
    count_car: 2,
    count_bus: 0,
  })
})

test('without detections, confidence and box area are missing rather than zero', async () => {
  const { row } = await measureCaptured(parseCapture(line({ ...answer, predictions: [] })))
  expect(row).toMatchObject({ detection_count: 0, mean_confidence: null, mean_box_area: null, count_car: 0 })
})

test('broken lines are told apart with file, number and reason; the others are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-capture-'))
  await mkdir(join(folder, '2026/02/14/17'), { recursive: true })
  const file = '2026/02/14/17/a.jsonl'
  await writeFile(join(folder, file), `${line(answer)}\n{"captureData":\n\n{"captureData":{},"eventMetadata":{}}\n`)
  const seen: unknown[] = []
  for await (const record of readCapture(folder)) seen.push('event' in record ? record.event.eventId : record.problem)
  expect(seen).toEqual([
    'e1',
    { file, line: 2, reason: expect.stringContaining('not valid JSON') as string },
    { file, line: 4, reason: expect.stringContaining('no eventId') as string },
  ])
})

test.each([
  ['a corrupt image', line(answer, jpeg.subarray(0, 100)), 'image of event e1 is not a readable image'],
  ['an answer without predictions', line({ error: 'x' }), 'no "predictions"'],
  ['a prediction without a box', line({ predictions: [{ class: 'car', confidence: 1 }] }), 'lacks its class'],
])('%s is refused by name', async (_what, text, message) => {
  await expect(measureCaptured(parseCapture(text))).rejects.toThrow(message)
})
