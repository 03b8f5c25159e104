import { Readable, Writable } from 'node:stream'
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
  let text: string | undefined
  const unpack = extract()
  unpack.on('entry', (header, stream, next) => {
    const isWanted = header.type === 'file' && header.name.replace(/^\.\//, '') === name
    const chunks: Buffer[] = []
    let size = 0
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        size += chunk.length
        if (isWanted && size <= LIMIT_BYTES) chunks.push(chunk)
        done()
      },
    })
    pipeline(stream, sink).then(() => {
      if (isWanted && size <= LIMIT_BYTES) text = Buffer.concat(chunks).toString('utf8')
      next()
    }, next)
  })
  await pipeline(archive, createGunzip(), unpack)
  return text
}
