import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { setTimeout as sleep } from 'node:timers/promises'
import { contentTypeOf } from '../../data/s3/content-type.ts'
import { SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { invokeImage } from '../../deploy/invoke.ts'
import type { Account } from '../account.ts'
import type { Task } from '../terminal/reporter.ts'
import { trafficFolder, type LocalDataset } from './dataset.ts'
import { degradeToDusk, DUSKS } from './degrade.ts'
import { findFrames, spread, type Frame } from './find-frames.ts'
import type { Plan } from './plan.ts'

export type Phase = 'clean' | 'shifted'

/** The frames of one phase. They come from the renderer or the data set; no model has a say in them. */
export async function prepareTraffic(
  phase: Phase,
  dataset: LocalDataset,
  folder: string,
  plan: Plan,
): Promise<readonly Frame[]> {
  if (dataset.source === 'given') return photographTraffic(phase, dataset, plan)
  return (await findFrames(trafficFolder(folder, phase))).none
}

/** Photographs of the set itself, or its validation frames turned into a foggy dusk seen from higher up. */
async function photographTraffic(phase: Phase, dataset: LocalDataset, plan: Plan): Promise<readonly Frame[]> {
  const { train, val, none } = await findFrames(dataset.folder)
  if (phase === 'clean') return spread([...train, ...val, ...none], plan.trafficFrames)
  const frames = val.length > 0 ? val : none.length > 0 ? none : train
  const dusky = DUSKS.flatMap((dusk, i) =>
    frames.map((frame) => ({
      name: `dusk-${i + 1}-${frame.name}`,
      read: async () => degradeToDusk(await frame.read(), dusk, 1.5),
    })),
  )
  return spread(dusky, plan.trafficFrames)
}

export interface Sent {
  readonly frames: number
  readonly predictions: number
  readonly elapsedMs: readonly number[]
  /** Whole seconds around the calls: captures carry no fractions. */
  readonly from: Date
  readonly to: Date
}

/** Sends frames one after another. */
export async function sendTraffic(
  account: Account,
  endpointName: string,
  frames: readonly Frame[],
  task: Task,
  signal: AbortSignal,
): Promise<Sent> {
  const runtime = await account.clients.runtime()
  const from = new Date(Math.floor(Date.now() / 1000) * 1000)
  const elapsedMs: number[] = []
  let predictions = 0
  for (const frame of frames) {
    signal.throwIfAborted()
    const type = contentTypeOf(frame.name)
    const answer = await invokeImage(runtime, endpointName, await frame.read(), type)
    elapsedMs.push(answer.elapsedMs)
    predictions += answer.predictions.length
    task.update(`${elapsedMs.length}/${frames.length} frames`, elapsedMs.length / frames.length)
  }
  const to = new Date((Math.floor(Date.now() / 1000) + 1) * 1000)
  return { frames: frames.length, predictions, elapsedMs, from, to }
}

const CAPTURE_TIMEOUT_MS = 20_000

/**
 * Waits until every call of a phase lies captured in S3.
 *
 * @throws SkyloopError `quickstart.capture` when some are missing after 20 s
 */
export async function awaitCapture(
  account: Account,
  capturedUri: string,
  sent: Sent,
  signal: AbortSignal,
): Promise<number> {
  const deadline = Date.now() + CAPTURE_TIMEOUT_MS
  for (;;) {
    const captured = await countCaptured(account, capturedUri, sent)
    if (captured >= sent.frames) return captured
    if (Date.now() > deadline) {
      throw new SkyloopError({
        code: 'quickstart.capture',
        fault: 'machine',
        message: `${sent.frames} frames were sent, ${captured} lie captured under ${capturedUri}`,
      })
    }
    await sleep(250, undefined, { signal })
  }
}

async function countCaptured(account: Account, capturedUri: string, sent: Sent): Promise<number> {
  const s3 = await account.clients.s3()
  const { bucket, key } = parseS3Uri(capturedUri)
  let count = 0
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: `${key}/` })) {
    for (const object of page.Contents ?? []) {
      if (object.LastModified !== undefined && object.LastModified < sent.from) continue
      const body = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: object.Key }))
      const text = (await body.Body?.transformToString()) ?? ''
      count += text.split('\n').filter((line) => isWithin(line, sent)).length
    }
  }
  return count
}

function isWithin(line: string, sent: Sent): boolean {
  if (line === '') return false
  const record: unknown = JSON.parse(line)
  const meta = isObject(record) ? record['eventMetadata'] : undefined
  const time = isObject(meta) && typeof meta['inferenceTime'] === 'string' ? Date.parse(meta['inferenceTime']) : NaN
  return time >= sent.from.getTime() && time < sent.to.getTime()
}
