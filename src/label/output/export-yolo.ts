import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { convertDataset, type ConversionReport } from '../../data/formats/convert/convert-dataset.ts'
import { readObjectText } from '../../data/s3/download-prefix.ts'
import { getFile } from '../../data/s3/get-file.ts'
import { inParallel } from '../../data/s3/in-parallel.ts'
import { statusOf } from '../../data/s3/retry.ts'
import { openTransfer } from '../../data/s3/transfer.ts'
import { parseInputManifest } from '../tasks/input-manifest.ts'

export interface ExportOptions {
  /** Output manifest of a job, or of work on a manifest. */
  readonly manifestUri: string
  /** Attribute whose boxes are wanted. */
  readonly attribute: string
  /** Classes in order; those that nobody drew keep their number, too. */
  readonly labels: readonly string[]
  /** A folder that is not there, or empty. */
  readonly output: string
  readonly now: Date
  readonly signal: AbortSignal
  readonly onImage?: (done: number, total: number) => void
}

const PARALLEL = 16

export interface ExportReport extends ConversionReport {
  /** Images that are no more in S3, or may not be read; they are left out, and their boxes are in `labels` as dropped. */
  readonly unreachable: readonly string[]
}

/**
 * Makes a YOLO data set of what was labelled: images from S3 beside their labels.
 *
 * An image that nobody has labelled, or that failed, stays unknown: it gets no label file.
 */
export async function exportYolo(s3: S3Client, options: ExportOptions): Promise<ExportReport> {
  const { manifestUri, signal } = options
  const text = await readObjectText(s3, manifestUri)
  const entries = parseInputManifest(text, manifestUri)
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-labels-'))
  try {
    const images = join(folder, 'images')
    await writeFile(join(folder, 'output.manifest'), text)
    const categories = { 'document-version': '2018-11-28', labels: options.labels.map((label) => ({ label })) }
    await writeFile(join(folder, 'label-categories.json'), JSON.stringify(categories))
    const transfer = openTransfer(s3, { signal })
    const unreachable: string[] = []
    let done = 0
    const folders = new Set<string>()
    await inParallel(entries, PARALLEL, async ({ sourceRef }) => {
      const { bucket, key } = parseS3Uri(sourceRef)
      const parts = key.split('/').filter((part) => part !== '' && part !== '.' && part !== '..')
      const inner = join(images, bucket, ...parts.slice(0, -1))
      if (!folders.has(inner)) await mkdir(inner, { recursive: true })
      folders.add(inner)
      try {
        await getFile(transfer, { bucket, fullKey: key }, join(inner, parts.at(-1) ?? key))
      } catch (error) {
        if (![403, 404].includes(statusOf(error) ?? 0)) throw error
        unreachable.push(sourceRef)
      }
      options.onImage?.(++done, entries.length)
    })
    const report = await convertDataset({
      source: join(folder, 'output.manifest'),
      from: 'ground-truth',
      to: 'yolo',
      output: options.output,
      imageRoot: images,
      images: 'copy',
      labelAttribute: options.attribute,
      now: options.now,
      signal,
    })
    return { ...report, unreachable: unreachable.sort() }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
