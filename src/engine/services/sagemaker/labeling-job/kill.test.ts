import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codeOf } from '../../../../core/errors.ts'
import { openPortalSource } from '../../../../label/tasks/portal-source.ts'
import { startTestEngine } from '../../../testing.ts'
import { LAB, openLab } from '../testing.ts'
import type { Lab } from '../testing.ts'
import { beginLabelling, labelingRequest, labellingEnd, manifestOf, outputLines, prepareLabelling } from './testing.ts'

const ENGINE = `
const { startEngine } = await import(process.argv[1])
const engine = await startEngine({ home: process.argv[2], port: 0 })
await engine.ready
console.log(JSON.stringify({ url: engine.url, credentials: engine.adminCredentials }))
`

let home: string
let child: ChildProcess | undefined
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skyloop-label-kill-'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(home, { recursive: true, force: true })
})

/** An engine in a process of its own, which can be killed. */
async function startChild(): Promise<Lab & { kill(): Promise<void> }> {
  const start = new URL('../../../start.ts', import.meta.url).href
  const started = spawn(process.execPath, ['--input-type=module', '-e', ENGINE, start, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = started
  const [line] = (await once(createInterface({ input: started.stdout }), 'line')) as [string]
  const { url, credentials } = JSON.parse(line) as {
    url: string
    credentials: { accessKeyId: string; secretAccessKey: string }
  }
  const lab = await openLab({
    clientConfiguration: { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1, forcePathStyle: true },
  })
  return {
    ...lab,
    kill: async () => {
      started.kill('SIGKILL')
      await once(started, 'exit')
    },
  }
}

const IMAGES = 24
const WORKERS = ['ana', 'ben', 'cleo']

/** The box tells who drew it, on which image. */
const boxOf = (objectId: string, worker: string) => ({
  label: 'car',
  left: Number(objectId) % 30,
  top: WORKERS.indexOf(worker),
  width: 20,
  height: 20,
})

/** Each worker claims and answers until the portal is gone or nothing is left. @returns answers that were accepted */
async function labelUntilGone(lab: Lab): Promise<Set<string>> {
  const source = await openPortalSource(lab.sagemaker, 'survey')
  const accepted = new Set<string>()
  const work = async (worker: string): Promise<void> => {
    for (;;) {
      const task = await source.claim(worker)
      if (!task) {
        // More images are shown as others get their labels.
        if ((await source.list(worker)).every(({ state }) => state === 'closed' || state === 'answered')) return
        await new Promise((resolve) => setTimeout(resolve, 5))
        continue
      }
      const boundingBoxes = [boxOf(task.objectId, worker)]
      await source.submit(task, {
        annotatedResult: { boundingBoxes, inputImageProperties: { width: 64, height: 48 } },
      })
      accepted.add(`${task.objectId} ${worker}`)
    }
  }
  const ended = await Promise.allSettled(WORKERS.map(work))
  // A connection that the kill has cut is no accepted answer, and no failure of the test.
  const failures = ended.flatMap((one) => (one.status === 'rejected' ? [codeOf(one.reason)] : []))
  expect(failures.filter((code) => code !== 'label.source-unreachable')).toEqual([])
  return accepted
}

test('kill -9 of the engine, again and again while workers submit, loses no accepted answer', async () => {
  const first = await startTestEngine({ home })
  const lab = await openLab(first)
  await prepareLabelling(lab)
  await lab.put('label/survey.jsonl', manifestOf(...Array.from({ length: IMAGES }, (_, i) => 'abc'.charAt(i % 3))))
  await beginLabelling(
    lab,
    labelingRequest(
      lab,
      'survey',
      { NumberOfHumanWorkersPerDataObject: 2, MaxConcurrentTaskCount: 8 },
      { InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `${LAB}/label/survey.jsonl` } } } },
    ),
  )
  await first.stop()

  const accepted = new Set<string>()
  let kills = 0
  // After so many answers more, the engine is killed; the last one works to the end.
  for (const afterAnswers of [3, 11, 7]) {
    const engine = await startChild()
    const before = accepted.size
    const working = labelUntilGone(engine).then((some) => {
      for (const one of some) accepted.add(one)
    })
    const source = await openPortalSource(engine.sagemaker, 'survey')
    const answered = async (): Promise<number> => {
      const states = await Promise.all(WORKERS.map((worker) => source.list(worker)))
      return states.flat().filter(({ state }) => state === 'answered').length
    }
    const start = await answered()
    while ((await answered()) < start + afterAnswers) await new Promise((resolve) => setTimeout(resolve, 2))
    await engine.kill()
    kills++
    await working
    expect(accepted.size).toBeGreaterThan(before)
  }
  expect(kills).toBe(3)

  const last = await startChild()
  const source = await openPortalSource(last.sagemaker, 'survey')
  for (const one of accepted) {
    const [objectId = '', worker = ''] = one.split(' ')
    const answer = await source.answerOf(worker, objectId)
    expect(answer?.annotatedResult.boundingBoxes).toEqual([boxOf(objectId, worker)])
  }
  for (const one of await labelUntilGone(last)) accepted.add(one)
  // What a worker had claimed when an engine died, the worker still holds, and answers now.
  const ended = await labellingEnd(last, 'survey')
  expect(ended).toMatchObject({
    LabelingJobStatus: 'Completed',
    LabelCounters: { TotalLabeled: IMAGES, HumanLabeled: IMAGES, FailedNonRetryableError: 0, Unlabeled: 0 },
  })
  const lines = await outputLines(last, 'survey')
  expect(lines).toHaveLength(IMAGES)
  // Two workers each, no image three times, and each label made of exactly the two boxes that were accepted.
  const expected = Array.from({ length: IMAGES }, (_, i) => WORKERS.filter((worker) => accepted.has(`${i} ${worker}`)))
  expect(expected.every((workers) => workers.length <= 2)).toBe(true)
  for (const [i, line] of lines.entries()) {
    const { annotations } = line['boxes'] as { annotations: { left: number; top: number }[] }
    expect(annotations).toMatchObject([{ left: i % 30, width: 20, height: 20 }])
  }
}, 120_000)
