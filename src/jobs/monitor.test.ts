import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { type JobResult, runJobProcess } from '../../test/support/job-process.ts'
import { smallDetector } from '../../test/support/small-detector.ts'
import { seededRandom } from '../core/random.ts'

const random = seededRandom(5)
let baselineDir: string
let baselineResult: JobResult

/** A frame of noise whose grey varies from frame to frame around `grey`. */
async function frame(grey: number, blur = 0): Promise<Buffer> {
  const level = grey + random.normal() * 12
  const noise = { type: 'gaussian' as const, mean: level, sigma: 18 }
  const drawn = await sharp({ create: { width: 160, height: 96, channels: 3, background: '#000', noise } })
    .blur(0.6 + blur)
    .png()
    .toBuffer()
  return sharp(drawn).jpeg({ quality: 90 }).toBuffer()
}

beforeAll(async () => {
  const base = await mkdtemp(join(tmpdir(), 'skyloop-baseline-'))
  const images = join(base, 'processing/data/frames/val/images')
  await mkdir(images, { recursive: true })
  await mkdir(join(base, 'processing/model'))
  await writeFile(join(base, 'processing/model/model.onnx'), smallDetector(null))
  for (let i = 0; i < 40; i++) await writeFile(join(images, `f${i}.jpg`), await frame(120))
  baselineResult = await runJobProcess(base, ['baseline', '--confidence', '1'])
  baselineDir = join(base, 'processing/baseline')
})

const HOUR = '2026/05/01/10'

/** A job folder with captured invocations of the given frames, one a minute from 10:00, answered without detections. */
async function capturedFolder(frames: readonly Buffer[], more = ''): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), 'skyloop-monitor-'))
  const folder = join(base, 'processing/captured/AllTraffic', HOUR)
  await mkdir(folder, { recursive: true })
  const answer = Buffer.from(JSON.stringify({ predictions: [], model: { classes: ['car', 'bus'] } }))
  const lines = frames.map((jpeg, i) =>
    JSON.stringify({
      captureData: {
        endpointInput: {
          observedContentType: 'image/jpeg',
          mode: 'INPUT',
          data: jpeg.toString('base64'),
          encoding: 'BASE64',
        },
        endpointOutput: {
          observedContentType: 'application/json',
          mode: 'OUTPUT',
          data: answer.toString('base64'),
          encoding: 'BASE64',
        },
      },
      eventMetadata: { eventId: `e${i}`, inferenceTime: `2026-05-01T10:${String(i).padStart(2, '0')}:00Z` },
      eventVersion: '0',
    }),
  )
  await writeFile(join(folder, 'a.jsonl'), `${lines.join('\n')}\n${more}`)
  await cp(baselineDir, join(base, 'processing/baseline'), { recursive: true })
  return base
}

const resultOf = async (base: string, file: string): Promise<unknown> =>
  JSON.parse(await readFile(join(base, 'processing/result', file), 'utf8'))

const frames = (count: number, grey: number, blur?: number): Promise<Buffer[]> =>
  Promise.all(Array.from({ length: count }, () => frame(grey, blur)))

test('the baseline describes 40 frames: how they look and what is detected, with constraints to match', async () => {
  expect([baselineResult.exitCode, baselineResult.message]).toEqual([0, 'baseline of 40 images, 17 features'])
  const constraints = JSON.parse(await readFile(join(baselineDir, 'constraints.json'), 'utf8')) as object
  expect(constraints).toMatchObject({
    monitoring_config: { distribution_constraints: { comparison_method: 'Robust', comparison_threshold: 0.2 } },
    features: expect.arrayContaining([
      { name: 'brightness', inferred_type: 'Fractional', completeness: 1, num_constraints: { is_non_negative: true } },
      expect.objectContaining({ name: 'format', string_constraints: { domains: ['jpeg'] } }),
      expect.objectContaining({ name: 'count_car', inferred_type: 'Integral', completeness: 1 }),
    ]) as unknown,
  })
})

test('traffic like the baseline is Completed without violations', async () => {
  const base = await capturedFolder(await frames(30, 120))
  const { exitCode, message } = await runJobProcess(base, ['monitor', '--endpoint-name', 'eyes'])
  expect([exitCode, message]).toEqual([0, 'Completed: no violation in 30 images of eyes'])
  expect(await resultOf(base, 'constraint_violations.json')).toEqual({ violations: [] })
})

test('dark and blurred traffic is CompletedWithViolations, sends one event, and shows what deviates', async () => {
  const received: string[] = []
  const bus = createServer((request: IncomingMessage, response) => {
    void buffer(request).then((body) => {
      received.push(`${request.headers['x-amz-target'] as string} ${body.toString()}`)
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}')
    })
  })
  await new Promise<void>((resolve) => bus.listen(0, '127.0.0.1', resolve))
  const base = await capturedFolder(await frames(30, 50, 3), '{"captureData":\n')
  const config = {
    ProcessingJobArn: 'arn:aws:sagemaker:us-east-1:000000000000:processing-job/m1',
    ProcessingJobName: 'm1',
  }
  await mkdir(join(base, 'config'))
  await writeFile(join(base, 'config/processingjobconfig.json'), JSON.stringify(config))
  const uri = 's3://bucket/m1/constraint_violations.json'
  const args = ['monitor', '--endpoint-name', 'Eyes', '--violations-uri', uri]
  const { exitCode, message, log } = await runJobProcess(base, args, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(bus.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
  })
  bus.close()
  expect([exitCode, log]).toEqual([0, expect.stringContaining('unusable record') as string])
  expect(message).toMatch(
    /^CompletedWithViolations: \d+ violation\(s\) in 30 images of Eyes, 1 unusable record\(s\): .*brightness/,
  )
  const { violations } = (await resultOf(base, 'constraint_violations.json')) as {
    violations: { feature_name: string; constraint_check_type: string }[]
  }
  const features = violations.map(({ feature_name }) => feature_name)
  expect(features).toEqual(expect.arrayContaining(['brightness', 'sharpness']))
  expect(features).not.toContain('width')
  expect(new Set(violations.map((v) => v.constraint_check_type))).toEqual(new Set(['baseline_drift_check']))

  expect(received).toHaveLength(1)
  const [target, ...body] = received[0]!.split(' ')
  expect(target).toBe('AWSEvents.PutEvents')
  const { Entries } = JSON.parse(body.join(' ')) as { Entries: (Record<string, unknown> & { Detail: string })[] }
  expect(Entries).toMatchObject([
    {
      Source: 'skyloop.monitor',
      DetailType: 'Skyloop Monitoring Violations',
      EventBusName: 'default',
      Resources: ['arn:aws:sagemaker:us-east-1:000000000000:endpoint/eyes'],
    },
  ])
  expect(JSON.parse(Entries[0]!.Detail)).toEqual({
    endpointName: 'Eyes',
    monitoringJob: 'm1',
    violations,
    violationsUri: uri,
  })
  expect(await readFile(join(base, 'processing/result/report.html'), 'utf8')).toContain('violation(s)</b> in')
  expect(await readFile(join(base, 'output/metrics/cloudwatch'), 'utf8')).toContain('feature_baseline_drift_brightness')
})

test('the invocation by which a deployment proved itself is no traffic', async () => {
  const base = await capturedFolder(await frames(10, 120))
  const file = join(base, 'processing/captured/AllTraffic', HOUR, 'a.jsonl')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('"eventId":"e0"', '"eventId":"e0","inferenceId":"skyloop-smoke-test"'))
  const { message } = await runJobProcess(base, ['monitor'])
  expect(message).toBe('Completed: no violation in 9 images of endpoint')
  expect(await resultOf(base, 'monitor.json')).toMatchObject({ images: 9, smokeTests: 1 })
})

test('only invocations of the asked time are compared', async () => {
  const base = await capturedFolder([...(await frames(10, 120)), ...(await frames(20, 40))])
  const { message } = await runJobProcess(base, ['monitor', '--until', '2026-05-01T10:10:00Z', '--no-events'])
  expect(message).toBe('Completed: no violation in 10 images of endpoint')
  expect(await resultOf(base, 'monitor.json')).toMatchObject({ images: 10, outsideWindow: 20 })
  const later = await runJobProcess(base, ['monitor', '--no-events'], { start_time: '2026-05-01T10:10:00Z' })
  expect(later.message).toMatch(/^CompletedWithViolations: .* in 20 images/)
})

test('nothing captured is a failure that says so', async () => {
  const { exitCode, message } = await runJobProcess(await capturedFolder([], 'no json\n'), ['monitor'])
  expect(exitCode).toBe(1)
  expect(message).toContain('no captured image to compare: 1 unusable record(s)')
})
