import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../../core/errors.ts'
import { joinS3, parseS3Uri } from '../../../../core/s3-uri.ts'
import type { Principal } from '../../../auth/principal.ts'
import type { Engine } from '../../../engine.ts'
import type { EndpointConfigRequest } from '../endpoint-config/record.ts'

const FLUSH_MS = 2_000
const FLUSH_RECORDS = 100
const FLUSH_BYTES = 16 * 1024 * 1024
/** Above this, records are dropped, and said so in the endpoint's log, rather than slowing answers down. */
const PENDING_BYTES_LIMIT = 128 * 1024 * 1024

export type CaptureConfig = NonNullable<EndpointConfigRequest['DataCaptureConfig']>

/** One answered invocation. */
export interface CapturedCall {
  readonly time: Date
  readonly eventId: string
  readonly inferenceId: string | undefined
  readonly input: { readonly contentType: string; readonly body: Uint8Array }
  readonly output: { readonly contentType: string; readonly body: Uint8Array }
}

/** Writes a variant's invocations to S3 in the data capture format, behind the answers. */
export interface Capture {
  /** Takes a call if sampling picks it; returns at once. */
  take(call: CapturedCall): void
  /** Writes what is left. */
  close(): Promise<void>
}

export interface CaptureOptions {
  readonly engine: Engine
  readonly config: CaptureConfig
  readonly endpointName: string
  readonly variantName: string
  readonly role: Principal
  /** Where files are put together. */
  readonly scratchDir: string
  /** The endpoint's log, for records that could not be written. */
  onProblem(text: string): void
}

export function startCapture(options: CaptureOptions): Capture {
  const { config } = options
  const percentage = config.EnableCapture === false ? 0 : config.InitialSamplingPercentage
  let pending: CapturedCall[] = []
  let pendingBytes = 0
  let credit = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (pending.length === 0) return
    const batch = pending
    pending = []
    writing = writing
      .then(() => write(options, batch))
      .catch((error: unknown) => {
        options.onProblem(`data capture: ${batch.length} record(s) could not be written: ${messageOf(error)}`)
      })
      .finally(() => {
        pendingBytes -= batch.reduce((sum, call) => sum + sizeOf(call), 0)
      })
  }
  return {
    take: (call) => {
      // Spreads the sample evenly instead of at random: 25 % is every fourth call.
      credit += percentage
      if (credit < 100) return
      credit -= 100
      if (pendingBytes + sizeOf(call) > PENDING_BYTES_LIMIT) {
        options.onProblem('data capture: a record was dropped because writing cannot keep up')
        return
      }
      pending.push(call)
      pendingBytes += sizeOf(call)
      if (pending.length >= FLUSH_RECORDS || pending.reduce((sum, each) => sum + sizeOf(each), 0) >= FLUSH_BYTES)
        flush()
      else timer ??= setTimeout(flush, FLUSH_MS)
    },
    close: async () => {
      flush()
      await writing
    },
  }
}

function sizeOf(call: CapturedCall): number {
  return call.input.body.length + call.output.body.length
}

/** One file for each hour that the calls fall into: `<destination>/<endpoint>/<variant>/yyyy/mm/dd/hh/<file>.jsonl`. */
async function write(options: CaptureOptions, calls: readonly CapturedCall[]): Promise<void> {
  const { engine, config, role } = options
  const hours = Map.groupBy(calls, ({ time }) => time.toISOString().slice(0, 13))
  for (const [hour, batch] of hours) {
    const [first] = batch
    if (!first) continue
    const clock = first.time.toISOString().slice(14, 23).replace(/[:.]/g, '-')
    const folder = hour.replace(/[-T]/g, '/')
    const file = `${clock}-${engine.ids.uuid()}.jsonl`
    const uri = joinS3(config.DestinationS3Uri, options.endpointName, options.variantName, folder, file)
    const { bucket, key } = parseS3Uri(uri)
    engine.authorize(role, [{ action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}` }])
    const path = join(options.scratchDir, file)
    const handle = await open(path, 'wx')
    try {
      // A record at a time: encoding a hundred images at once would hold up answers.
      for (const call of batch) await handle.write(`${JSON.stringify(captureRecord(config, call))}\n`)
    } finally {
      await handle.close()
    }
    await engine.objects.putFile(bucket, key, path, { contentType: 'application/jsonlines', take: 'link' })
    await rm(path)
  }
}

/** @source DG "model-monitor-data-capture-endpoint" */
function captureRecord(config: CaptureConfig, call: CapturedCall): object {
  const modes = config.CaptureOptions.map(({ CaptureMode }) => CaptureMode)
  const wants = (mode: 'Input' | 'Output') => modes.includes(mode) || modes.includes('InputAndOutput')
  return {
    captureData: {
      ...(wants('Input') ? { endpointInput: side(config, 'INPUT', call.input) } : {}),
      ...(wants('Output') ? { endpointOutput: side(config, 'OUTPUT', call.output) } : {}),
    },
    eventMetadata: {
      eventId: call.eventId,
      ...(call.inferenceId === undefined ? {} : { inferenceId: call.inferenceId }),
      inferenceTime: `${call.time.toISOString().slice(0, 19)}Z`,
    },
    eventVersion: '0',
  }
}

function side(config: CaptureConfig, mode: 'INPUT' | 'OUTPUT', content: CapturedCall['input']): object {
  const encoding = encodingOf(config, content.contentType)
  const data = Buffer.from(content.body).toString(encoding === 'BASE64' ? 'base64' : 'utf8')
  return { observedContentType: content.contentType, mode, data, encoding }
}

/** Without CaptureContentTypeHeader everything is BASE64; text only for the types that it names. */
function encodingOf(
  { CaptureContentTypeHeader: types }: CaptureConfig,
  contentType: string,
): 'CSV' | 'JSON' | 'BASE64' {
  const plain = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  const names = (list: readonly string[] | undefined) => list?.some((each) => each.toLowerCase() === plain) === true
  if (names(types?.CsvContentTypes)) return 'CSV'
  return names(types?.JsonContentTypes) ? 'JSON' : 'BASE64'
}
