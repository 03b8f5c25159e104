import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { extract } from 'tar-stream'
import { SkyloopError } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'

/** What a training job writes into `metrics.json` beside the model. */
export interface ModelMetrics {
  readonly engine: string
  readonly imagesPerSecond: number
  readonly epochs: number
  readonly finalLoss: number
  readonly seconds: number
}

const FILE = 'metrics.json'
const LIMIT_BYTES = 1024 * 1024

/**
 * Reads `metrics.json` out of a model artifact, streaming.
 *
 * @throws SkyloopError `cli.model-metrics` when it is missing or lacks a figure
 */
export async function readModelMetrics(client: S3Client, modelDataUri: string): Promise<ModelMetrics> {
  const { bucket, key } = parseS3Uri(modelDataUri)
  const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const text = await readTarEntry(object.Body as Readable, FILE)
  const bad = (what: string): SkyloopError =>
    new SkyloopError({ code: 'cli.model-metrics', fault: 'machine', message: `${modelDataUri}: ${what}` })
  if (text === undefined) throw bad(`no ${FILE} in it`)
  const value = parseJson(text, FILE)
  if (!isObject(value)) throw bad(`${FILE} is not an object`)
  const number = (name: string): number => {
    const found = value[name]
    if (typeof found !== 'number' || !Number.isFinite(found)) throw bad(`${FILE} has no number "${name}"`)
    return found
  }
  if (typeof value['engine'] !== 'string') throw bad(`${FILE} has no "engine"`)
  return {
    engine: value['engine'],
    imagesPerSecond: number('imagesPerSecond'),
    epochs: number('epochs'),
    finalLoss: number('finalLoss'),
    seconds: number('seconds'),
  }
}

/** Text of one small file of a .tar.gz, or undefined. */
async function readTarEntry(archive: Readable, name: string): Promise<string | undefined> {
  const unpack = extract()
  const feeding = pipeline(archive, createGunzip(), unpack)
  let text: string | undefined
  for await (const entry of unpack) {
    const { type, name: path, size } = entry.header
    if (type === 'file' && path.replace(/^\.\//, '') === name && (size ?? 0) <= LIMIT_BYTES) {
      const chunks: Buffer[] = []
      for await (const chunk of entry) chunks.push(chunk as Buffer)
      text = Buffer.concat(chunks).toString('utf8')
    } else {
      entry.resume()
    }
  }
  await feeding
  return text
}
